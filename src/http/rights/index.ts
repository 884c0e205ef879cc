export { ACTS_OF_LEVEL, ACTS_OF_OWNER, refuseToGive } from './giving.ts';
export { isLinkGood } from './links.ts';
export { mayRunOf, openQueuedWatch, sweepQueued } from './queued.ts';
export {
  type Actor,
  allowExecution,
  allowFlow,
  askingOf,
  decideAboutExecution,
  decideAboutFlow,
  type ExecutionOrigin,
  forbidden,
  type RightsStore,
  viewerOf,
} from './rights.ts';
export { asOfNow, isLongAgo, stillHolding, stillThere } from './still.ts';
