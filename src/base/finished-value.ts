import type { Value } from './value.ts';

const finished = new WeakSet<object>();

/**
 * Says that nobody can change the value any more: whoever made it froze every list and map in it,
 * and kept to VALUE_LIMITS. The engine then takes it as it is instead of going through it again.
 */
export function finishedValue<V extends Value>(value: V): V {
  if (typeof value === 'object' && value !== null) finished.add(value);
  return value;
}

/** True for what was given to `finishedValue`. */
export function isFinished(data: unknown): data is Value {
  return typeof data === 'object' && data !== null && finished.has(data);
}
