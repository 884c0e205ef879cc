export type { Admission, Caller, SocketCall, StreamCall } from './call.ts';
export { openEvents } from './events/index.ts';
export type { CompileSource, FlowSource, SavedPlans } from './handlers/index.ts';
export { describeApi } from './openapi/index.ts';
export type { EventPipeline, Events, RegisterEvents } from './pipeline.ts';
export { mayRunOf, openQueuedWatch } from './rights/index.ts';
export { openServer, type RunningServer, type ServerOptions } from './server.ts';
