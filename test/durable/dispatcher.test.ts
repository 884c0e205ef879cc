import { describe, expect, it } from 'vitest';
import { DISPATCH_LIMITS } from '../../src/base/index.ts';
import type { ExecutionEvent, NodeType, StepRecord } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { compile, type Plan } from '../../src/language/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';
import { type VirtualClock, virtualClock } from '../engine/virtual-clock.ts';
import { SEMANTICS_TYPES } from '../semantics/node-types.ts';
import { ModelStore } from './model-store.ts';
import {
  ACCOUNT,
  executionId,
  type Fault,
  FLOW,
  idsOf,
  ModelProcess,
  type ProcessOptions,
  startOf,
  until,
} from './processes.ts';

const FOREVER = new AbortController().signal;

const PURE = `
name: test-flow
nodes:
  a: {type: value, config: {value: 1}}
  b: {type: value, depends_on: [a], config: {value: "{{ a + 1 }}"}}
  c: {type: value, depends_on: [b], config: {value: "{{ b + 1 }}"}}
outputs: {result: c}
`;

const EFFECTS = `
name: test-flow
nodes:
  a: {type: value, config: {value: 1}}
  b: {type: send, depends_on: [a]}
  c: {type: send, depends_on: [b]}
outputs: {result: c}
`;

const WAITS = `
name: test-flow
nodes:
  a: {type: value, config: {value: 1}}
  b: {type: delay, depends_on: [a], config: {duration: 10m}}
  c: {type: value, depends_on: [b], config: {value: "{{ b }}"}}
outputs: {result: c}
`;

interface World {
  readonly clock: VirtualClock;
  readonly store: ModelStore;
  readonly process: (name: string, more?: Partial<ProcessOptions>) => ModelProcess;
  /** Idempotency keys of effects, in the order in which they began. */
  readonly effects: string[];
}

function world(text: string): World {
  const clock = virtualClock();
  const store = new ModelStore(clock);
  const effects: string[] = [];
  const plan = planOf(text, effects, store);
  const process = (name: string, more: Partial<ProcessOptions> = {}) =>
    new ModelProcess({
      ...{ clock, store, name, newId: idsOf('e1', 'e2', 'e3'), plans: new Map([[FLOW, plan]]) },
      ...more,
    });
  return { clock, store, process, effects };
}

function planOf(text: string, effects: string[], store: ModelStore): Plan {
  const send: NodeType = defineNode({
    ...{ id: 'send', version: 1, title: 'send', summary: 'send', output: 'any' },
    ...{ outputSummary: 'sent', example: '', role: 'step', effect: 'write', needs: [] },
    config: {},
    run: async (context, _config, input) => {
      const id = executionId(context.idempotencyKey.split('/')[0] ?? '');
      const kept = store.events(id).flatMap((event) => {
        return event.kind === 'step.ended' ? [event.step.node] : [];
      });
      for (const name of Object.keys(input.dependencies)) expect(kept).toContain(name);
      effects.push(context.idempotencyKey);
      await context.sleep(100);
      return { value: `${context.node} sent` };
    },
  });
  const { plan, problems } = compile(text, { nodeTypes: [...SEMANTICS_TYPES, send] });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : String(error);
}

function kinds(events: readonly ExecutionEvent[]): readonly string[] {
  return events.map((event) => {
    if (event.kind === 'step.ended') return `${event.step.node} ${event.step.status}`;
    if (event.kind === 'step.started') return `${event.node} starts`;
    if (event.kind === 'step.waiting') return `${event.wait.node} waits`;
    return event.kind;
  });
}

