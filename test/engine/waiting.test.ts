import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/base/index.ts';
import type { ExecutionEvent, StepRecord, StepWait } from '../../src/contract/index.ts';
import {
  execute,
  type Journal,
  memoryJournal,
  type SegmentEnd,
  type SegmentOptions,
  type Spawn,
  spawnNode,
} from '../../src/engine/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { type FlowSpec, planOf } from './plan-of.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

const NOW = 1_000_000;

interface Play extends Partial<Omit<SegmentOptions, 'ports'>> {
  readonly flow: FlowSpec;
  /** Milliseconds that a node's result waits, by node; others end at once. */
  readonly waits?: Readonly<Record<string, number>>;
  readonly spawn?: Spawn;
  readonly journal?: Journal;
  readonly clock?: VirtualClock;
}

interface Told {
  readonly end: SegmentEnd;
  readonly events: readonly ExecutionEvent[];
  readonly ran: readonly string[];
  readonly tookMs: number;
}

/** Runs one segment that suspends for waits of more than a second. */
async function play({ flow, waits = {}, spawn, journal, clock, ...more }: Play): Promise<Told> {
  const time = clock ?? virtualClock(NOW);
  const startedAt = time.now();
  const ran: string[] = [];
  const events: ExecutionEvent[] = [];
  const waiting: Spawn = async ({ node }) => {
    const ms = waits[node.name];
    return { value: node.name, ...(ms === undefined ? {} : { notBefore: time.now() + ms }) };
  };
  const work = spawn ?? waiting;
  const ports = {
    clock: time,
    random: { next: () => 0.5 },
    journal: journal ?? memoryJournal(),
    spawn: (visit: Parameters<Spawn>[0]) => {
      ran.push(visit.node.name);
      return work(visit);
    },
  };
  const execution = execute(
    planOf(flow),
    {},
    {
      executionId: 'e1',
      ports,
      suspend: { afterMs: 1_000 },
      onEvent: (event) => events.push(event),
      ...more,
    },
  );
  const end = await time.runUntil(execution);
  return { end, events, ran, tookMs: time.now() - startedAt };
}

const kindsOf = ({ events }: Told) => events.map(({ kind }) => kind);
const chain: FlowSpec = { nodes: { a: {}, b: { after: ['a'] } }, outputs: { b: 'b' } };
const waitOf = (node: string, until: number, value: Value = node): StepWait => {
  return { node, path: '', attempts: 1, startedAt: NOW, until, value };
};

