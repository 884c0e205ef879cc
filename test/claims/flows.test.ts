import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEMPLATE_USES } from '../../src/contract/index.ts';
import { asAppError } from '../../src/errors/index.ts';
import { compileTemplate } from '../../src/language/expression/index.ts';
import { compile, renderConfig } from '../../src/language/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';
import { type Answer, type ClaimServer, claimServer } from './support.ts';

/** What the guides promise of the text of a flow and of its templates. */

let server: ClaimServer;
beforeAll(async () => {
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false' });
});
afterAll(() => server?.close());

const save = (source: string): Promise<Answer> =>
  server.ask('POST', '/api/v1/flows', { body: { source } });
const oneNode = (node: object) =>
  JSON.stringify({ name: 'one', nodes: { a: node }, outputs: { a: 'a' } });

async function refusal(source: string): Promise<{ readonly code: string; readonly place: object }> {
  const answer = await save(source);
  expect(answer.status, answer.text).toBe(400);
  expect(answer.json.error.code).toBe('FLOW_INVALID');
  return answer.json.error.details.problems[0];
}

describe('the text of a flow', () => {
  it('G4.198 with a tag of YAML is refused: nothing is made of it', async () => {
    const flow = (value: string) =>
      `name: x\nnodes:\n  a:\n    type: template\n    config:\n      template: ${value}\n`;
    for (const tag of ['!!js/function', '!!python/object/apply:os.system', '!own', '!!binary']) {
      const { status, json } = await save(flow(`${tag} "x"`));
      expect(status).toBe(400);
      const codes = json.error.details.problems.map(({ code }: { code: string }) => code);
      expect(codes, tag).toContain('YAML_TAG_REFUSED');
    }
    expect((await save(flow('"!!js/function x"'))).status).toBe(201);
  });

  it('G4.199 without a type, or with a node that is not there, is refused with 400', async () => {
    expect((await refusal(oneNode({ config: { template: 'x' } }))).code).toBe('MISSING_KEY');
    expect((await refusal('name: x\n')).code).toBe('MISSING_KEY');
    const dangling = { type: 'template', depends_on: ['gone'], config: { template: 'x' } };
    expect((await refusal(oneNode(dangling))).code).toBe('UNKNOWN_NODE');
    expect((await save(oneNode({ type: 'template', config: { template: 'x' } }))).status).toBe(201);
  });

  it('G4.200 with unknown keys or wrong types is refused with the place of each', async () => {
    const extra = oneNode({ type: 'template', config: { template: 'x', extra: 1 } });
    expect(await refusal(extra)).toMatchObject({
      code: 'UNKNOWN_KEY',
      place: { path: 'nodes.a.config.extra', line: expect.any(Number) },
    });
    const wrong = oneNode({ type: 'javascript', config: { code: ['x'] } });
    expect(await refusal(wrong)).toMatchObject({
      code: 'WRONG_TYPE',
      place: { path: 'nodes.a.config.code' },
    });
  });

  it('G4.201 that is a bomb of aliases or nested deeply is refused', async () => {
    const names = 'abcdefghij'.split('');
    const bomb = names.map((name, index) => {
      const before = names[index - 1];
      const items = Array(9).fill(before === undefined ? 'x' : `*${before}`);
      return `${name}: &${name} [${items.join(',')}]`;
    });
    expect((await refusal(bomb.join('\n'))).code).toBe('YAML_TOO_MANY_ALIASES');
    const deep = `name: x\nnodes: ${'['.repeat(200)}${']'.repeat(200)}\n`;
    expect((await refusal(deep)).code).toBe('YAML_TOO_DEEP');
    const aliased = 'name: &n x\nnodes: {a: {type: template, config: {template: *n}}}\n';
    expect((await save(aliased)).status).toBe(201);
    expect((await server.ask('GET', '/health')).json).toEqual({ status: 'ok' });
  });

  it('G4.202 has at most 1 MiB: one byte more is answered with 413', async () => {
    const flow = 'name: x\nnodes: {a: {type: template, config: {template: x}}}\n#';
    const sized = (bytes: number) => flow + 'x'.repeat(bytes - flow.length);
    expect((await save(sized(1_048_576))).status).toBe(201);
    const over = await save(sized(1_048_577));
    expect(over.status).toBe(413);
    expect(over.json.error.code).toBe('FLOW_TOO_LARGE');
  });
});

