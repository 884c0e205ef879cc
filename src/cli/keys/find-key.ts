import type { Client } from '../../contract/index.ts';
import { onlyOneId } from '../people/only-one.ts';

/** What may be the beginning of an id or of a key; fewer characters say too little. */
const ID_BEGINNING = /^[0-9a-f]{4}[0-9a-f-]{0,31}$/i;

/**
 * The id of the key that a person means: its id or the beginning of it, its exact name, or the
 * prefix that lists show. Errors: KEY_NOT_FOUND, NAME_AMBIGUOUS, and those of the client.
 */
export async function findKeyId(
  client: Client,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  const beginning = ID_BEGINNING.test(text) ? text.toLowerCase() : undefined;
  return onlyOneId({
    text,
    thing: 'key',
    code: 'KEY_NOT_FOUND',
    remedy: 'sluice keys list shows them; names count with their letter case.',
    read: (query) => client.listKeys({ query, signal }),
    fits: ({ id, name, prefix }) =>
      name === text || prefix === text || (beginning !== undefined && id.startsWith(beginning)),
    nameOf: ({ name, prefix }) => `${prefix}  ${name}`,
  });
}
