export type { Dependency, FlowDraft, NodeDraft } from './draft.ts';
export { nativeMap } from './foreign.ts';
export {
  FLOW_FIELDS,
  INPUT_FIELDS,
  INPUT_TYPES,
  LIMITS_FIELDS,
  NODE_FIELDS,
  RETRY_FIELDS,
  SHARED_CONFIG_FIELDS,
} from './format.ts';
export { byName, type FlowReader, readFlow } from './read-flow.ts';
export { inputProblem } from './read-inputs.ts';
