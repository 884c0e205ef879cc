import { assert, STORE_LIMITS } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import type { Page, PageRequest } from './store.ts';

/** Where a page ends: the order of its list is by `at`, then by `id`, both falling. */
export interface Position {
  readonly at: number;
  readonly id: string;
}

/** One list of one account: a cursor of another list or another account is refused. */
export interface ListName {
  readonly account: string;
  readonly list: string;
}

const FORM = /^([0-9]{1,16})\.([0-9A-Za-z-]{1,64})\.([0-9a-f]{16})$/;

/**
 * The position after which the page begins; undefined for the first page. Queries are scoped by
 * account whatever a cursor says; its check only tells a mistaken cursor from an empty page.
 *
 * Errors: CURSOR_INVALID.
 */
export function positionOf(page: PageRequest, of: ListName): Position | undefined {
  assert(
    Number.isInteger(page.limit) && page.limit >= 1 && page.limit <= STORE_LIMITS.pageItems,
    'a page has 1 to STORE_LIMITS.pageItems items',
  );
  if (page.cursor === undefined) return undefined;
  const [, at = '', id = '', check] = FORM.exec(page.cursor) ?? [];
  const position = { at: Number(at), id };
  if (!Number.isSafeInteger(position.at) || check !== checkOf(position, of)) {
    throw new AppError('CURSOR_INVALID', { message: `the cursor is not one of ${of.list}` });
  }
  return position;
}

/** Takes up to limit + 1 rows: the one too many says that there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  page: PageRequest & { readonly of: ListName },
  read: { readonly item: (row: Row) => Item; readonly position: (row: Row) => Position },
): Page<Item> {
  const items = rows.slice(0, page.limit).map(read.item);
  const last = rows[page.limit - 1];
  if (rows.length <= page.limit || last === undefined) return { items };
  const position = read.position(last);
  const nextCursor = `${position.at}.${position.id}.${checkOf(position, page.of)}`;
  return { items, nextCursor };
}

function checkOf({ at, id }: Position, { account, list }: ListName): string {
  return sha256Hex(JSON.stringify(['cursor', account, list, at, id])).slice(0, 16);
}
