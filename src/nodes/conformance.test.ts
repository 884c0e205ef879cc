import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { equalValues, seededRandom, systemClock, toValue, type Value } from '../base/index.ts';
import type { Field, Fields, NodeType, Problem } from '../contract/index.ts';
import { execute, memoryJournal, spawnNode } from '../engine/index.ts';
import { checkInputs, compile } from '../language/index.ts';
import { NODE_TYPES } from './index.ts';
import { stubCapabilities } from './kit/stub-capabilities.ts';

const CAPABILITIES = ['files', 'http', 'code'] as const;

/** Values that fit nowhere, or try to be more than data; JSON text, where `__proto__` is a key. */
const HOSTILE = [
  ...['null', 'true', '-1', '1e308', '0.1', '""', '[]', '{}', '[[[]]]', '["a", null, 7]'],
  '{"__proto__": {"admin": true}, "constructor": {"prototype": 1}}',
  JSON.stringify('x'.repeat(100_000)),
  JSON.stringify('__proto__'),
  JSON.stringify('constructor.constructor'),
  JSON.stringify('inputs.__proto__'),
  JSON.stringify('{{'),
  JSON.stringify('{{ __proto__ }}'),
  JSON.stringify('{{ inputs.__class__.__mro__ }}'),
  JSON.stringify('{{ [].constructor.constructor("return process")() }}'),
  JSON.stringify('{% for i in range(1000000000) %}x{% endfor %}'),
  JSON.stringify('{{ "x" * 1000000000 }}'),
  JSON.stringify('\u0000\ud800'),
  '['.repeat(60) + ']'.repeat(60),
];

it('lists every node type once, sorted by id', () => {
  const ids = NODE_TYPES.map((type) => type.id);
  expect(ids).toEqual([...new Set(ids)].sort());
});

for (const type of NODE_TYPES) {
  describe(type.id, () => {
    it('says what it is', () => {
      expect(type.id).toMatch(/^[a-z][a-z_]*(\.[a-z_]+)?$/);
      expect(type.version).toBeGreaterThanOrEqual(1);
      expect(type.title).toMatch(/^[A-Z]/);
      expect(type.summary).toMatch(/^[A-Z].*\.$/);
      expect(type.outputSummary).toMatch(/\.$/);
      expect(Object.isFrozen(type)).toBe(true);
    });

    it('has a table of fields that is plain, complete data', () => {
      expect(JSON.parse(JSON.stringify(type.config))).toEqual(type.config);
      for (const issue of tableIssues(type.config)) expect.fail(issue);
    });

    it('runs its example, and gives only JSON data', async () => {
      const result = await run(type.example);
      expect(result.error).toBeUndefined();
      expect(result.status).toBe('completed');
      expect(result.steps.some((step) => step.status === 'completed')).toBe(true);
      for (const { value } of result.steps) {
        if (value !== undefined) expect(equalValues(toValue(value), value)).toBe(true);
      }
    });

    it('refuses a key that it does not have', () => {
      const problems = problemsOf(withConfig(type, (config) => ({ ...config, surprise: 1 })));
      expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['UNKNOWN_KEY']));
      expect(problems[0]?.path).toMatch(/\.config\.surprise$/);
    });

    const required = Object.entries(type.config).filter(([, field]) => field.required === true);
    it.each(required.map(([key]) => key))('asks for %s', (key) => {
      const problems = problemsOf(withConfig(type, ({ [key]: _, ...config }) => config));
      expect(problems.map((problem) => problem.code)).toContain('MISSING_KEY');
      expect(problems.some((problem) => problem.message.includes(key))).toBe(true);
    });

    it('ends as cancelled when it is cancelled before it starts', async () => {
      const result = await run(type.example, { signal: AbortSignal.abort() });
      expect(result.status).toBe('cancelled');
    });

    it('stops waiting when its visit is cancelled', async () => {
      const signal = AbortSignal.abort(new Error('cancelled'));
      const sleep = async () => signal.throwIfAborted();
      const cancelled: NodeType = {
        ...type,
        run: (context, config, input) => type.run({ ...context, signal, sleep }, config, input),
      };
      const { status } = await run(type.example, { type: cancelled });
      const waits = type.id === 'delay' || type.needs.some((name) => name !== 'files');
      if (waits) expect(status).toBe('failed');
    });

    it('is handed exactly the capabilities that it declares', async () => {
      const seen = new Set<string>();
      const watched: NodeType = {
        ...type,
        run: (context, config, input) => {
          for (const name of CAPABILITIES) if (name in context) seen.add(name);
          return type.run(context, config, input);
        },
      };
      await run(type.example, { type: watched });
      expect([...seen].sort()).toEqual([...type.needs].sort());
    });

    const keys = Object.keys(type.config);
    it.each(keys)(
      'answers hostile values of %s with problems or errors of its own',
      async (key) => {
        for (const hostile of HOSTILE) {
          const text = withConfig(type, (config) => ({ ...config, [key]: '@hostile@' }));
          const result = await run(text.replace('"@hostile@"', () => hostile));
          expect(result.error?.code, `${key}: ${hostile.slice(0, 60)}`).not.toBe('INTERNAL');
        }
      },
    );

    it('checks any config at all without failing', () => {
      const config = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 }));
      fc.assert(
        fc.property(config, (data) => {
          const given = toValue(data) as Readonly<Record<string, Value>>;
          for (const issue of type.check?.(given) ?? []) expect(issue.message).not.toBe('');
          for (const route of type.routes?.(given) ?? []) expect(typeof route).toBe('string');
          type.region?.(given);
        }),
      );
    });
  });
}

