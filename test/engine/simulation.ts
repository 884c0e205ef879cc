import { expect } from 'vitest';
import { type Random, seededRandom, type Value } from '../../src/base/index.ts';
import type { ExecutionEvent, ExecutionResult, StepRecord } from '../../src/contract/index.ts';
import { execute, type Journal, memoryJournal, type Spawn } from '../../src/engine/index.ts';
import { type FlowSpec, planOf, scopesOf } from './plan-of.ts';
import { randomFlow } from './random-flow.ts';
import { type Expected, referenceOf } from './reference.ts';
import type { ExpectedStep } from './reference-world.ts';
import { type Script, scriptOf, spawnOf } from './script.ts';
import { type Lived, live } from './segments.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

const EXECUTION_ID = 'simulated';

/** One simulated execution: all that its seed decides, and how it went. */
export interface Played {
  readonly seed: number;
  readonly flow: FlowSpec;
  readonly script: Script;
  readonly expected: Expected;
  readonly result: ExecutionResult;
  /** In the order in which the journal was asked to keep them. */
  readonly journal: readonly StepRecord[];
  /** Journal and events, byte for byte. */
  readonly told: string;
}

interface Circumstances {
  readonly concurrency: number;
  readonly stepsMax: number | undefined;
  readonly cancelAtMs: number | undefined;
  readonly journalIsSlow: boolean;
}

/**
 * Runs the flow of a seed and checks every invariant; throws, naming the seed, when one is broken.
 */
export async function play(seed: number): Promise<Played> {
  const random = seededRandom(seed);
  const flow = randomFlow(random);
  const script = scriptFor(flow, seed, [0, 3, 10, 25][Math.floor(random.next() * 4)] ?? 0);
  const circumstances = drawn(random);
  const expected = expectedOf(flow, script);
  const run = await runOnce({ seed, flow, script, circumstances, before: [] });
  check({ seed, expected, circumstances, ...run });
  const told = JSON.stringify([run.journal, run.events]);
  return { seed, flow, script, expected, result: run.result, journal: run.journal, told };
}

/** Runs again from a random part of the journal and checks that it ends as the whole run did. */
export async function resume(played: Played): Promise<void> {
  const { seed, flow, script, expected, result, journal } = played;
  if (result.status === 'cancelled' || result.error?.code === 'LIMIT_STEPS') return;
  const random = seededRandom(seed * 7 + 1);
  const before = journal.slice(0, Math.floor(random.next() * (journal.length + 1)));
  const circumstances = { ...drawn(random), cancelAtMs: undefined, stepsMax: undefined };
  const run = await runOnce({ seed, flow, script, circumstances, before });
  const what = `seed ${seed} resumed from ${before.length} of ${journal.length} steps`;
  check({ seed, expected, circumstances, ...run });
  expect(run.result.status, what).toBe(result.status);
  expect(run.result.outputs, what).toEqual(result.outputs);
  if (result.status !== 'completed') return;
  expect(run.result.steps.map(timeless).sort(), what).toEqual(result.steps.map(timeless).sort());
}

/**
 * Lives it again in processes that die at random, leaving memory at every wait, and checks that it
 * ends as the whole run did.
 */
export async function relive(played: Played): Promise<number> {
  const { seed, flow, script, expected, result } = played;
  if (result.status === 'cancelled' || result.error?.code === 'LIMIT_STEPS') return 0;
  const random = seededRandom(seed * 13 + 5);
  const circumstances = { ...drawn(random), cancelAtMs: undefined, stepsMax: undefined };
  const { concurrency } = circumstances;
  const faults: string[] = [];
  const below = (limit: number) => Math.floor(random.next() * limit);
  const lived = await live({
    plan: planOf(flow),
    executionId: EXECUTION_ID,
    limits: { concurrency },
    suspendAfterMs: [0, 50, 1_000][below(3)] ?? 0,
    crashAfter: (segment) => (segment < 8 && below(2) === 0 ? below(8) : undefined),
    isWaitLost: () => below(5) === 0,
    wakeLate: () => [0, 0, 3, 5_000, -1][below(5)] ?? 0,
    spawn: (clock, { kept }) => {
      const journal = { has: (key: string) => kept.some((step) => keyOf(step) === key) };
      return watched(spawnOf(script, clock), { flow, journal, circumstances, faults });
    },
  });
  const what = `seed ${seed} in ${lived.segments} segments`;
  expect(faults, what).toEqual([]);
  checkLife(lived, what);
  checkSteps({ seed, expected, circumstances, result: lived.result });
  expect(lived.result.status, what).toBe(result.status);
  expect(lived.result.outputs, what).toEqual(result.outputs);
  if (result.status === 'completed') {
    expect(lived.steps.map(timeless).sort(), what).toEqual(result.steps.map(timeless).sort());
  }
  return lived.suspensions;
}

