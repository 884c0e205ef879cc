export { assert } from './assert.ts';
export { type Clock, every, systemClock } from './clock.ts';
export type { Branded, ExecutionId } from './ids.ts';
export * from './limits.ts';
export { nearest } from './near.ts';
export { formatDuration, formatSize, parseDuration, parseSize } from './quantity.ts';
export { type Random, seededRandom, seedFromText } from './random.ts';
export {
  emptyMap,
  equalValues,
  isList,
  isMap,
  NotAValue,
  toValue,
  type Value,
  type ValueMap,
} from './value.ts';
