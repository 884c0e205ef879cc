// The door of the expression language; see template.ts.
export { describeTemplates } from './describe.ts';
export { DIFFERENCES, type Difference } from './differences.ts';
export type { Names, Template, TemplateUse } from './template.ts';
export { compileTemplate } from './template.ts';
