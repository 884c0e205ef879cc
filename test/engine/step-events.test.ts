import { describe, expect, it } from 'vitest';
import type { ExecutionEvent, ScriptEvent, StepRecord } from '../../src/contract/index.ts';
import {
  execute,
  memoryJournal,
  type SegmentEnd,
  type SegmentOptions,
  type Spawn,
} from '../../src/engine/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { type FlowSpec, type NodeSpec, planOf } from './plan-of.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

const NOW = 1_000_000;

interface Play extends Partial<Omit<SegmentOptions, 'ports'>> {
  readonly flow: FlowSpec;
  readonly spawn: Spawn;
  readonly clock?: VirtualClock;
}

interface Told {
  readonly end: SegmentEnd;
  readonly events: readonly ExecutionEvent[];
  readonly tookMs: number;
}

async function play({ flow, spawn, clock = virtualClock(NOW), ...more }: Play): Promise<Told> {
  const events: ExecutionEvent[] = [];
  const ports = { clock, random: { next: () => 0.5 }, journal: memoryJournal(), spawn };
  const onEvent = (event: ExecutionEvent) => events.push(event);
  const own = { executionId: 'e1', ports, onEvent, suspend: { afterMs: 1_000 } };
  const end = await clock.runUntil(execute(planOf(flow), {}, { ...own, ...more }));
  return { end, events, tookMs: clock.now() - NOW };
}

/** Told apart by its duration. */
function script(durationMs: number, outcome: ScriptEvent['outcome'] = 'completed'): ScriptEvent {
  const codeHash = 'a'.repeat(64);
  return { kind: 'script', language: 'javascript', codeHash, outcome, durationMs, jail: 'kernel' };
}

const one = (node: NodeSpec = {}): FlowSpec => ({ nodes: { a: node } });
const durations = ({ events = [] }: Pick<StepRecord, 'events'>) =>
  events.map((event) => event.durationMs);
const failure = () => new AppError('NODE_FAILED', { message: 'told to fail' });

/** Runs until it is told to stop; then reports so much later, and rejects. */
const stoppable =
  (clock: VirtualClock, reportMs: number | undefined): Spawn =>
  ({ attempt, report, signal }) =>
    new Promise((_, reject) => {
      const report1 = () => {
        report(script(attempt, 'EXECUTION_CANCELLED'));
        reject(signal.reason);
      };
      signal.addEventListener('abort', () => {
        if (reportMs === undefined) report1();
        else clock.sleep(reportMs).then(report1);
      });
    });

