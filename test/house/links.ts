import type { SourceText } from '../tidy/finding.ts';

/**
 * Links of Markdown documents that lead nowhere, as `file:line target`. Checks files and folders of
 * the repository and headings of its documents; addresses of the web are not asked.
 */
export function findBrokenLinks(
  documents: readonly SourceText[],
  exists: (path: string) => boolean,
): readonly string[] {
  const headings = new Map(documents.map(({ path, text }) => [path, headingsOf(text)]));
  return documents.flatMap(({ path, text }) =>
    linksOf(text).flatMap(({ target, line }) => {
      const [file = '', heading] = target.split('#');
      const full = file === '' ? path : join(path, decodeURIComponent(file));
      const isThere = file === '' || (full !== undefined && exists(full));
      const known = full === undefined ? undefined : headings.get(full);
      const hasHeading = heading === undefined || known === undefined || known.has(heading);
      return isThere && hasHeading ? [] : [`${path}:${line} ${target}`];
    }),
  );
}

function linksOf(text: string): readonly { readonly target: string; readonly line: number }[] {
  return withoutCode(text).flatMap((line, index) => {
    const inline = [...line.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
    const reference = [...line.matchAll(/^\s*\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)/g)];
    return [...inline, ...reference]
      .map((found) => ({ target: found[1] ?? '', line: index + 1 }))
      .filter(({ target }) => !/^[a-z][a-z+.-]*:/i.test(target));
  });
}

/** The lines of a document, with code blanked: what looks like a link there is none. */
function withoutCode(text: string): readonly string[] {
  let fence = '';
  return text.split('\n').map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence === '' && mark !== '') fence = mark;
    else if (fence !== '' && mark.startsWith(fence)) fence = '';
    else if (fence === '') return line.replace(/`[^`]*`/g, '');
    return '';
  });
}

/** The names that headings get as link targets: lower case, spaces as dashes, no other signs. */
function headingsOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const counts = new Map<string, number>();
  let isFenced = false;
  for (const line of text.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) isFenced = !isFenced;
    const title = isFenced ? undefined : /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) continue;
    const name = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    names.add(count === 0 ? name : `${name}-${count}`);
  }
  return names;
}

/** Undefined where the link leads out of the repository. */
function join(from: string, target: string): string | undefined {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
