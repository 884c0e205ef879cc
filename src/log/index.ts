export { createLog, type LogOptions } from './create-log.ts';
export { type LogDestination, type LogStream, streamDestination } from './destination.ts';
export type { Log, LogFields } from './log.ts';
