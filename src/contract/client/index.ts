export { createClient } from './client.ts';
export type {
  CallOptions,
  Client,
  ClientAnswer,
  ClientMethod,
  ClientOptions,
  ClientRequest,
  DocumentRoute,
  FollowEvents,
} from './client-types.ts';
export {
  type FetchLike,
  type Transport,
  type TransportAnswer,
  type TransportRequest,
  transportOver,
} from './transport.ts';
