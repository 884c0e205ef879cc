import type { Client } from '../../contract/index.ts';

/** One page has up to 10,000 records; a chain that is longer than this many is no chain of ours. */
const PAGES_MAX = 1_000_000;

/** Of a line that the server wrote: its place in the chain is its third member. */
const PLACE = /^\{"kind":"(?:record|checkpoint)","account":"(?:[^"\\]|\\.)*","sequence":(\d+),/;

/** The lines of an account's chain from its beginning, page by page. */
export async function* exportPages(client: Client, signal: AbortSignal): AsyncGenerator<string> {
  let after = 0;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const text = await client.exportAudit({ query: { afterSequence: after }, signal });
    const last = placeOf(text.trimEnd().split('\n').at(-1) ?? '');
    if (last === undefined || last <= after) return;
    yield text;
    after = last;
  }
}

/** The place in the chain of a line; undefined for other text. */
export function placeOf(line: string): number | undefined {
  const [, place] = PLACE.exec(line) ?? [];
  return place === undefined ? undefined : Number(place);
}