describe('an execution that runs where it arrived', () => {
  it('is one write when all was pure', async () => {
    const { clock, store, process } = world(PURE);
    const calls: string[] = [];
    const fault = (call: string): Fault => {
      calls.push(call);
      return undefined;
    };
    const dispatcher = await process('p1', { fault }).open();
    const started = await dispatcher.start(startOf());
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome).toMatchObject({ status: 'completed', outputs: { json: '{"result":3}' } });
    expect(calls.filter((call) => call === 'write').length).toBe(1);
    expect(kinds(store.events(started.id))).toEqual([
      'execution.started',
      ...['a starts', 'a completed', 'b starts', 'b completed', 'c starts', 'c completed'],
      'execution.ended',
    ]);
    expect(store.row(started.id)).toMatchObject({ status: 'completed', owner: undefined });
    expect(store.faults).toEqual([]);
    await clock.runUntil(dispatcher.close());
  });

  it('is durable before a 202, and its effects begin after all earlier steps are', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf());
    await started.accepted();
    expect(store.row(started.id).status).toBe('running');
    await clock.runUntil(started.ended(FOREVER));
    expect(effects).toEqual(['e1/b/', 'e1/c/']);
    expect(store.faults).toEqual([]);
    await clock.runUntil(dispatcher.close());
  });

  it('refuses a key that is taken, and tells who has it', async () => {
    const { clock, process } = world(PURE);
    const dispatcher = await process('p1').open();
    const idempotency = { key: 'k', requestHash: 'h' };
    const first = await dispatcher.start(startOf({}, { idempotency }));
    await clock.runUntil(first.ended(FOREVER));
    const second = await dispatcher.start(startOf({}, { idempotency }));
    await expect(second.accepted()).rejects.toMatchObject({
      code: 'IDEMPOTENCY_TAKEN',
      details: { executionId: 'e1', sameRequest: true },
    });
    await expect(second.ended(FOREVER)).rejects.toMatchObject({ code: 'IDEMPOTENCY_TAKEN' });
    await clock.runUntil(dispatcher.close());
  });

  it('keeps large values beside its journal, and what follows sees them', async () => {
    const { clock, store, process } = world(`
name: test-flow
nodes:
  a: {type: value, config: {value: "{{ inputs.text }}"}}
  b: {type: delay, depends_on: [a], config: {duration: 2s}}
  c: {type: value, depends_on: [b], config: {value: "{{ b | length }}"}}
inputs: {text: {type: string}}
outputs: {result: c, all: b}
`);
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf({ text: 'ä'.repeat(200_000) }));
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome?.status).toBe('completed');
    expect(outcome?.outputs).toMatchObject({ ref: { bytes: 400_026 } });
    const largest = Math.max(...store.row(started.id).entries.map(({ text }) => text.length));
    expect(largest).toBeLessThan(500);
    expect(store.faults).toEqual([]);
    await clock.runUntil(dispatcher.close());
  });
});

describe('an execution that waits', () => {
  it('leaves memory, and any process goes on with it', async () => {
    const { clock, store, process } = world(WAITS);
    const [one, two] = [process('p1'), process('p2')];
    const dispatcher = await one.open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => store.rows.get(started.id)?.status === 'waiting');
    expect(dispatcher.status().running).toBe(0);
    one.crash();
    await two.open();
    await until(clock, () => store.row(started.id).status === 'completed');
    expect(kinds(store.events(started.id))).toEqual([
      ...['execution.started', 'a starts', 'a completed', 'b starts', 'b waits'],
      ...['execution.resumed', 'b completed', 'c starts', 'c completed', 'execution.ended'],
    ]);
    expect(store.faults).toEqual([]);
  });

  it('ends when it is cancelled', async () => {
    const { clock, store, process } = world(WAITS);
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => store.rows.get(started.id)?.status === 'waiting');
    store.cancel(started.id);
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome?.status).toBe('cancelled');
    expect(store.faults).toEqual([]);
  });
});

