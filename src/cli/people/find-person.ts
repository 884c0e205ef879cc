import type { Client } from '../../contract/index.ts';
import { onlyOneId } from './only-one.ts';

const SEARCH_CHARACTERS_MAX = 200;

/**
 * The id of the person with this id or username, whose letter case does not count. Errors:
 * PERSON_NOT_FOUND, and those of the client.
 */
export async function findPersonId(
  client: Client,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  const wanted = folded(text);
  return onlyOneId({
    text,
    thing: 'person',
    code: 'PERSON_NOT_FOUND',
    remedy: 'sluice users list shows the people of the account.',
    read: (query) =>
      client.listPeople({
        query: { ...query, search: text.slice(0, SEARCH_CHARACTERS_MAX) },
        signal,
      }),
    fits: ({ username }) => folded(username) === wanted,
    nameOf: ({ username }) => username,
  });
}

/** As the server compares names. */
function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
