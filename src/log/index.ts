export { createLog, type LogOptions } from './create-log.ts';
export { type LogDestination, type LogStream, streamDestination } from './destination.ts';
export { inert } from './inert.ts';
export { openLastResort } from './last-resort.ts';
export type { Log, LogFields } from './log.ts';