describe('an execution whose process dies', () => {
  it('is taken over, and what is recorded does not run again', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const one = process('p1');
    const dispatcher = await one.open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => effects.length === 2);
    one.crash();
    const other = await process('p2').open();
    await until(clock, () => store.row(started.id).status === 'completed');
    expect(effects).toEqual(['e1/b/', 'e1/c/', 'e1/c/']);
    expect(store.events(started.id)).toContainEqual(
      expect.objectContaining({ kind: 'execution.resumed', reason: 'takeover' }),
    );
    expect(store.faults).toEqual([]);
    await clock.runUntil(other.close());
  });

  it('is parked when it ends one process after the other', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const one = process('p0');
    const dispatcher = await one.open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => effects.length === 1);
    one.crash();
    for (let count = 1; count <= 5; count += 1) {
      const next = process(`p${count}`);
      await next.open();
      await until(clock, () => effects.length === count + 1);
      next.crash();
    }
    await process('p6').open();
    await until(clock, () => store.row(started.id).status === 'failed');
    expect(store.row(started.id).error).toMatchObject({
      code: 'EXECUTION_PARKED',
      details: { nodes: ['b'] },
    });
    expect(effects.length).toBe(6);
    expect(store.faults).toEqual([]);
  });

  it('is never advanced by a process that stood still while another took it', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const [one, two] = [process('p1'), process('p2')];
    await one.open();
    const dispatcher = one.dispatcher;
    const started = await dispatcher?.start(startOf());
    await until(clock, () => effects.length === 1);
    one.freeze();
    await two.open();
    await until(clock, () => store.row(executionId('e1')).status === 'completed');
    const entries = store.row(executionId('e1')).entries.length;
    one.thaw();
    const outcome = await clock.runUntil(started?.ended(FOREVER) ?? Promise.resolve(undefined));
    expect(outcome?.status).toBe('completed');
    expect(store.row(executionId('e1')).entries.length).toBe(entries);
    expect(effects).toEqual(['e1/b/', 'e1/b/', 'e1/c/']);
    expect(store.faults).toEqual([]);
  });
});