describe('the levels of templates', () => {
  const template = (level: string, text: string) =>
    oneNode({ type: 'template', config: { level, template: text } });
  const rendered = async (level: string, text: string) => {
    const declared = { name: 'one', inputs: { a: 'object' }, outputs: { a: 'a' } };
    const nodes = { a: { type: 'template', config: { level, template: text } } };
    const inputs = { a: { b: 'kept' } };
    return server.run(JSON.stringify({ ...declared, nodes }), inputs);
  };

  it('G1.020 are four, and what each allows is rendered', async () => {
    const names = new Map([['name', 'Ada']]);
    for (const level of [
      'interpolation_only',
      'safe_expressions',
      'sandboxed',
      'unsafe',
    ] as const) {
      expect(compileTemplate('<{{ name }}>', level).render(names)).toBe('<Ada>');
    }
    expect((await rendered('interpolation_only', '{{ inputs.a.b }}')).outputs.a).toBe('kept');
    expect((await rendered('safe_expressions', '{{ inputs.a.b | upper }}')).outputs.a).toBe('KEPT');
    const macro = '{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(inputs.a.b) }}';
    expect((await rendered('sandboxed', macro)).outputs.a).toBe('<kept>');
    // No flow may ask for the fourth itself.
    expect((await refusal(template('unsafe', 'x'))).code).toBe('WRONG_VALUE');
    expect((await refusal(template('trusted', 'x'))).code).toBe('WRONG_VALUE');
  });

  it('G1.021 interpolation_only puts in values and nothing else', async () => {
    for (const text of [
      '{{ 1+1 }}',
      '{% for x in [1] %}{{ x }}{% endfor %}',
      '{{ inputs.a | upper }}',
      '{# a comment #}',
      '{{ inputs.a() }}',
      '{% if true %}x{% endif %}',
    ]) {
      expect((await refusal(template('interpolation_only', text))).code).toBe('TEMPLATE_LEVEL');
    }
    expect((await rendered('interpolation_only', '{{ inputs.a.b }}')).outputs.a).toBe('kept');
    expect((await rendered('interpolation_only', "{{ inputs['a']['b'] }}")).outputs.a).toBe('kept');
  });

  it('G1.022 safe_expressions has safe filters and no way out of the data', async () => {
    const works =
      "{{ inputs.a.b | upper }} {{ inputs.a.c | default('d') }} {{ [1, 2] | join('-') }}";
    expect((await rendered('safe_expressions', works)).outputs.a).toBe('KEPT d 1-2');
    for (const text of ESCAPES) await expectNothing('safe_expressions', text);
    const macro = '{% macro m() %}{% endmacro %}';
    expect((await refusal(template('safe_expressions', macro))).code).toBe('TEMPLATE_LEVEL');
  });

  it('G1.023 sandboxed has loops and macros and no way out of the data', async () => {
    const loop =
      '{% macro m(x) %}{{ x }};{% endmacro %}{% for x in [1, 2] %}{{ m(x) }}{% endfor %}';
    expect((await rendered('sandboxed', loop)).outputs.a).toBe('1;2;');
    for (const text of ESCAPES) await expectNothing('sandboxed', text);
  });

  it('G1.024 unsafe needs the operator, and each use is a warning with the node', async () => {
    const allowing = await claimServer({ TEMPLATE_UNSAFE: 'true' });
    try {
      const flow = JSON.parse(template('unsafe', '{{ 1 + 1 }}'));
      const { id } = await allowing.run(JSON.stringify(flow));
      const steps = await allowing.ask('GET', `/api/v1/executions/${id}/steps`);
      const message = 'node a renders a template of the level unsafe';
      expect(steps.json.items[0]).toMatchObject({ node: 'a', status: 'completed' });
      expect(steps.json.items[0].logs).toEqual([{ level: 'warn', message }]);
      const logged = allowing
        .said()
        .err.split('\n')
        .filter((line) => line.includes('level unsafe'));
      expect(logged).toHaveLength(1);
      expect(JSON.parse(logged[0] ?? '')).toMatchObject({ execution: id, node: 'a' });
    } finally {
      await allowing.close();
    }
    expect((await refusal(template('unsafe', 'x'))).code).toBe('WRONG_VALUE');
  });

  it('G1.025 of file paths is interpolation_only', async () => {
    for (const key of ['path', 'pattern']) {
      const node = (text: string) => oneNode({ type: 'file', config: { [key]: text } });
      expect((await refusal(node('{{ inputs.x | upper }}'))).code).toBe('TEMPLATE_LEVEL');
    }
    const read = { type: 'file', config: { path: '{{ inputs.x }}' } };
    const plain = { name: 'f', inputs: { x: 'string' }, nodes: { a: read } };
    expect((await save(JSON.stringify(plain))).status).toBe(201);
  });

  it('G1.026 of URLs and headers is interpolation_only', async () => {
    const url = 'https://example.com/';
    const wrong = [{ url: `${url}{{ 1 + 1 }}` }, { url, headers: { 'X-A': '{{ "a" | upper }}' } }];
    for (const config of wrong) {
      expect((await refusal(oneNode({ type: 'http', config }))).code).toBe('TEMPLATE_LEVEL');
    }
    const config = { url: `${url}{{ inputs.x }}`, headers: { 'X-A': '{{ inputs.x }}' } };
    const plain = { name: 'h', inputs: { x: 'string' }, nodes: { a: { type: 'http', config } } };
    expect((await save(JSON.stringify(plain))).status).toBe(201);
  });

  it('G1.027 of prompts is safe_expressions: filters, and no way out of the data', () => {
    const works = '{{ inputs.a.b | upper }} {{ [1, 2] | join("-") }}';
    expect(prompted(works)).toEqual({ text: 'KEPT 1-2' });
    for (const text of ESCAPES) {
      expect(prompted(text), text).toEqual({ code: expect.stringMatching(/^TEMPLATE_|^UN/) });
    }
    for (const text of ['{% macro m() %}x{% endmacro %}', '{% filter upper %}x{% endfilter %}']) {
      expect(prompted(text), text).toEqual({ code: 'TEMPLATE_LEVEL' });
    }
  });
});

