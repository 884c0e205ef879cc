export { assert } from './assert.ts';
export { afterThisTurn, type Clock, every, systemClock } from './clock.ts';
export { finishedValue, isFinished } from './finished-value.ts';
export { foldName } from './fold-name.ts';
export type {
  AccountId,
  Branded,
  ExecutionId,
  FlowId,
  KeyId,
  PersonId,
  ProcessId,
  SessionId,
} from './ids.ts';
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
