import { TEMPLATE_LIMITS } from '../../base/index.ts';
import { DIFFERENCES } from './differences.ts';
import { makeLibrary } from './library/library.ts';
import {
  FILTER_TABLE,
  FUNCTION_TABLE,
  METHOD_TABLE,
  type TableRow,
  TEST_TABLE,
} from './library/table.ts';

/**
 * The reference page docs/reference/templates.md, made from the tables: what templates can call at
 * which level, their limits, and how they differ from Jinja2. Pure.
 */
export function describeTemplates(): string {
  const library = makeLibrary();
  const signatures = (table: ReadonlyMap<string, { readonly signature: string }>) => {
    return (name: string) => table.get(name)?.signature ?? '';
  };
  return [
    INTRODUCTION,
    '## Levels',
    LEVELS,
    '## Limits',
    describeLimits(),
    '## Filters',
    'Written `value | name(arguments)`.',
    describeRows(FILTER_TABLE, signatures(library.filters)),
    '## Tests',
    'Written `value is name argument` or `value is not name argument`.',
    describeRows(TEST_TABLE, signatures(library.tests)),
    '## Functions',
    'A name that the flow gives wins over a function of the same name.',
    describeRows(FUNCTION_TABLE, signatures(library.functions)),
    '## Methods',
    'Those of Python, written `value.name(arguments)`.',
    METHOD_TABLE.map((row) => `- ${row.of}: ${row.names.map(code).join(', ')}`).join('\n'),
    '## Differences from Jinja2',
    'Measured against CPython with Jinja2 3.1, StrictUndefined and no autoescape.',
    DIFFERENCES.map((each) => `- ${each.what} ${each.why}`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `# Templates

This page is generated from the tables in \`src/language/expression/\`; do not edit it by hand.

Templates are Jinja. A template that is one single \`{{ ... }}\` keeps the type of its value;
anything else gives text. A name or field that is not there is an error, unless \`default\` or
\`is defined\` asks for it. One line break at the very end is dropped. Nothing is escaped, and
data is never read as a template.`;

const LEVELS = `| level | what a template may do |
| --- | --- |
| \`interpolation_only\` | \`{{ name }}\`, \`{{ name.field }}\`, \`{{ name['field'] }}\`, \`{{ name[0] }}\`; no comments, tags, filters, operators or calls |
| \`safe_expressions\` | operators, the filters, tests, functions and methods below that say so, and \`if\`, \`for\`, \`set\`, \`with\`, \`print\`, \`raw\`, comments |
| \`sandboxed\` | also \`macro\`, \`call\`, \`filter\`, recursive loops and all filters |
| \`unsafe\` | the same as \`sandboxed\` with ${TEMPLATE_LIMITS.unsafeFactor} times the budget; its use is logged |`;

function describeLimits(): string {
  const limits = TEMPLATE_LIMITS;
  const count = (value: number) => value.toLocaleString('en');
  return [
    `- text of a template: ${limits.textBytes / 1024} KB`,
    `- nesting of expressions and blocks: ${limits.depth}`,
    `- steps of one rendering (nodes visited, items of loops and filters): ${count(limits.steps)}`,
    `- text and lists made by one rendering: ${limits.bytes / 1024 / 1024} MB`,
    `- macro calls and recursive loops inside each other: ${limits.calls}`,
    `- items of one \`range()\`: ${count(limits.rangeItems)}`,
  ].join('\n');
}

function describeRows(table: readonly TableRow[], signatureOf: (name: string) => string): string {
  const lines = table.map((row) => {
    const signature = signatureOf(row.name);
    const shown = signature === '' ? row.name : `${row.name}(${signature})`;
    return `| ${code(shown)} | ${row.summary.replaceAll('|', '\\|')} | ${code(row.level)} | ${row.from} |`;
  });
  return [
    '| name | what it does | from level | as in |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
