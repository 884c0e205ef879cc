import { describe, expect, it } from 'vitest';
import { type FlowSpec, planOf } from '../../../test/engine/plan-of.ts';
import { randomFlow } from '../../../test/engine/random-flow.ts';
import type { Script } from '../../../test/engine/script.ts';
import { runOnce, scriptFor, timeless } from '../../../test/engine/simulation.ts';
import { type ExecutionId, seededRandom } from '../../base/index.ts';
import type { StepRecord } from '../../contract/index.ts';
import { compile, type Plan } from '../../language/index.ts';
import { NODE_TYPES } from '../../nodes/index.ts';
import { stepsToReuse } from './reuse.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const FIRST = 'first' as ExecutionId;
const ERROR = { code: 'NODE_FAILED', message: 'm', remedy: 'r' } as const;
const CALM = { concurrency: 16, stepsMax: undefined, cancelAtMs: undefined, journalIsSlow: false };

const key = ({ node, path }: { readonly node: string; readonly path: string }) => `${node} ${path}`;
const kept = (steps: readonly StepRecord[]) => steps.map(key);

/** Visits that are taken over do as they did; all others succeed at once. */
function mended(script: Script, reused: readonly StepRecord[]): Script {
  const known = new Set(kept(reused));
  return {
    act: (node, path, attempt) => {
      const act = script.act(node, path, attempt);
      return known.has(key({ node, path })) ? act : { ...act, does: 'succeed' };
    },
  };
}

interface Retried {
  readonly reused: number;
  readonly status: string;
}

async function retry(seed: number, choose?: (flow: FlowSpec) => string): Promise<Retried> {
  const flow = randomFlow(seededRandom(seed));
  const script = scriptFor(flow, seed, 15);
  const plan = planOf(flow);
  const base = { seed, flow, circumstances: CALM };
  const { result } = await runOnce({ ...base, script, before: [] });
  const from = choose?.(flow);
  const previous = { id: FIRST, plan, steps: result.steps };
  const reused = stepsToReuse(plan, from === undefined ? previous : { ...previous, from });
  const repaired = mended(script, reused);
  const before = reused.map(({ reusedFrom: _, ...step }) => step);
  const fresh = await runOnce({ ...base, script: repaired, before: [] });
  const again = await runOnce({ ...base, script: repaired, before });
  const what = `seed ${seed}${from === undefined ? '' : ` from ${from}`}`;
  expect(again.faults, what).toEqual([]);
  expect(again.result.status, what).toBe(fresh.result.status);
  expect(again.result.outputs, what).toEqual(fresh.result.outputs);
  expect(again.result.steps.map(timeless).sort(), what).toEqual(
    fresh.result.steps.map(timeless).sort(),
  );
  if (from !== undefined) expect(reused.map(({ node }) => node)).not.toContain(from);
  return { reused: reused.length, status: again.result.status };
}

describe('a retry', () => {
  it(`with mended nodes ends as a fresh run does (${RUNS} random flows)`, async () => {
    let reused = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const retried = await retry(seed);
      expect(retried.status, `seed ${seed}`).toBe('completed');
      reused += retried.reused;
    }
    expect(reused).toBeGreaterThan(RUNS);
  }, 600_000);

  it(`from any node ends as a fresh run does (${RUNS} random flows)`, async () => {
    for (let seed = 1; seed <= RUNS; seed += 1) {
      await retry(seed, ({ nodes }) => {
        const names = Object.keys(nodes);
        return names[seed % names.length] ?? '';
      });
    }
  }, 600_000);

  it('marks what it takes over, and changes nothing else of it', () => {
    const plan = planOf({ nodes: { a: {} } });
    const step = stepOf('a', '', { value: [1], port: 'default' });
    const steps = stepsToReuse(plan, { id: FIRST, plan, steps: [step] });
    expect(steps).toEqual([{ ...step, reusedFrom: 'first' }]);
  });

  it('refuses a node that the version does not have', () => {
    const plan = planOf({ nodes: { a: {} } });
    const asked = () => stepsToReuse(plan, { id: FIRST, plan, steps: [], from: 'b' });
    expect(asked).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_NODE',
        message: 'the flow test-flow has no node b to retry from',
      }),
    );
  });

  it('leaves a failure alone that an error edge took, unless it is asked for', () => {
    const plan = planOf({ nodes: { a: {}, b: { after: ['a.error'] }, c: {} } });
    const failed = stepOf('a', '', { status: 'failed', port: 'error', error: ERROR });
    const steps = [failed, stepOf('b', ''), stepOf('c', '')];
    expect(kept(stepsToReuse(plan, { id: FIRST, plan, steps }))).toEqual(['a ', 'b ', 'c ']);
    expect(kept(stepsToReuse(plan, { id: FIRST, plan, steps, from: 'a' }))).toEqual(['c ']);
  });
});

