// The door of the expression language; see template.ts.
export type { Names, Template, TemplateUse } from './template.ts';
export { compileTemplate } from './template.ts';
