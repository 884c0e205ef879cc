/**
 * HTML that was made here. Text becomes HTML by escaping alone, so that no summary, schema or
 * example of a route can bring markup of its own (CWE-79).
 */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | readonly Part[];

/** A template whose literal pieces are HTML, and whose values are text unless they are Html. */
export function html(pieces: TemplateStringsArray, ...values: readonly Part[]): Html {
  const texts = pieces.map((piece, index) => piece + rendered(values[index]));
  return new Html(texts.join(''));
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(rendered).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