describe('an execution that waits', () => {
  it('leaves memory until the earliest wait, with the steps that ended', async () => {
    const flow = { nodes: { x: {}, long: {}, short: {} } };
    const told = await play({ flow, waits: { long: 60_000, short: 5_000 } });
    expect(told.end).toMatchObject({ status: 'suspended', wakeAt: NOW + 5_000 });
    expect(told.end.steps.map(({ node }) => node)).toEqual(['x']);
    expect(kindsOf(told)).not.toContain('execution.ended');
    expect(told.tookMs).toBe(0);
  });

  it('stays in memory for a wait that is over soon, and goes on from there', async () => {
    const flow = { nodes: { long: {}, short: {} } };
    const told = await play({ flow, waits: { long: 60_000, short: 1_000 } });
    expect(told.end).toMatchObject({ status: 'suspended', wakeAt: NOW + 60_000 });
    expect(told.tookMs).toBe(1_000);
  });

  it('does not leave memory while a visit runs', async () => {
    const clock = virtualClock(NOW);
    const spawn: Spawn = async ({ node }) => {
      if (node.name === 'work') await clock.sleep(9_000);
      return { value: null, ...(node.name === 'wait' ? { notBefore: NOW + 5_000 } : {}) };
    };
    const { end } = await play({ flow: { nodes: { wait: {}, work: {} } }, spawn, clock });
    expect([end.status, clock.now()]).toEqual(['completed', NOW + 9_000]);
  });

  it('is woken for its time limit where that comes first', async () => {
    const flow = { ...chain, limits: { timeoutMs: 30_000 } };
    const { end } = await play({ flow, waits: { a: 60_000 } });
    expect(end).toMatchObject({ status: 'suspended', wakeAt: NOW + 30_000 });
  });

  it('goes on at the number it is told, and runs nothing again', async () => {
    const clock = virtualClock(NOW + 60_000);
    const waits = [waitOf('a', NOW + 60_000, { kept: true })];
    const resume = { startedAt: NOW, waits, sequence: 4, reason: 'wake' } as const;
    const told = await play({ flow: chain, clock, resume });
    expect(told.events[0]).toEqual({
      sequence: 4,
      at: NOW + 60_000,
      kind: 'execution.resumed',
      reason: 'wake',
    });
    expect(told.ran).toEqual(['b']);
    expect(told.end.steps[0]).toMatchObject({ node: 'a', startedAt: NOW, value: { kept: true } });
    expect(told.end.status).toBe('completed');
  });

  it('that is woken too early leaves memory again', async () => {
    const waits = [waitOf('a', NOW + 60_000)];
    const resume = { startedAt: NOW, waits, sequence: 4, reason: 'takeover' } as const;
    const told = await play({ flow: chain, resume });
    expect(told.end).toMatchObject({ status: 'suspended', wakeAt: NOW + 60_000 });
    expect([kindsOf(told), told.ran]).toEqual([['execution.resumed'], []]);
  });

  it('prefers the record of a step to a wait that it had before', async () => {
    const journal = memoryJournal();
    const times = { startedAt: NOW, endedAt: NOW };
    const step = { node: 'a', path: '', status: 'completed', attempts: 1, ...times } as const;
    await journal.append('e1', { ...step, port: 'default', value: 'recorded' });
    const waits = [waitOf('a', NOW + 60_000)];
    const resume = { startedAt: NOW, waits, sequence: 4, reason: 'wake' } as const;
    const { end } = await play({ flow: chain, journal, resume });
    expect([end.status, end.steps[0]?.value]).toEqual(['completed', 'recorded']);
  });

  it('over its time limit before it was woken fails, and records what waited', async () => {
    const flow = { ...chain, limits: { timeoutMs: 30_000 } };
    const clock = virtualClock(NOW + 90_000);
    const waits = [waitOf('a', NOW + 60_000)];
    const resume = { startedAt: NOW, waits, sequence: 4, reason: 'wake' } as const;
    const { end, ran } = await play({ flow, clock, resume });
    expect(end).toMatchObject({ status: 'failed', error: { code: 'EXECUTION_TIMEOUT' } });
    expect(end.steps.map(({ node, status }) => [node, status])).toEqual([['a', 'cancelled']]);
    expect(ran).toEqual([]);
  });

  it('cancelled before its foreach has opened again records what waited inside', async () => {
    const each = { kind: 'foreach', members: ['x'] } as const;
    const waits = [{ ...waitOf('x', NOW + 60_000), path: '0' }];
    const resume = { startedAt: NOW, waits, sequence: 9, reason: 'wake' } as const;
    const signal = AbortSignal.abort();
    const { end } = await play({ flow: { nodes: { each, x: {} } }, resume, signal });
    expect(end.status).toBe('cancelled');
    expect(end.steps.map(({ node, path }) => `${node}@${path}`)).toEqual(['x@0']);
  });

  it('counts each visit once for limits.steps, however often it is resumed', async () => {
    const waits = [waitOf('a', NOW)];
    const resume = { startedAt: NOW, waits, sequence: 4, reason: 'wake' } as const;
    const flow = { ...chain, limits: { steps: 2 } };
    expect((await play({ flow, resume })).end.status).toBe('completed');
    const one = { ...chain, limits: { steps: 1 } };
    expect((await play({ flow: one, resume })).end).toMatchObject({
      status: 'failed',
      error: { code: 'LIMIT_STEPS' },
    });
  });

  it('in 20,000 visits at once wakes them all', async () => {
    const each = { kind: 'split' } as const;
    const clock = virtualClock(NOW);
    const spawn: Spawn = async ({ node, path }) => {
      if (node.name === 'each') return { value: null, items: Array(20_000).fill(0) };
      return { value: path, notBefore: NOW + 500 + (Number(path) % 7) };
    };
    const flow = { nodes: { each, x: { after: ['each'] } }, outputs: { x: 'x' } };
    const { end } = await play({ flow, spawn, clock });
    expect([end.status, end.steps.length]).toEqual(['completed', 20_001]);
    expect(clock.now()).toBe(NOW + 506);
  });
});

describe('a node that says when its step may end', () => {
  it.each([
    ['text', 'tomorrow'],
    ['no number', Number.NaN],
    ['never', Number.POSITIVE_INFINITY],
    ['null', null],
  ])('is refused where that is %s', async (_, notBefore) => {
    const clock = virtualClock(NOW);
    const plan = planOf({ nodes: { a: {} } });
    const [node] = plan.nodes;
    if (node === undefined) throw new Error('there is a node');
    // Node types come from outside the engine: what they give is not what their type says.
    const run = () => ({ value: null, notBefore }) as never;
    const spawn: Spawn = (visit) =>
      spawnNode({}, clock)({ ...visit, node: { ...node, type: { ...node.type, run } } });
    const { end } = await play({ flow: { nodes: { a: {} } }, spawn, clock });
    expect(end).toMatchObject({ status: 'failed', error: { code: 'NODE_OUTPUT_INVALID' } });
  });

  it('beyond its timeout fails with NODE_TIMEOUT at that time', async () => {
    const flow = { nodes: { a: { timeoutMs: 2_000 } } };
    const { end, tookMs, events } = await play({ flow, waits: { a: 60_000 } });
    expect(end).toMatchObject({ status: 'failed', error: { code: 'NODE_TIMEOUT' } });
    expect(tookMs).toBe(2_000);
    expect(events.some(({ kind }) => kind === 'step.waiting')).toBe(false);
  });

  it('beyond its timeout is cancelled at once all the same', async () => {
    const clock = virtualClock(NOW);
    const cancel = new AbortController();
    clock.sleep(500).then(() => cancel.abort());
    const flow = { nodes: { a: { timeoutMs: 2_000 } } };
    const told = await play({ flow, waits: { a: 60_000 }, clock, signal: cancel.signal });
    expect([told.end.status, told.tookMs]).toEqual(['cancelled', 500]);
  });
});

