export { assert } from './assert.ts';
export { type Clock, every, systemClock } from './clock.ts';
export { finishedValue, isFinished } from './finished-value.ts';
export type { AccountId, Branded, ExecutionId, FlowId, ProcessId } from './ids.ts';
export * from './limits/index.ts';
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
