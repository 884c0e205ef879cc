import { expect, it } from 'vitest';
import { seededRandom, systemClock } from '../../base/index.ts';
import { execute, memoryJournal, spawnNode } from '../../engine/index.ts';
import { compile } from '../../language/index.ts';
import { trialVisit } from '../kit/trial-visit.ts';
import { templateNode } from './template.ts';

const render = async (template: unknown, names: Record<string, unknown> = {}) =>
  (await trialVisit(templateNode, { config: { template }, names })).value;

it('renders text, and keeps the type of one expression', async () => {
  expect(await render('Hello {{ name }}!', { name: 'Ada' })).toBe('Hello Ada!');
  expect(await render('{{ rows }}', { rows: [1, { a: true }] })).toEqual([1, { a: true }]);
  expect(await render({ n: '{{ n }}', text: '0{{ n }}' }, { n: 1 })).toEqual({ n: 1, text: '01' });
});

it('leaves text that looks like data as text', async () => {
  expect(await render('{"a": {{ n }}}', { n: 1 })).toBe('{"a": 1}');
  expect(await render('true')).toBe('true');
});

it('fails on an undefined name', async () => {
  await expect(render('Hello {{ nmae }}')).rejects.toMatchObject({ code: 'TEMPLATE_UNDEFINED' });
});

it('never renders data as a template and escapes nothing', async () => {
  expect(await render('<b>{{ x }}</b>', { x: '{{ 7 * 7 }} & <i>' })).toBe(
    '<b>{{ 7 * 7 }} & <i></b>',
  );
});

it('does no more than the chosen level allows, wherever it stands', () => {
  const codes = (config: Record<string, unknown>) => {
    const flow = { name: 'levels', nodes: { a: { type: 'template', config } } };
    const options = { file: 'flow.json', nodeTypes: [templateNode] };
    return compile(JSON.stringify(flow), options).problems.map((problem) => problem.code);
  };
  const macro = '{% macro m() %}x{% endmacro %}{{ m() }}';
  expect(codes({ template: { ok: '{{ 1 + 1 }}', list: ['plain', macro] } })).toEqual([
    'TEMPLATE_LEVEL',
  ]);
  expect(codes({ template: macro, level: 'sandboxed' })).toEqual([]);
  expect(codes({ template: '{{ execution_id }}', level: 'interpolation_only' })).toEqual([]);
  expect(codes({ template: '{{ 1 + 1 }}', level: 'interpolation_only' })).toEqual([
    'TEMPLATE_LEVEL',
  ]);
  expect(codes({ template: '{{ 1 + 1 }}', level: 'unsafe' })).toEqual(['WRONG_VALUE']);
});

it('leaves one warning with the node at the level unsafe, and has more to spend there', async () => {
  const template = '{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}';
  const run = async (level: string) => {
    const flow = {
      name: 'large',
      nodes: { big: { type: 'template', config: { template, level } } },
    };
    const options = { file: 'flow.json', nodeTypes: [templateNode], unsafeTemplates: true };
    const { plan } = compile(JSON.stringify(flow), options);
    if (plan === undefined) throw new Error('it compiles');
    const ports = { clock: systemClock, random: seededRandom(1), journal: memoryJournal() };
    const spawn = spawnNode({}, systemClock);
    return execute(plan, {}, { executionId: 'e1', ports: { ...ports, spawn } });
  };
  const { status, steps } = await run('unsafe');
  expect([status, steps[0]?.logs]).toEqual([
    'completed',
    [{ level: 'warn', message: 'node big renders a template of the level unsafe' }],
  ]);
  const usual = await run('sandboxed');
  expect(usual.steps[0]).toMatchObject({ status: 'failed', error: { code: 'TEMPLATE_FUEL' } });
  expect(usual.steps[0]?.logs).toBeUndefined();
});