describe('what a capability reports is kept by the step', () => {
  it('that completed, over all of its attempts and in their order', async () => {
    const spawn: Spawn = async ({ attempt, report }) => {
      report(script(attempt * 10));
      if (attempt < 3) throw failure();
      report(script(attempt * 10 + 1));
      return { value: null };
    };
    const { end, events } = await play({
      flow: one({ retry: { attempts: 3, backoffMs: 100 } }),
      spawn,
    });
    expect(end.steps.map(durations)).toEqual([[10, 20, 30, 31]]);
    // Who follows is told the same.
    const ended = events.flatMap((event) => (event.kind === 'step.ended' ? [event.step] : []));
    expect(ended).toEqual(end.steps);
  });

  it('that failed for good, also where that leaves on its error edge', async () => {
    const spawn: Spawn = async ({ node, report }) => {
      if (node.name === 'b') return { value: null };
      report(script(1, 'CODE_MEMORY'));
      throw failure();
    };
    const alone = await play({ flow: one(), spawn });
    expect(alone.end.steps).toMatchObject([
      { status: 'failed', events: [script(1, 'CODE_MEMORY')] },
    ]);
    const flow = { nodes: { a: {}, b: { after: ['a.error'] } } };
    const taken = await play({ flow, spawn });
    expect(taken.end.steps).toMatchObject([{ port: 'error', events: [{}] }, { node: 'b' }]);
    expect('events' in (taken.end.steps[1] ?? {})).toBe(false);
  });

  it.each([
    ['at once', undefined],
    ['within the grace', 1_900],
  ])('that was cancelled, and reports %s', async (_, reportMs) => {
    const clock = virtualClock(NOW);
    const cancel = new AbortController();
    clock.sleep(100).then(() => cancel.abort());
    const spawn = stoppable(clock, reportMs);
    const { end } = await play({ flow: one(), spawn, clock, signal: cancel.signal });
    expect(end.steps).toMatchObject([{ status: 'cancelled', events: [{ durationMs: 1 }] }]);
  });

  it('that was given up after the grace, but not what comes later still', async () => {
    const clock = virtualClock(NOW);
    const cancel = new AbortController();
    clock.sleep(100).then(() => cancel.abort());
    const spawn: Spawn = async ({ report }) => {
      report(script(1));
      await clock.sleep(60_000);
      report(script(2));
      return { value: null };
    };
    const { end, tookMs } = await play({ flow: one(), spawn, clock, signal: cancel.signal });
    await clock.runUntil(clock.sleep(60_000));
    expect(end.steps.map(durations)).toEqual([[1]]);
    expect(tookMs).toBe(2_100);
  });

  it('that stopped because another node failed, or because of its own time limit', async () => {
    const clock = virtualClock(NOW);
    const until = stoppable(clock, 5);
    const spawn: Spawn = async (visit) => {
      if (visit.node.name === 'a') return until(visit);
      await clock.sleep(50);
      throw failure();
    };
    const beside = await play({ flow: { nodes: { a: {}, b: {} } }, spawn, clock });
    expect(beside.end.steps[1]).toMatchObject({ node: 'a', status: 'cancelled', events: [{}] });
    const limits = { timeoutMs: 50 };
    const late = await play({ flow: { ...one(), limits }, spawn: until, clock: clock });
    expect(late.end.steps).toMatchObject([
      { status: 'cancelled', error: { code: 'EXECUTION_TIMEOUT' }, events: [{}] },
    ]);
  });

  it('that waits, until its time has come and when it is cancelled meanwhile', async () => {
    const clock = virtualClock(NOW);
    const spawn: Spawn = async ({ report }) => {
      report(script(1));
      return { value: 'kept', notBefore: clock.now() + 60_000 };
    };
    const { events } = await play({ flow: one(), spawn, clock });
    const waits = events.flatMap((event) => (event.kind === 'step.waiting' ? [event.wait] : []));
    expect(waits.map(durations)).toEqual([[1]]);
    const resume = { startedAt: NOW, waits, sequence: 4, reason: 'wake' } as const;
    const none: Spawn = () => Promise.reject(new Error('runs nothing again'));
    const later = virtualClock(NOW + 60_000);
    const woken = await play({ flow: one(), spawn: none, clock: later, resume });
    expect(woken.end.steps).toMatchObject([{ status: 'completed', events: [script(1)] }]);
    const cancel = new AbortController();
    const early = virtualClock(NOW + 10);
    early.sleep(100).then(() => cancel.abort());
    const options = { flow: one(), spawn: none, clock: early, resume, signal: cancel.signal };
    const { end } = await play({ ...options, suspend: { afterMs: 100_000 } });
    expect(end.steps).toMatchObject([{ status: 'cancelled', events: [script(1)] }]);
  });

  it('that opened a region: a split, and a foreach once its items have ended', async () => {
    const spawn: Spawn = async ({ node, path, report }) => {
      report(script(path === '' ? 1 : 2));
      const items = ['x', 'y'];
      return node.opens === undefined ? { value: null } : { value: items, items };
    };
    const nodes = {
      each: { kind: 'foreach', members: ['m'] },
      m: {},
      s: { kind: 'split', after: ['each'] },
    } as const;
    const { end } = await play({ flow: { nodes }, spawn });
    const seen = end.steps.map((step) => [step.node, ...durations(step)].join(' ')).sort();
    expect(seen).toEqual(['each 1', 'm 2', 'm 2', 's 1']);
  });
});

