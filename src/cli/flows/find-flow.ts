import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { printableLine } from '../terminal.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What may be the beginning of an id; fewer characters say too little. */
const ID_PREFIX = /^[0-9a-f]{4}[0-9a-f-]{0,31}$/i;
const PAGE_ITEMS = 200;
/** Pages that are looked through for a name or prefix. */
const PAGES_MAX = 50;
const SEARCH_CHARACTERS_MAX = 200;
const SHOWN_MAX = 10;

/**
 * The id of the flow that a person means: an id, the beginning of one, or the exact name. Never a
 * guess: where two flows fit, it names them. Errors: FLOW_NOT_FOUND, NAME_AMBIGUOUS, and those of
 * the client. A whole id is not looked up here.
 */
export async function findFlowId(
  client: Client,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  if (UUID.test(text)) return text.toLowerCase();
  const prefix = ID_PREFIX.test(text) ? text.toLowerCase() : undefined;
  const found: { readonly id: string; readonly name: string }[] = [];
  // A search would leave out the flows whose id fits, so a possible prefix looks at all of them.
  const search = prefix === undefined ? text.slice(0, SEARCH_CHARACTERS_MAX) : undefined;
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = {
      limit: PAGE_ITEMS,
      ...(search === undefined ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const { items, nextCursor } = await client.listFlows({ query, signal });
    for (const { id, name } of items) {
      if (name === text || (prefix !== undefined && id.startsWith(prefix)))
        found.push({ id, name });
    }
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  return onlyOne(found, text);
}

function onlyOne(
  found: readonly { readonly id: string; readonly name: string }[],
  text: string,
): string {
  const [only] = found;
  const shown = printableLine(text, 60);
  if (only === undefined) {
    throw new AppError('FLOW_NOT_FOUND', {
      message: `no flow has the id or name ${shown}`,
      remedy: 'sluice flows list shows those that you may see; names count with their letter case.',
    });
  }
  if (found.length === 1) return only.id;
  const lines = found
    .slice(0, SHOWN_MAX)
    .map(({ id, name }) => `  ${id}  ${printableLine(name, 60)}`);
  const more = found.length - lines.length;
  if (more > 0) lines.push(`  and ${more} more`);
  throw new AppError('NAME_AMBIGUOUS', {
    message: `${found.length} flows fit ${shown}:\n${lines.join('\n')}`,
    details: { ids: found.slice(0, SHOWN_MAX).map(({ id }) => id) },
  });
}
