export type {
  Capabilities,
  CapabilityName,
  CapabilitySet,
  CodeCapability,
  CodeRequest,
  CodeResult,
  FileCapability,
  HttpCapability,
  HttpRequest,
  HttpResponse,
} from './capability.ts';
export type {
  ExecutionEvent,
  ExecutionResult,
  ExecutionStatus,
  LogLine,
  StepRecord,
  StepStatus,
} from './execution.ts';
export type * from './field.ts';
export {
  type ConfigIssue,
  defineNode,
  type Effect,
  type NodeContext,
  type NodeInput,
  type NodeResult,
  type NodeRole,
  type NodeType,
  type RegionDeclaration,
} from './node-type.ts';
export type { Problem } from './problem.ts';