function checkLife({ events, steps, result, segments, rerun }: Lived, what: string): void {
  expect(
    events.map(({ sequence }) => sequence),
    what,
  ).toEqual(events.map((_, index) => index + 1));
  const kinds = events.map(({ kind }) => kind);
  expect(kinds[0], what).toBe('execution.started');
  expect(kinds.at(-1), what).toBe('execution.ended');
  expect(kinds.filter((kind) => kind === 'execution.ended').length, what).toBe(1);
  expect(kinds.filter((kind) => kind === 'execution.started').length, what).toBe(1);
  const resumed = kinds.filter((kind) => kind === 'execution.resumed').length;
  expect(resumed, what).toBe(segments - 1);
  expect(result.steps, what).toEqual(steps);
  expect(rerun, what).toEqual([]);
}

function keyOf({ node, path }: StepRecord): string {
  return `${node} ${path}`;
}

/** A step without its times, as text. */
export function timeless({ startedAt, endedAt, ...rest }: StepRecord): string {
  return JSON.stringify(rest, Object.keys(rest).sort());
}

function drawn(random: Random): Circumstances {
  return {
    concurrency: [1, 2, 3, 16][Math.floor(random.next() * 4)] ?? 16,
    stepsMax: random.next() < 0.05 ? Math.floor(random.next() * 12) : undefined,
    cancelAtMs: random.next() < 0.15 ? Math.floor(random.next() * 120) : undefined,
    journalIsSlow: random.next() < 0.3,
  };
}

/** What each attempt of the flow's visits does, by the seed. */
export function scriptFor(flow: FlowSpec, seed: number, failPercent: number): Script {
  const timeoutMs = new Map<string, number>();
  const routes = new Map<string, readonly string[]>();
  for (const [name, node] of Object.entries(flow.nodes)) {
    if (node.timeoutMs !== undefined) timeoutMs.set(name, node.timeoutMs);
    if (node.routes !== undefined) routes.set(name, node.routes);
  }
  return scriptOf({ seed, failPercent, timeoutMs, routes });
}

function expectedOf(flow: FlowSpec, script: Script): Expected {
  const fixed = { inputs: {}, execution_id: EXECUTION_ID, workflow_id: 'test-flow' };
  return referenceOf(flow, script, fixed);
}

interface RunOptions {
  readonly seed: number;
  readonly flow: FlowSpec;
  readonly script: Script;
  readonly circumstances: Circumstances;
  readonly before: readonly StepRecord[];
}

interface Run {
  readonly result: ExecutionResult;
  readonly journal: readonly StepRecord[];
  readonly events: readonly ExecutionEvent[];
  readonly faults: readonly string[];
  readonly before: readonly StepRecord[];
}

/** Runs a flow in memory from the steps that the journal has. */
export async function runOnce(options: RunOptions): Promise<Run> {
  const { seed, flow, script, circumstances, before } = options;
  const clock = virtualClock();
  const faults: string[] = [];
  const events: ExecutionEvent[] = [];
  const cancel = new AbortController();
  const journal = await journalWith(before, clock, circumstances.journalIsSlow ? seed : undefined);
  const spawn = watched(spawnOf(script, clock), {
    flow,
    journal: journal.kept,
    circumstances,
    faults,
  });
  const { cancelAtMs, concurrency, stepsMax } = circumstances;
  if (cancelAtMs !== undefined) clock.sleep(cancelAtMs).then(() => cancel.abort());
  const execution = execute(
    planOf(flow),
    {},
    {
      executionId: EXECUTION_ID,
      ports: { clock, random: seededRandom(seed + 1), journal, spawn },
      signal: cancel.signal,
      limits: { concurrency, ...(stepsMax === undefined ? {} : { steps: stepsMax }) },
      onEvent: (event) => events.push(event),
    },
  );
  const result = await clock.runUntil(execution);
  return { result, journal: journal.asked, events, faults, before };
}

interface WatchedJournal extends Journal {
  readonly asked: StepRecord[];
  readonly kept: Set<string>;
}

/** With a seed, each write takes a while of its own, so that writes overtake each other. */
async function journalWith(
  before: readonly StepRecord[],
  clock: VirtualClock,
  slowSeed: number | undefined,
): Promise<WatchedJournal> {
  const memory = memoryJournal();
  const kept = new Set<string>();
  for (const step of before) {
    await memory.append(EXECUTION_ID, step);
    kept.add(`${step.node} ${step.path}`);
  }
  const asked: StepRecord[] = [...before];
  const random = slowSeed === undefined ? undefined : seededRandom(slowSeed);
  return {
    asked,
    kept,
    load: (id) => memory.load(id),
    append: async (id, step) => {
      asked.push(step);
      if (random !== undefined) await clock.sleep(Math.floor(random.next() * 6));
      await memory.append(id, step);
      kept.add(`${step.node} ${step.path}`);
    },
  };
}