describe('an attempt over its timeout', () => {
  const timed = (more: NodeSpec = {}) => one({ timeoutMs: 100, ...more });

  it('keeps what is reported when its node is told to stop', async () => {
    const clock = virtualClock(NOW);
    const { end, tookMs } = await play({
      flow: timed(),
      spawn: stoppable(clock, undefined),
      clock,
    });
    expect(end.steps).toMatchObject([
      { status: 'failed', error: { code: 'NODE_TIMEOUT' }, events: [{ durationMs: 1 }] },
    ]);
    expect(tookMs).toBe(100);
  });

  it('waits for the report of a node that uses code, before it is tried again', async () => {
    const clock = virtualClock(NOW);
    const flow = timed({ needs: ['code'], retry: { attempts: 2, backoffMs: 100 } });
    const { end, events, tookMs } = await play({ flow, spawn: stoppable(clock, 1_000), clock });
    expect(end.steps).toMatchObject([{ error: { code: 'NODE_TIMEOUT' }, attempts: 2 }]);
    expect(end.steps.map(durations)).toEqual([[1, 2]]);
    expect(tookMs).toBe(100 + 1_000 + 75 + 100 + 1_000);
    const retrying = events.find(({ kind }) => kind === 'step.retrying');
    expect(retrying?.at).toBe(NOW + 1_100);
  });

  it('does not wait for longer than the grace, and takes nothing after it', async () => {
    const clock = virtualClock(NOW);
    const flow = timed({ needs: ['code'], retry: { attempts: 2, backoffMs: 100 } });
    const spawn: Spawn = async ({ attempt, report, log }) => {
      if (attempt === 2) await clock.sleep(90);
      else await clock.sleep(2_190);
      report(script(attempt));
      log({ level: 'info', message: `attempt ${attempt}` });
      return { value: attempt };
    };
    const { end } = await play({ flow, spawn, clock });
    expect(end.steps).toMatchObject([{ status: 'completed', value: 2, attempts: 2 }]);
    expect(end.steps.map(durations)).toEqual([[2]]);
    expect(end.steps[0]?.logs).toEqual([{ level: 'info', message: 'attempt 2' }]);
  });

  it('stays timed out, whatever its node gives within the grace', async () => {
    const clock = virtualClock(NOW);
    const spawn: Spawn = async ({ report }) => {
      await clock.sleep(150);
      report(script(1));
      return { value: 'too late' };
    };
    const { end, tookMs } = await play({ flow: timed({ needs: ['code'] }), spawn, clock });
    expect(end.steps).toMatchObject([{ status: 'failed', error: { code: 'NODE_TIMEOUT' } }]);
    expect(end.steps.map(durations)).toEqual([[1]]);
    expect(tookMs).toBe(150);
  });

  it('is cancelled like any other while its report is waited for', async () => {
    const clock = virtualClock(NOW);
    const cancel = new AbortController();
    clock.sleep(150).then(() => cancel.abort());
    const spawn: Spawn = () => new Promise(() => {});
    const flow = timed({ needs: ['code'], retry: { attempts: 9, backoffMs: 100 } });
    const { end, tookMs } = await play({ flow, spawn, clock, signal: cancel.signal });
    expect(end.steps).toMatchObject([{ status: 'cancelled', attempts: 1 }]);
    expect(tookMs).toBe(2_100);
  });
});

describe('a capability that reports without end', () => {
  it('is cut, and the log tells how often', async () => {
    const spawn: Spawn = async ({ report, log }) => {
      for (let index = 0; index < 130; index += 1) report(script(index));
      log({ level: 'info', message: 'a line' });
      return { value: null };
    };
    const { end } = await play({ flow: one(), spawn });
    const [step] = end.steps;
    expect(step?.events?.length).toBe(100);
    expect(step?.events?.at(-1)).toEqual(script(99));
    expect(step?.logs).toEqual([
      { level: 'info', message: 'a line' },
      { level: 'warn', message: '30 more events were dropped' },
    ]);
  });
});
