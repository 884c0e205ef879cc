import type { Value } from '../../base/index.ts';
import type { NodeContext } from '../../contract/index.ts';
import { AppError, asAppError } from '../../errors/index.ts';

/** Items between two turns of the event loop, so that a long list cannot hold up the server. */
const ITEMS_A_TURN = 100;

/**
 * Calls `work` for each item in order and gives the results. Errors name the item by its index.
 * Stops with the signal's reason when the visit is cancelled.
 */
export async function eachItem<Result>(
  context: NodeContext,
  items: readonly Value[],
  work: (item: Value) => Result,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    if (index % ITEMS_A_TURN === ITEMS_A_TURN - 1) await turn();
    context.signal.throwIfAborted();
    try {
      results.push(work(item));
    } catch (error) {
      throw naming(index, error);
    }
  }
  return results;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function naming(index: number, thrown: unknown): AppError {
  const error = asAppError(thrown);
  const { remedy, retryable, place, cause } = error;
  return new AppError(error.code, {
    message: `item ${index}: ${error.message}`,
    details: { ...error.details, item: index },
    remedy,
    retryable,
    cause,
    ...(place === undefined ? {} : { place }),
  });
}