describe('a process', () => {
  it('hands back what it cannot finish when it stops', async () => {
    const { clock, store, process, effects } = world(
      EFFECTS.replace('b: {type: send', 'b: {type: slow, config: {wait: 1m}'),
    );
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf());
    await started.accepted();
    await clock.runUntil(dispatcher.close());
    expect(store.row(started.id)).toMatchObject({ status: 'queued', owner: undefined });
    expect(store.leases.size).toBe(0);
    await expect(dispatcher.start(startOf())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await process('p2').open();
    await until(clock, () => store.row(started.id).status === 'completed');
    expect(effects).toEqual(['e1/c/']);
    expect(store.faults).toEqual([]);
  });

  it('goes on with what it held after the database was gone', async () => {
    const { clock, store, process } = world(EFFECTS);
    let isGone = false;
    const fault = () => (isGone ? 'refuse' : undefined);
    const dispatcher = await process('p1', { fault }).open();
    const started = await dispatcher.start(startOf());
    await started.accepted();
    isGone = true;
    await until(clock, () => dispatcher.status().running === 0);
    const refused = await dispatcher.start(startOf());
    await expect(refused.accepted()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    isGone = false;
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome?.status).toBe('completed');
    expect(store.faults).toEqual([]);
    await clock.runUntil(dispatcher.close());
  });

  it('runs what a claim gave it whose answer was lost, once and under a new epoch', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const full = await process('p1', { slots: 0 }).open();
    const started = await full.start(startOf());
    await started.accepted();
    let lost = 0;
    const fault = (call: string): Fault => {
      if (call !== 'claim' || lost === 3) return undefined;
      lost += 1;
      return 'lose answer';
    };
    const other = await process('p2', { fault }).open();
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome?.status).toBe('completed');
    // Three claims that nobody heard of, and the one that counted.
    expect(store.row(started.id)).toMatchObject({ epoch: 5, takeovers: 0 });
    expect(effects).toEqual(['e1/b/', 'e1/c/']);
    expect(store.leases.size).toBe(2);
    expect(store.faults).toEqual([]);
    await clock.runUntil(other.close());
  });

  it('never takes for lost what begins while it looks', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const dispatcher = await clock.runUntil(process('p1', { latencyMs: () => 40 }).open());
    const started = [];
    for (let count = 0; count < 400; count += 1) {
      started.push(await clock.runUntil(dispatcher.start(startOf())));
      await clock.runUntil(clock.sleep(7));
    }
    await clock.runUntil(Promise.all(started.map(({ ended }) => ended(AbortSignal.any([])))));
    // From the queue at most once.
    for (const { epoch } of store.rows.values()) expect(epoch).toBeLessThanOrEqual(2);
    expect(new Set(effects).size).toBe(effects.length);
    expect(effects.length).toBe(800);
    expect(store.faults).toEqual([]);
  });

  it('parks an execution none of whose writes is taken, and keeps its lease', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    let isRefusing = true;
    const fault = (call: string): Fault => {
      if (call !== 'write' || !isRefusing || effects.length === 0) return undefined;
      throw new AppError('INTERNAL', { message: 'it cannot be written' });
    };
    const dispatcher = await process('p1', { fault }).open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => store.row(started.id).takeovers === 9);
    expect(effects).toEqual(['e1/b/']);
    isRefusing = false;
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'EXECUTION_PARKED' } });
    expect(store.leases.size).toBe(1);
    await clock.runUntil(dispatcher.close());
  });

  it('does not count the time without a database as that of a node', async () => {
    const { clock, store, process, effects } = world(
      EFFECTS.replace('b: {type: send', 'b: {type: send, timeout: 2s, retry: {attempts: 3}'),
    );
    let waitMs: number | undefined;
    const process1 = process('p1', { latencyMs: () => waitMs });
    const dispatcher = await process1.open();
    waitMs = 20_000;
    const started = await dispatcher.start(startOf());
    await until(clock, () => store.rows.has(started.id));
    waitMs = undefined;
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome).toMatchObject({ status: 'completed' });
    expect(effects).toEqual(['e1/b/', 'e1/c/']);
    const retried = store.events(started.id).filter(({ kind }) => kind === 'step.retrying');
    expect(retried).toEqual([]);
  });

  it('cancels what waits for the database before a node, without running it', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    let waitMs: number | undefined;
    const dispatcher = await process('p1', { latencyMs: () => waitMs }).open();
    waitMs = 20_000;
    const started = await dispatcher.start(startOf());
    dispatcher.nudgeCancel(started.id);
    waitMs = undefined;
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome).toMatchObject({ status: 'cancelled' });
    expect(effects).toEqual([]);
    expect(store.faults).toEqual([]);
  });

  it('refuses to queue more than an account may have waiting, until there is room', async () => {
    const { clock, store, process } = world(PURE);
    const dispatcher = await process('p1', { slots: 0 }).open();
    let asked = 0;
    let waiting = DISPATCH_LIMITS.queuedAnAccount - 2;
    store.queued = () => {
      asked += 1;
      return waiting;
    };
    const start = () => dispatcher.start(startOf()).then(({ status }) => status, codeOf);
    const answers = await Promise.all([start(), start(), start()]);
    expect(answers.sort()).toEqual(['QUEUE_FULL', 'queued', 'queued']);
    expect(await start()).toBe('QUEUE_FULL');
    expect(asked).toBe(1);
    waiting = 0;
    await clock.runUntil(clock.sleep(1_000));
    expect(await start()).toBe('queued');
    expect(asked).toBe(2);
  });

  it('queues what it has no slot for, and runs it later', async () => {
    const { clock, store, process } = world(EFFECTS);
    const dispatcher = await process('p1', { slots: 1 }).open();
    const first = await dispatcher.start(startOf());
    const second = await dispatcher.start(startOf());
    expect([first.status, second.status]).toEqual(['running', 'queued']);
    await second.accepted();
    expect(store.row(second.id).status).toBe('queued');
    const outcome = await clock.runUntil(second.ended(FOREVER));
    expect(outcome?.status).toBe('completed');
    expect(store.faults).toEqual([]);
    await clock.runUntil(dispatcher.close());
  });

  it('cancels what it runs when it is told', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => effects.length === 1);
    dispatcher.nudgeCancel(started.id);
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome?.status).toBe('cancelled');
    expect(kinds(store.events(started.id)).at(-1)).toBe('execution.ended');
    expect(store.faults).toEqual([]);
  });

  it('hears of a cancel that another process was asked for', async () => {
    const { clock, store, process, effects } = world(
      EFFECTS.replace('b: {type: send', 'b: {type: slow, config: {wait: 1m}'),
    );
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf());
    await started.accepted();
    store.cancel(started.id);
    const outcome = await clock.runUntil(started.ended(FOREVER));
    expect(outcome?.status).toBe('cancelled');
    expect(effects).toEqual([]);
  });

  it('fails an execution whose flow is not valid any more', async () => {
    const { clock, store, process } = world(WAITS);
    const one = process('p1');
    const dispatcher = await one.open();
    const started = await dispatcher.start(startOf());
    await until(clock, () => store.rows.get(started.id)?.status === 'waiting');
    one.crash();
    await process('p2', { plans: new Map() }).open();
    await until(clock, () => store.row(started.id).status === 'failed');
    expect(store.row(started.id).error).toMatchObject({ code: 'FLOW_INVALID' });
    expect(store.faults).toEqual([]);
  });

  it('begins a retry with the steps that it takes over', async () => {
    const { clock, store, process, effects } = world(EFFECTS);
    for (const slots of [1, 0]) {
      effects.length = 0;
      const newId = idsOf(`retry-${slots}`);
      const one = process(`p${slots}`, { slots, newId });
      const dispatcher = await one.open();
      const step: StepRecord = {
        ...{ node: 'b', path: '', status: 'completed', attempts: 1, startedAt: 1, endedAt: 2 },
        ...{ port: 'default', value: 'b sent', reusedFrom: executionId('old') },
      };
      const started = await dispatcher.start(
        startOf({}, { retry: { of: executionId('old'), steps: [step] } }),
      );
      await started.accepted();
      const events = store.events(started.id);
      expect(kinds(events).slice(0, 2)).toEqual(['execution.started', 'b completed']);
      const two = await process(`q${slots}`).open();
      const outcome = await clock.runUntil(started.ended(FOREVER));
      expect(outcome?.status).toBe('completed');
      expect(effects).toEqual([`retry-${slots}/c/`]);
      expect(store.faults).toEqual([]);
      await clock.runUntil(dispatcher.close());
      await clock.runUntil(two.close());
    }
  });
});