describe('in a region, a retry', () => {
  const each = { kind: 'foreach', members: ['x', 'y'] } as const;
  const plan = planOf({
    nodes: { each, x: {}, y: { after: ['x'] }, z: { after: ['each'] } },
  });
  const bad = { status: 'failed', error: ERROR } as const;
  const inside = [stepOf('x', '0'), stepOf('y', '0'), stepOf('x', '1', bad)];

  it('keeps the items that did not fail, and opens the foreach again', () => {
    const steps = [...inside, stepOf('each', '', { ...bad, items: 2 })];
    expect(kept(stepsToReuse(plan, { id: FIRST, plan, steps }))).toEqual(['x 0', 'y 0']);
  });

  it('keeps a foreach that went on in spite of a failure, with that failure', () => {
    const { plan: goesOn, steps } = goingOn();
    const all = ['x 0', 'y 0', 'w 0', 'x 1', 'y 1', 'w 1', 'each '];
    expect(kept(stepsToReuse(goesOn, { id: FIRST, plan: goesOn, steps }))).toEqual(all);
  });

  it('that opens it again for another node tries what failed inside again', () => {
    const { plan: goesOn, steps } = goingOn();
    const previous = { id: FIRST, plan: goesOn, steps, from: 'w' };
    expect(kept(stepsToReuse(goesOn, previous))).toEqual(['x 0', 'y 0']);
  });

  function goingOn() {
    const own = { kind: 'foreach', members: ['x', 'y', 'w'], onError: 'continue' } as const;
    const nodes = { each: own, x: {}, y: { after: ['x'] }, w: {}, z: {} };
    const skipped = stepOf('y', '1', { status: 'skipped', attempts: 0 });
    const [x0, y0, x1] = inside.map((step) => step);
    const inner = [x0, y0, stepOf('w', '0'), x1, skipped, stepOf('w', '1')];
    const steps = [...inner, stepOf('each', '', { items: 2 }), stepOf('z', '', bad)];
    return { plan: planOf({ nodes }), steps: steps.filter((step) => step !== undefined) };
  }
});

describe('with another version, a retry', () => {
  const flow = (parts: Partial<Record<'a' | 'b' | 'c' | 'retry', string>>) =>
    compiled(`name: versions
nodes:
  a: {type: template, config: {template: "${parts.a ?? 'one'}"}}
  b:
    type: template
    depends_on: [a]
    ${parts.retry ?? ''}
    config: {template: "${parts.b ?? '{{ a }} two'}"}
  c: {type: template, depends_on: [b], config: {template: "${parts.c ?? '{{ b }} three'}"}}
  d: {type: template, config: {template: four}}
`);
  const steps = ['a', 'b', 'c', 'd'].map((node) => stepOf(node, ''));
  const reusedIn = (plan: Plan) => kept(stepsToReuse(plan, { id: FIRST, plan: flow({}), steps }));

  it.each([
    ['nothing changed', {}, ['a ', 'b ', 'c ', 'd ']],
    ['the first of a chain is another', { a: 'other' }, ['d ']],
    ['the last of a chain is another', { c: '{{ b }} other' }, ['a ', 'b ', 'd ']],
    [
      'a node is only tried more often',
      { retry: 'retry: {attempts: 3}' },
      ['a ', 'b ', 'c ', 'd '],
    ],
  ])('takes over what is the same where %s', (_, parts, expected) => {
    expect(reusedIn(flow(parts))).toEqual(expected);
  });

  it('takes nothing over of nodes that are gone', () => {
    const plan = compiled(
      'name: versions\nnodes:\n  d: {type: template, config: {template: four}}\n',
    );
    expect(reusedIn(plan)).toEqual(['d ']);
  });
});

function stepOf(node: string, path: string, more: Partial<StepRecord> = {}): StepRecord {
  const times = { startedAt: 1, endedAt: 2 };
  const port = more.status === undefined ? { port: 'default', value: null } : {};
  return { node, path, status: 'completed', attempts: 1, ...times, ...port, ...more };
}

function compiled(text: string): Plan {
  const { plan, problems } = compile(text, { nodeTypes: NODE_TYPES });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}
