import { describe, expect, it } from 'vitest';
import type { ExecutionEvent, NodeType, ScriptEvent } from '../../src/contract/index.ts';
import { stepsToReuse } from '../../src/engine/index.ts';
import { compile, type Plan } from '../../src/language/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';
import { virtualClock } from '../engine/virtual-clock.ts';
import { SEMANTICS_TYPES } from '../semantics/node-types.ts';
import { memoryLog } from '../support/server.ts';
import { ModelStore } from './model-store.ts';
import { FLOW, idsOf, ModelProcess, startOf, until } from './processes.ts';

/** `script` reports one run of code, then does what its config says. */
const FLOW_TEXT = `
name: test-flow
nodes:
  a: {type: script, config: {then: give}}
  b: {type: script, depends_on: [a], config: {then: wait}}
  c: {type: script, depends_on: [b], config: {then: hang}}
outputs: {result: c}
`;

const SCRIPT: ScriptEvent = {
  kind: 'script',
  language: 'python',
  level: 'strict',
  codeHash: 'b'.repeat(64),
  outcome: 'completed',
  durationMs: 7,
  jail: 'kernel',
};
const STOPPED: ScriptEvent = { ...SCRIPT, outcome: 'EXECUTION_CANCELLED' };

const scriptNode: NodeType = defineNode({
  ...{ id: 'script', version: 1, title: 'script', summary: 'script', output: 'any' },
  ...{ outputSummary: 'any', example: '', role: 'step', effect: 'pure', needs: [] },
  config: {
    // biome-ignore lint/suspicious/noThenProperty: a field of a test, never awaited.
    then: { kind: 'choice', choices: ['give', 'wait', 'hang'], summary: 'What it does.' },
  },
  run: async (context, config) => {
    if (config.then === 'hang') return hangUntilStopped(context);
    context.report(SCRIPT);
    const waits = config.then === 'wait' ? { notBefore: context.now() + 600_000 } : {};
    return { value: context.node, ...waits };
  },
});

/** As the sandbox: what was told to stop is reported before the call fails. */
function hangUntilStopped({ signal, report }: Parameters<NodeType['run']>[0]): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      report(STOPPED);
      reject(signal.reason);
    });
  });
}

function planOf(text: string): Plan {
  const { plan, problems } = compile(text, { nodeTypes: [...SEMANTICS_TYPES, scriptNode] });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}

function world() {
  const clock = virtualClock();
  const store = new ModelStore(clock);
  const plan = planOf(FLOW_TEXT);
  const newId = idsOf('e1', 'e2');
  const process = (name: string) =>
    new ModelProcess({ clock, store, name, newId, plans: new Map([[FLOW, plan]]) });
  return { clock, store, plan, process };
}

const stepsOf = (events: readonly ExecutionEvent[]) =>
  events.flatMap((event) => (event.kind === 'step.ended' ? [event.step] : []));

describe('what a step keeps of its scripts', () => {
  it('is in the journal of an execution: ended, waiting, taken over and cancelled', async () => {
    const { clock, store, plan, process } = world();
    const one = process('p1');
    const started = await (await one.open()).start(startOf());
    await until(clock, () => store.row(started.id).status === 'waiting');
    const waits = store
      .events(started.id)
      .flatMap((event) => (event.kind === 'step.waiting' ? [event.wait] : []));
    expect(waits).toMatchObject([{ node: 'b', events: [SCRIPT] }]);
    // The wait is read back from the store, in a process that never ran the node.
    one.crash();
    const two = await process('p2').open();
    await until(clock, () => stepsOf(store.events(started.id)).length === 2);
    two.nudgeCancel(started.id);
    await until(clock, () => store.row(started.id).status === 'cancelled');
    const steps = stepsOf(store.events(started.id));
    expect(steps).toMatchObject([
      { node: 'a', status: 'completed', events: [SCRIPT] },
      { node: 'b', status: 'completed', events: [SCRIPT] },
      { node: 'c', status: 'cancelled', events: [STOPPED] },
    ]);
    expect(store.faults).toEqual([]);
    // A retry by a person takes over what the steps kept, as it takes over their values.
    const reused = stepsToReuse(plan, { id: started.id, plan, steps });
    expect(reused).toMatchObject([
      { node: 'a', events: [SCRIPT], reusedFrom: started.id },
      { node: 'b', events: [SCRIPT], reusedFrom: started.id },
    ]);
  });

  it('is lost with a process that dies before the step ended, and told by the next one', async () => {
    const { clock, store, process } = world();
    const one = process('p1');
    const started = await (await one.open()).start(startOf());
    await until(clock, () => stepsOf(store.events(started.id)).length === 2);
    await until(clock, () => store.events(started.id).at(-1)?.kind === 'step.started');
    one.crash();
    const two = await process('p2').open();
    const kinds = () => store.events(started.id).map(({ kind }) => kind);
    await until(clock, () => kinds().includes('execution.resumed'));
    await until(clock, () => two.status().running === 1);
    two.nudgeCancel(started.id);
    await until(clock, () => store.row(started.id).status === 'cancelled');
    expect(stepsOf(store.events(started.id)).at(-1)).toMatchObject({
      node: 'c',
      events: [STOPPED],
    });
  });
});

it('a template of the level unsafe is in the log once for each node of an execution', async () => {
  const text = `
name: test-flow
nodes:
  a: {type: value, config: {value: [1, 2, 3]}}
  s: {type: split, depends_on: [a], config: {field: a}}
  big: {type: template, depends_on: [s], config: {level: unsafe, template: "{{ item }}"}}
  end: {type: aggregate, depends_on: [big], config: {}}
  also: {type: template, depends_on: [end], config: {level: unsafe, template: "{{ end }}"}}
`;
  const own = NODE_TYPES.filter(({ id }) => id === 'template');
  const nodeTypes = [...SEMANTICS_TYPES.filter(({ id }) => id !== 'template'), ...own];
  const { plan, problems } = compile(text, { nodeTypes, unsafeTemplates: true });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const clock = virtualClock();
  const store = new ModelStore(clock);
  const { log, logged } = memoryLog();
  const newId = idsOf('e1', 'e2');
  const plans = new Map([[FLOW, plan]]);
  const dispatcher = await new ModelProcess({ clock, store, name: 'p1', newId, plans, log }).open();
  for (const _ of ['e1', 'e2']) {
    const started = await dispatcher.start(startOf());
    await until(clock, () => store.rows.get(started.id)?.status === 'completed');
    const steps = stepsOf(store.events(started.id));
    // The step says it each time.
    expect(steps.filter(({ logs }) => logs?.length === 1)).toHaveLength(4);
  }
  const warnings = logged.filter(({ level }) => level === 'warn');
  expect(warnings.map(({ fields }) => `${fields.execution} ${fields.node}`)).toEqual([
    'e1 big',
    'e1 also',
    'e2 big',
    'e2 also',
  ]);
});
