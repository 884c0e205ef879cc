/** All that a node type may use, besides its context. */
export {
  emptyMap,
  equalValues,
  isList,
  isMap,
  toValue,
  type Value,
  type ValueMap,
} from '../../base/index.ts';
export * from '../../base/limits.ts';
export {
  type ConfigIssue,
  defineNode,
  type NodeContext,
  type NodeInput,
  type NodeResult,
  type NodeType,
  type RenderTree,
} from '../../contract/index.ts';
export { AppError } from '../../errors/index.ts';
