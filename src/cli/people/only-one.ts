import { AppError, type ErrorCode } from '../../errors/index.ts';
import { printableLine } from '../terminal.ts';

const SHOWN_MAX = 10;
const PAGE_ITEMS = 200;
/** Pages that are looked through for a name. */
const PAGES_MAX = 50;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | undefined;
}

/** What of a list a person means, and how to say it when nothing or too much fits. */
export interface Sought<T> {
  readonly text: string;
  /** Such as `key`. */
  readonly thing: string;
  readonly code: ErrorCode;
  readonly remedy: string;
  read(query: { limit: number; cursor?: string }): Promise<Page<T>>;
  fits(item: T): boolean;
  nameOf(item: T): string;
}

/**
 * The id of the one item that a person means; a whole id is not looked up here. Never a guess:
 * where two fit, it names them. Errors: the code given, NAME_AMBIGUOUS, and those of the client.
 */
export async function onlyOneId<T extends { readonly id: string }>(
  sought: Sought<T>,
): Promise<string> {
  if (UUID.test(sought.text)) return sought.text.toLowerCase();
  const found: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const more = cursor === undefined ? {} : { cursor };
    const { items, nextCursor } = await sought.read({ limit: PAGE_ITEMS, ...more });
    found.push(...items.filter((item) => sought.fits(item)));
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  const [only] = found;
  const shown = printableLine(sought.text, 60);
  if (only === undefined) {
    const message = `no ${sought.thing} has the id or name ${shown}`;
    throw new AppError(sought.code, { message, remedy: sought.remedy });
  }
  if (found.length === 1) return only.id;
  const lines = found
    .slice(0, SHOWN_MAX)
    .map((item) => `  ${item.id}  ${printableLine(sought.nameOf(item), 60)}`);
  if (found.length > lines.length) lines.push(`  and ${found.length - lines.length} more`);
  throw new AppError('NAME_AMBIGUOUS', {
    message: `${found.length} of them fit ${shown}:\n${lines.join('\n')}`,
    details: { ids: found.slice(0, SHOWN_MAX).map(({ id }) => id) },
  });
}
