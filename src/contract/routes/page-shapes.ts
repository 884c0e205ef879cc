import { z } from 'zod';
import { STORE_LIMITS } from '../../base/index.ts';
import { id, wholeNumber } from './shapes.ts';

/** The one parameter of most routes. */
export const idParams = z.strictObject({ id });

export const pageQuery = {
  limit: wholeNumber(1, STORE_LIMITS.pageItems)
    .default(STORE_LIMITS.pageItemsDefault)
    .describe(`Items of one page; ${STORE_LIMITS.pageItemsDefault} when absent.`),
  cursor: z.string().min(1).max(500).optional().describe('The nextCursor of the page before.'),
};

/** A page: `nextCursor` is absent on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
