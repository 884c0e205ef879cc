import type { Handlers } from '../call.ts';
import { accessHandlers } from './access/index.ts';
import { apiPageHandlers } from './api-pages.ts';
import { auditHandlers } from './audit.ts';
import { executionHandlers } from './executions.ts';
import { flowVersionHandlers } from './flow-versions.ts';
import { flowHandlers } from './flows.ts';
import type { HandlerOptions } from './handler-options.ts';
import { retryHandler } from './retry.ts';
import { serverHandlers } from './server.ts';
import { sharingHandlers } from './sharing/index.ts';
import { startHandler } from './start.ts';
import { stepHandlers } from './steps.ts';

/** One handler for each route that is a request and an answer. */
export function handlersOf(options: HandlerOptions & { readonly baseUrl: () => string }): Handlers {
  return {
    ...flowHandlers(options),
    ...flowVersionHandlers(options),
    ...executionHandlers(options),
    ...stepHandlers(options),
    ...serverHandlers(options),
    ...auditHandlers(options),
    ...accessHandlers(options),
    ...sharingHandlers(options),
    ...apiPageHandlers(options),
    startExecution: startHandler(options),
    retryExecution: retryHandler(options),
  };
}

export type { CompileSource, FlowSource } from './flow-source.ts';
export type { HandlerOptions, SavedPlans } from './handler-options.ts';
export { openWaits } from './waits.ts';
