import { type Run, spendReading } from '../run/run.ts';
import { type Datum, Markup } from './special.ts';
import { textOf } from './text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

/** Text safe in HTML, as MarkupSafe writes it; Markup stays as it is. The caller pays the bytes. */
export function escapeText(run: Run, datum: Datum): string {
  if (datum instanceof Markup) return datum.text;
  return escapeString(run, textOf(run, datum));
}

/** As `escapeText`, also for text that is marked as safe. */
export function escapeString(run: Run, text: string): string {
  spendReading(run, text.length);
  return text.replace(/[&<>'"]/g, (character) => ENTITIES[character] ?? character);
}
