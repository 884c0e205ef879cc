export type {
  Dispatcher,
  DispatcherStatus,
  ExecutionFeed,
  ExecutionOutcome,
  MayRun,
  StartedExecution,
  StartRequest,
} from './dispatcher.ts';
export { type DispatcherOptions, openDispatcher } from './open-dispatcher.ts';
export { openPlans, type Plans } from './plans.ts';
export type { CapabilityRequest } from './stretch.ts';
