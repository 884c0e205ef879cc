import { AppError } from '../../errors/index.ts';
import type { PageRequest } from '../../store/index.ts';
import type { Reply } from '../call.ts';

/** The page that a query asks the store for. */
export function pageOfQuery(query: {
  readonly limit: number;
  readonly cursor?: string | undefined;
}): PageRequest {
  const { limit, cursor } = query;
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** A page as it is sent. */
export function pageText(items: readonly unknown[], nextCursor: string | undefined): string {
  return JSON.stringify(nextCursor === undefined ? { items } : { items, nextCursor });
}

/** The answer with a page; how many it shows counts for who reads very much. */
export function pageReply(items: readonly unknown[], nextCursor: string | undefined): Reply {
  return { status: 200, text: pageText(items, nextCursor), items: items.length };
}

/** Where a page of a journal ends: after this entry, and so many of its log lines. */
export interface JournalPosition {
  readonly after: number;
  readonly lines: number;
}

/** A cursor of a journal's pages; the journal never changes, so it stays right. */
export function cursorOf({ after, lines }: JournalPosition): string {
  return `j${after}.${lines}`;
}

/** Errors: CURSOR_INVALID. */
export function positionOf(cursor: string | undefined): JournalPosition {
  if (cursor === undefined) return { after: 0, lines: 0 };
  const found = /^j(\d{1,12})\.(\d{1,6})$/.exec(cursor);
  if (found === null) {
    throw new AppError('CURSOR_INVALID', { message: 'the cursor is not one of this list' });
  }
  return { after: Number(found[1]), lines: Number(found[2]) };
}