/**
 * A node that asks a model comes later; this one has what it will have, a field with the level of
 * prompts, and gives what the model would be told.
 */
const promptNode = defineNode({
  ...{ id: 'prompt', version: 1, title: 'Prompt', summary: 'Gives its prompt.', role: 'step' },
  ...{ effect: 'pure', needs: [], output: 'any', outputSummary: 'The prompt.', example: '' },
  config: {
    prompt: {
      kind: 'text',
      template: { level: TEMPLATE_USES.prompt, when: 'before' },
      summary: 'What the model is told.',
    },
  },
  run: (_context, { prompt }) => ({ value: prompt ?? null }),
});

/** What the model would be told; or the code of the first problem, or of the error of rendering. */
function prompted(prompt: string): { readonly text: unknown } | { readonly code: string } {
  const nodes = { a: { type: 'prompt', config: { prompt } } };
  const source = JSON.stringify({ name: 'one', inputs: { a: 'object' }, nodes });
  const { plan, problems } = compile(source, { nodeTypes: [promptNode] });
  const node = plan?.node.get('a');
  if (node === undefined) return { code: problems[0]?.code ?? '' };
  try {
    return { text: renderConfig(node, new Map([['inputs', { a: { b: 'kept' } }]])).prompt };
  } catch (error) {
    return { code: asAppError(error).code };
  }
}

/** Ways out of the data that work in engines of templates that are not careful. */
const ESCAPES = [
  '{{ inputs.a.constructor }}',
  '{{ inputs.a.__proto__ }}',
  "{{ ''.__class__.__mro__ }}",
  "{{ inputs.a['constructor']['constructor']('return process')() }}",
  '{{ range.constructor }}',
  '{{ process.env }}',
  '{{ globalThis }}',
];

/** It is refused when it is saved, or the execution fails: it gives nothing of the host. */
async function expectNothing(level: string, text: string): Promise<void> {
  const node = { type: 'template', config: { level, template: text } };
  const flow = { name: 'e', inputs: { a: 'object' }, nodes: { a: node }, outputs: { a: 'a' } };
  const saved = await save(JSON.stringify(flow));
  if (saved.status === 400) return;
  const path = `/api/v1/flows/${saved.json.id}/execute?wait=30s`;
  const { json } = await server.ask('POST', path, { body: { inputs: { a: { b: 'x' } } } });
  expect(json, text).toMatchObject({ status: 'failed' });
  expect(json.error.code).toMatch(/^TEMPLATE_|^UNDEFINED/);
}
