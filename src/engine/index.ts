export type {
  Dispatcher,
  DispatcherStatus,
  ExecutionFeed,
  ExecutionOutcome,
  MayRun,
  StartedExecution,
  StartRequest,
} from './durable/dispatcher.ts';
export {
  type CapabilityRequest,
  type DispatcherOptions,
  openDispatcher,
  openPlans,
  type Plans,
} from './durable/index.ts';
export { type PreviousExecution, stepsToReuse } from './durable/reuse.ts';
export { execute } from './execute.ts';
export type {
  ExecuteOptions,
  ResumePoint,
  SegmentEnd,
  SegmentOptions,
  SuspendedExecution,
  WholeOptions,
} from './execute-options.ts';
export type { ExecutionLimits } from './execution-limits.ts';
export { memoryJournal } from './memory-journal.ts';
export type { EnginePorts, Journal, Spawn, Visit, VisitNames } from './ports.ts';
export { type CapabilityProvider, spawnNode } from './spawn-node.ts';
