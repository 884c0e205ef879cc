export { describeFlowFormat, describeNodeTypes } from './describe.ts';
export type { JsonSchema } from './field-schema.ts';
export { flowJsonSchema } from './flow-schema.ts';
