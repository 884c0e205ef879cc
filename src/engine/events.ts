import type { Clock } from '../base/index.ts';
import type { ExecutionEvent } from '../contract/index.ts';

type WithoutStamp<E> = E extends unknown ? Omit<E, 'sequence' | 'at'> : never;
export type EventBody = WithoutStamp<ExecutionEvent>;
export type Tell = (event: EventBody) => void;

/**
 * Numbers and dates events for a listener. What the listener throws or rejects with is let go on
 * purpose: someone who watches an execution must not be able to change how it ends.
 */
export function eventTeller(
  clock: Clock,
  onEvent: ((event: ExecutionEvent) => void) | undefined,
  firstSequence = 1,
): Tell {
  if (onEvent === undefined) return () => {};
  const listen: (event: ExecutionEvent) => unknown = onEvent;
  let next = firstSequence;
  return (body) => {
    const sequence = next;
    next += 1;
    try {
      const answer = listen({ sequence, at: clock.now(), ...body });
      if (answer instanceof Promise) answer.catch(() => {});
    } catch {
      // See above.
    }
  };
}
