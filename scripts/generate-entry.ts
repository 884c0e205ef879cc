// What scripts/generate.js bundles and runs: every generated file with its text.
import { describeEnvironmentExample, describeSettings } from '../src/config/index.ts';
import { ERROR_CATALOGUE } from '../src/errors/index.ts';
import { describeApi } from '../src/http/index.ts';
import { describeTemplates } from '../src/language/expression/index.ts';
import { describeFlowFormat, describeNodeTypes, flowJsonSchema } from '../src/language/index.ts';
import { NODE_TYPES } from '../src/nodes/index.ts';
import { describeErrors } from './describe-errors.ts';

export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Pure: the same sources give the same files. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: '.env.example', text: describeEnvironmentExample() },
    { path: 'docs/reference/settings.md', text: describeSettings() },
    { path: 'docs/reference/errors.md', text: describeErrors(ERROR_CATALOGUE) },
    { path: 'docs/reference/api.md', text: describeApi() },
    { path: 'docs/reference/flow.schema.json', text: json(flowJsonSchema(NODE_TYPES)) },
    { path: 'docs/reference/flow-format.md', text: describeFlowFormat() },
    { path: 'docs/reference/nodes.md', text: describeNodeTypes(NODE_TYPES) },
    { path: 'docs/reference/templates.md', text: describeTemplates() },
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
