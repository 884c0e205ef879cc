/** Items that one request asks for. */
const PAGE_ITEMS_MAX = 200;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | undefined;
}

/**
 * The first `limit` items of a list that comes in pages; `nextCursor` is there when there are more.
 * At most `limit` requests, because a page without items ends it.
 */
export async function collectPages<T>(
  limit: number,
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<Page<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  while (items.length < limit) {
    const wanted = Math.min(PAGE_ITEMS_MAX, limit - items.length);
    const page = await read({ limit: wanted, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined || page.items.length === 0) break;
  }
  return cursor === undefined ? { items } : { items, nextCursor: cursor };
}