interface Watch {
  readonly flow: FlowSpec;
  readonly journal: { has(key: string): boolean };
  readonly circumstances: Circumstances;
  readonly faults: string[];
}

/** Notes what a Spawn alone can see: how many run at once, and what each is started upon. */
function watched(spawn: Spawn, { flow, journal, circumstances, faults }: Watch): Spawn {
  const places = scopesOf(flow);
  const running = new Set<object>();
  const latestItem = new Map<string, number>();
  return (visit) => {
    const { node, path, signal } = visit;
    const token = {};
    running.add(token);
    if (running.size > circumstances.concurrency) faults.push(`${running.size} visits at once`);
    for (const name of Object.keys(visit.input.dependencies)) {
      const isNear = places.get(name)?.scope.join() === node.scope.join();
      if (isNear && !journal.has(`${name} ${path}`)) faults.push(`${name} is not kept yet`);
    }
    const opener = node.scope.at(-1);
    if (opener !== undefined && flow.nodes[opener]?.parallel === false) {
      const at = path.lastIndexOf('/');
      const region = `${opener} ${path.slice(0, Math.max(at, 0))}`;
      const index = Number(path.slice(at + 1));
      if (index < (latestItem.get(region) ?? 0)) faults.push(`${node.name} runs out of turn`);
      latestItem.set(region, index);
    }
    const over = () => running.delete(token);
    signal.addEventListener('abort', over, { once: true });
    try {
      const work = spawn(visit);
      work.then(over, over);
      return work;
    } catch (error) {
      over();
      throw error;
    }
  };
}

interface Check extends Run {
  readonly seed: number;
  readonly expected: Expected;
  readonly circumstances: Circumstances;
}

function check(run: Check): void {
  expect(run.faults, `seed ${run.seed}`).toEqual([]);
  checkEvents(run);
  checkSteps(run);
}

function checkSteps(run: Pick<Check, 'seed' | 'result' | 'expected' | 'circumstances'>): void {
  const { seed, result, expected, circumstances } = run;
  const what = `seed ${seed}`;
  const keys = result.steps.map((step) => `${step.node} ${step.path}`);
  expect(new Set(keys).size, `${what}: one record a visit`).toBe(keys.length);
  for (const step of result.steps) {
    const reference = expected.steps.get(`${step.node} ${step.path}`);
    if (reference === undefined)
      throw new Error(`${what}: ${step.node} at '${step.path}' is not due`);
    if (step.status === 'cancelled') {
      expect(reference.status, `${what}: cancelled ${step.node}`).not.toBe('skipped');
      expect(result.status, what).not.toBe('completed');
    } else expect(factsOf(step), what).toEqual(expectedFacts(reference));
  }
  const mayCancel = circumstances.cancelAtMs !== undefined;
  const isOverSteps = expected.visits > (circumstances.stepsMax ?? Number.POSITIVE_INFINITY);
  if (result.status === 'cancelled') expect(mayCancel, what).toBe(true);
  if (result.status === 'failed') expect(expected.cannotComplete || isOverSteps, what).toBe(true);
  if (result.status !== 'completed') return;
  expect(expected.cannotComplete || isOverSteps, `${what} completes`).toBe(false);
  expect([...keys].sort(), what).toEqual([...expected.steps.keys()].sort());
  expect(result.outputs, what).toEqual(expected.outputs);
}

type Facts = Readonly<Record<string, Value | undefined>>;

function factsOf(step: StepRecord): Facts {
  const { node, path, status, attempts, port, value, items, dropped, error } = step;
  const message = error?.message;
  return { node, path, status, attempts, port, value, items, dropped, code: error?.code, message };
}

function expectedFacts(step: ExpectedStep): Facts {
  const { node, path, status, attempts, port, value, items, dropped } = step;
  const { errorCode: code, errorMessage: message } = step;
  return { node, path, status, attempts, port, value, items, dropped, code, message };
}

function checkEvents({ seed, events, result, before }: Check): void {
  const what = `seed ${seed}`;
  expect(
    events.map(({ sequence }) => sequence),
    what,
  ).toEqual(events.map((_, index) => index + 1));
  expect(events[0]?.kind, what).toBe('execution.started');
  expect(events.at(-1)?.kind, what).toBe('execution.ended');
  expect(events.filter(({ kind }) => kind === 'execution.ended').length, what).toBe(1);
  const ended = events.flatMap((event) => (event.kind === 'step.ended' ? [event.step] : []));
  expect([...before, ...ended], what).toEqual(result.steps);
  const { error } = result;
  if (error?.node === undefined) return;
  const fatal = events.findIndex(
    (event) =>
      event.kind === 'step.ended' &&
      event.step.node === error.node &&
      event.step.path === error.path,
  );
  const after = fatal < 0 && before.length > 0 ? events : events.slice(fatal);
  expect(
    after.some(({ kind }) => kind === 'step.started'),
    `${what}: after a failure`,
  ).toBe(false);
}