interface Trial {
  readonly signal?: AbortSignal;
  /** Takes the place of the type with the same id. */
  readonly type?: NodeType;
}

/** Compiles and runs; problems of the text come back as the error, so that both can be judged. */
async function run(text: string, { signal, type }: Trial = {}) {
  const nodeTypes = NODE_TYPES.map((known) => (known.id === type?.id ? type : known));
  const { plan, problems } = compile(text, { file: 'flow.yaml', nodeTypes });
  if (plan === undefined) {
    const [first] = problems;
    return { status: 'refused', steps: [], error: first } as const;
  }
  const checked = checkInputs(plan, {});
  if (!('inputs' in checked)) throw new Error('an example has an input without a default');
  return await execute(plan, checked.inputs, {
    executionId: 'conformance',
    ports: {
      clock: systemClock,
      random: seededRandom(1),
      journal: memoryJournal(),
      spawn: spawnNode(stubCapabilities(), systemClock),
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

function problemsOf(text: string): readonly Problem[] {
  return compile(text, { file: 'flow.json', nodeTypes: NODE_TYPES }).problems.filter(
    (problem) => problem.severity === 'error',
  );
}

type Config = Readonly<Record<string, unknown>>;

/** The example of a type as JSON, with another config for its node of that type. */
function withConfig(type: NodeType, change: (config: Config) => Config): string {
  const flow = parse(type.example);
  for (const node of Object.values<{ type: string; config?: Config }>(flow.nodes)) {
    if (node.type === type.id) node.config = change(node.config ?? {});
  }
  return JSON.stringify(flow);
}

function tableIssues(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const isNamed = /^[a-z][a-z0-9_]*$/.test(name);
    return [...(isNamed ? [] : [`${name} is not snake_case`]), ...fieldIssues(name, field)];
  });
}

function fieldIssues(name: string, field: Field): readonly string[] {
  const issues: string[] = [];
  if (!/^[A-Z].*\.$/.test(field.summary)) issues.push(`${name}: the summary is no sentence`);
  if ('default' in field && field.required === true) issues.push(`${name}: required and default`);
  if ('default' in field && !isValidDefault(field))
    issues.push(`${name}: the default is not valid`);
  if (field.kind === 'list') issues.push(...fieldIssues(`${name}[]`, field.items));
  if (field.kind === 'map') issues.push(...fieldIssues(`${name}.*`, field.values));
  if (field.kind === 'object') issues.push(...tableIssues(field.fields));
  return issues;
}

function isValidDefault(field: Field & { default?: unknown }): boolean {
  const value = field.default;
  if (field.kind === 'choice') return field.choices.includes(String(value));
  if (field.kind === 'boolean') return typeof value === 'boolean';
  if (field.kind === 'text') return typeof value === 'string';
  if (field.kind === 'json') return true;
  if (typeof value !== 'number') return false;
  const { min = value, max = value } = field as { min?: number; max?: number };
  return value >= min && value <= max;
}
