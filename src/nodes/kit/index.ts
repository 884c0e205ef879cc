/** All that a node type may use, besides its context. */
export {
  assert,
  CODE_LIMITS,
  DATA_LIMITS,
  ENGINE_LIMITS,
  emptyMap,
  equalValues,
  FILE_LIMITS,
  HTTP_LIMITS,
  isList,
  isMap,
  PYTHON_LIMITS,
  TEMPLATE_LIMITS,
  toValue,
  VALUE_LIMITS,
  type Value,
  type ValueMap,
} from '../../base/index.ts';
export type {
  CodeCapability,
  ConfigIssue,
  ConfigOf,
  Fields,
  FileCapability,
  HttpCapability,
  HttpRequest,
  HttpResponse,
  NodeContext,
  NodeInput,
  NodeResult,
  NodeType,
  PythonLevel,
  RenderTree,
} from '../../contract/index.ts';
export { importsAt, isWithin, TEMPLATE_USES, whyNotAllowable } from '../../contract/index.ts';
export { AppError } from '../../errors/index.ts';
export { defineNode } from './define-node.ts';
export { eachItem } from './each-item.ts';
export { fieldAt } from './field-path.ts';
export { itemNameIssues } from './item-name.ts';
export { describe, fieldRemedy, listAt, listUpstream } from './list-input.ts';
export { canonicalText, mapOf } from './map-of.ts';
export { readText } from './read-text.ts';
export { conditionIssues, isTrue } from './truth.ts';