describe('followers', () => {
  it('see every entry once, those of the past and those to come, wherever it runs', async () => {
    const { clock, store, process } = world(EFFECTS);
    const here = await process('p1').open();
    const elsewhere = await process('p2').open();
    const started = await here.start(startOf());
    await started.accepted();
    const all = await Promise.all(
      [here, elsewhere].map(async (dispatcher) => {
        const signal = new AbortController().signal;
        const follow = async (after: number) => {
          const seen: number[] = [];
          for await (const entries of dispatcher.feed.follow(ACCOUNT, started.id, {
            after,
            signal,
          }))
            seen.push(...entries.map(({ sequence }) => sequence));
          return seen;
        };
        return clock.runUntil(Promise.all([follow(0), follow(3), follow(5)]));
      }),
    );
    const last = store.row(started.id).entries.length;
    const from = (first: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
    for (const seen of all) expect(seen).toEqual([from(1), from(4), from(6)]);
  });

  it('of one execution cost one read, however many they are', async () => {
    const { clock, store, process } = world(EFFECTS);
    const here = await process('p1').open();
    const started = await here.start(startOf());
    await started.accepted();
    const elsewhere = await process('p2').open();
    const signal = new AbortController().signal;
    const follow = async () => {
      let seen = 0;
      for await (const entries of elsewhere.feed.follow(ACCOUNT, started.id, { after: 0, signal }))
        seen += entries.length;
      return seen;
    };
    const counts = await clock.runUntil(Promise.all(Array.from({ length: 1_000 }, follow)));
    expect(new Set(counts)).toEqual(new Set([store.row(started.id).entries.length]));
    expect(store.reads).toBeLessThan(40);
  });

  it('are told where there is nothing to follow, also of another account', async () => {
    const { clock, process } = world(PURE);
    const dispatcher = await process('p1').open();
    const started = await dispatcher.start(startOf());
    await clock.runUntil(started.ended(FOREVER));
    const first = (account: string, id: string) =>
      dispatcher.feed
        .follow(account as typeof ACCOUNT, executionId(id), { after: 0, signal: FOREVER })
        [Symbol.asyncIterator]()
        .next();
    await expect(first(ACCOUNT, 'none')).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    await expect(first('other', 'e1')).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    expect((await first(ACCOUNT, 'e1')).value.length).toBe(8);
  });
});
