import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { toValue, type Value } from '../../src/base/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { compileTemplate, type Names } from '../../src/language/expression/index.ts';

/** What one engine made of a template: its text, or why it refused. */
export type Outcome = { readonly text: string } | { readonly refused: string };

const FOLDER = new URL('.', import.meta.url);

export const context: Readonly<Record<string, Value>> = JSON.parse(
  readFileSync(new URL('context.json', FOLDER), 'utf8'),
);

/** Expressions, each in `{{ }}`, and templates written by hand. */
export function readCorpus(): readonly string[] {
  const lines = readFileSync(new URL('expressions.txt', FOLDER), 'utf8').split('\n');
  const expressions = lines.filter((line) => line !== '' && !line.startsWith('# '));
  const text = readFileSync(new URL('templates.txt', FOLDER), 'utf8');
  const templates = text.split(/^===.*\n/m).slice(1);
  return [
    ...expressions.map((line) => `{{ ${line} }}`),
    ...templates.map((template) => template.replace(/\n$/, '')),
  ];
}

/** CPython's outcome of each template, undefined where python3 or its jinja2 is absent. */
export function renderWithPython(templates: readonly string[]): readonly Outcome[] | undefined {
  const script = new URL('reference.py', FOLDER).pathname;
  const done = spawnSync('/usr/bin/python3', [script], {
    input: JSON.stringify({ context, templates }),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return done.status === 0 ? JSON.parse(done.stdout).results : undefined;
}

/** Our outcome. Anything but an AppError of a template is a defect, and thrown on. */
export function renderWithOurs(template: string): Outcome {
  try {
    return { text: compileTemplate(template, 'sandboxed').render(plainNames(context)) };
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('TEMPLATE_')) {
      return { refused: `${error.code}: ${error.message}` };
    }
    throw error;
  }
}

/** Names over plain data, copied into Values. */
export function plainNames(data: Readonly<Record<string, unknown>>): Names {
  const values = new Map(Object.entries(data).map(([name, value]) => [name, toValue(value)]));
  return { get: (name) => values.get(name), all: () => [...values.keys()] };
}
