export { type Compiled, type CompileOptions, compile } from './compile.ts';
export {
  placeInCode,
  renderConfig,
  renderTree,
  resolveReference,
  treeMentions,
  treeSource,
} from './config/index.ts';
export type { Names, Template, TemplateUse } from './expression/index.ts';
export { compileTemplate } from './expression/index.ts';
export { flowTextAs, formatOf, type TextFormat } from './flow-text.ts';
export {
  type CodeGrant,
  coversCode,
  coversHost,
  type Grants,
  widerThan,
} from './grants/index.ts';
export { checkInputs, type InputProblem, parseInputText } from './inputs.ts';
export type {
  ConfigPart,
  Edge,
  InputDeclaration,
  Plan,
  PlanConfig,
  PlanNode,
  PlanRegion,
  Reference,
  RetryPolicy,
  TextOrigin,
} from './plan.ts';
export { readData } from './read-data.ts';
export {
  describeFlowFormat,
  describeNodeTypes,
  flowJsonSchema,
  type JsonSchema,
} from './reference/index.ts';
export { checkSchema, type SchemaIssue, schemaIssues } from './schema/index.ts';
