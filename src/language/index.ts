export type { Names, Template, TemplateUse } from './expression/index.ts';
export { compileTemplate } from './expression/index.ts';
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
