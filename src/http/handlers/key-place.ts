import type { Principal } from '../../auth/index.ts';
import type { ExecutionId } from '../../base/index.ts';
import type { StartRequest } from '../../engine/index.ts';
import type { HandlerOptions } from './handler-options.ts';

/** Takes a place where none was taken yet, and gives the id that it is for. */
export type KeyPlace = () => Promise<Pick<StartRequest, 'id'>>;

/**
 * The one place of a request under the limits of the key that asks, for an execution of this id. A
 * start that must begin anew keeps it: a second one would count beside it until it is found that
 * nothing was written for the first. Errors: KEY_EXHAUSTED.
 */
export function keyPlace(
  { account, key }: Principal,
  { store, clock, newId }: Pick<HandlerOptions, 'store' | 'clock' | 'newId'>,
): KeyPlace {
  if (key === undefined) return async () => ({});
  const id = newId() as ExecutionId; // Handed to the dispatcher, which makes all others.
  let taken: Promise<void> | undefined;
  return async () => {
    taken ??= store.account(account).keys.reserve(key, id, clock.now());
    await taken;
    return { id };
  };
}