describe('an execution that another process has by now', () => {
  const fence = new AppError('EXECUTION_FENCED', { message: 'it went on elsewhere' });
  const fenced = { code: 'EXECUTION_FENCED' };

  it('ends in silence when the journal says so', async () => {
    const events: ExecutionEvent[] = [];
    const asked: string[] = [];
    const journal: Journal = {
      load: async () => [],
      append: (_: string, { node }: StepRecord) => {
        asked.push(node);
        return node === 'b' ? Promise.reject(fence) : Promise.resolve();
      },
    };
    const aborted: unknown[] = [];
    const clock = virtualClock(NOW);
    const spawn: Spawn = async ({ node, signal }) => {
      if (node.name !== 'busy') return { value: null };
      signal.addEventListener('abort', () => aborted.push(signal.reason));
      await clock.sleep(60_000, signal);
      return { value: null };
    };
    const flow = { nodes: { busy: {}, a: {}, b: { after: ['a'] }, c: { after: ['b'] } } };
    const onEvent = (event: ExecutionEvent) => events.push(event);
    await expect(play({ flow, spawn, journal, clock, onEvent })).rejects.toMatchObject(fenced);
    expect(asked).toEqual(['a', 'b']);
    expect(aborted).toEqual([fence]);
    expect(events.at(-1)).toMatchObject({ kind: 'step.started', node: 'b' });
  });

  it('ends in silence when its signal says so, once what ran has ended', async () => {
    const clock = virtualClock(NOW);
    const lost = new AbortController();
    const kinds: string[] = [];
    clock.sleep(100).then(() => lost.abort(fence));
    const deaf: Spawn = () => new Promise(() => {});
    const onEvent = ({ kind }: ExecutionEvent) => kinds.push(kind);
    const played = play({ flow: chain, spawn: deaf, clock, signal: lost.signal, onEvent });
    await expect(played).rejects.toMatchObject(fenced);
    expect(kinds).toEqual(['execution.started', 'step.started']);
    expect(clock.now()).toBe(NOW + 2_100);
  });

  it('does not wait for a journal that never answers', async () => {
    const clock = virtualClock(NOW);
    const lost = new AbortController();
    clock.sleep(100).then(() => lost.abort(fence));
    const journal: Journal = { load: async () => [], append: () => new Promise(() => {}) };
    const played = play({ flow: chain, journal, clock, signal: lost.signal });
    await expect(played).rejects.toMatchObject(fenced);
  });

  it.each([
    ['its journal cannot be read for that', () => Promise.reject(fence), undefined],
    ['its signal had aborted for that', () => Promise.resolve([]), AbortSignal.abort(fence)],
  ])('starts nothing where %s', async (_, load, signal) => {
    const journal: Journal = { load, append: async () => {} };
    const kinds: string[] = [];
    const onEvent = ({ kind }: ExecutionEvent) => kinds.push(kind);
    const more = signal === undefined ? {} : { signal };
    const played = play({ flow: chain, journal, onEvent, ...more });
    await expect(played).rejects.toMatchObject(fenced);
    expect(kinds).toEqual(['execution.started']);
  });

  it('that was being cancelled says nothing of that either', async () => {
    const clock = virtualClock(NOW);
    const cancel = new AbortController();
    const kinds: string[] = [];
    clock.sleep(100).then(() => cancel.abort());
    const journal: Journal = { load: async () => [], append: () => Promise.reject(fence) };
    const spawn: Spawn = ({ signal }) => clock.sleep(9_000, signal).then(() => ({ value: null }));
    const onEvent = ({ kind }: ExecutionEvent) => kinds.push(kind);
    const played = play({ flow: chain, spawn, clock, journal, signal: cancel.signal, onEvent });
    await expect(played).rejects.toMatchObject(fenced);
    expect(kinds).not.toContain('execution.ended');
  });
});
