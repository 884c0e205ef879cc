export { ALIASES, type Alias, type AliasRequest } from './aliases/index.ts';
export type {
  Capabilities,
  CapabilityName,
  CapabilitySet,
  CodeCapability,
  CodeLanguage,
  CodeRequest,
  CodeResult,
  FileCapability,
  HttpCapability,
  HttpRequest,
  HttpResponse,
  PythonLevel,
  PythonRequest,
} from './capability.ts';
export {
  type CallOptions,
  type Client,
  type ClientAnswer,
  type ClientMethod,
  type ClientOptions,
  type ClientRequest,
  createClient,
  type DocumentRoute,
  type FetchLike,
  type FollowEvents,
  type Transport,
  type TransportAnswer,
  type TransportRequest,
  transportOver,
} from './client/index.ts';
export type * from './execution.ts';
export type * from './field.ts';
export type {
  ConfigIssue,
  Effect,
  NodeContext,
  NodeInput,
  NodeResult,
  NodeRole,
  NodeType,
  RegionDeclaration,
} from './node-type.ts';
export {
  ACCOUNT_PERMISSIONS,
  ALL_PERMISSIONS,
  BUILT_IN_ROLES,
  type BuiltInRole,
  PERMISSIONS,
  type Permission,
  SHARE_LEVELS,
  type ShareLevel,
} from './permission.ts';
export type * from './posture.ts';
export type { Problem } from './problem.ts';
export {
  ALLOWABLE_MODULES,
  type ImportRefusal,
  importsAt,
  isWithin,
  PYTHON_MODULES,
  TRUSTED_ONLY,
  whyNotAllowable,
} from './python-modules.ts';
export { RATE_CLASSES, type RateClass } from './rate-class.ts';
export { type Answer, defineRoute, type Route } from './route.ts';
export { isUsername } from './routes/access-names.ts';
export { type DeclaredRoute, errorAnswer, ROUTES, type RouteId, STATUSES } from './routes/index.ts';
export { TEMPLATE_USES } from './template-uses.ts';
