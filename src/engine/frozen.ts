import type { Value } from '../base/index.ts';

/**
 * Freezes a value of our own making, all the way down, so that no node can change what another one
 * sees. Linear in the size of the data; `toValue` has bounded its depth.
 */
export function frozen<V extends Value>(value: V): V {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member as Value);
  return Object.freeze(value);
}
