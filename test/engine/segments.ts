import { seededRandom, type ValueMap } from '../../src/base/index.ts';
import type {
  ExecutionEvent,
  ExecutionResult,
  StepRecord,
  StepWait,
} from '../../src/contract/index.ts';
import {
  type ExecutionLimits,
  execute,
  type Journal,
  type SegmentEnd,
  type Spawn,
} from '../../src/engine/index.ts';
import type { Plan } from '../../src/language/index.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

const START_MS = 1_000_000;
const SEGMENTS_MAX = 2_000;

/** An execution whose processes die and which leaves memory whenever it waits. */
export interface Life {
  readonly plan: Plan;
  readonly inputs?: ValueMap;
  readonly executionId: string;
  readonly limits?: Partial<ExecutionLimits>;
  spawn(clock: VirtualClock, journal: Journal & { readonly kept: readonly StepRecord[] }): Spawn;
  /** A wait up to here stays in memory. */
  readonly suspendAfterMs: number;
  /**
   * After how many writes of the journal the process of a segment dies; undefined for one that
   * lives on. Counts segments from 0, and writes from the beginning of the segment.
   */
  crashAfter(segment: number): number | undefined;
  /** Which of the waits that were told before a crash had not reached the store; none if absent. */
  isWaitLost?(wait: StepWait): boolean;
  /** Milliseconds from when it is due to when the next segment begins; may be negative. */
  wakeLate?(segment: number): number;
  readonly cancelAtMs?: number;
}

export interface Lived {
  readonly result: ExecutionResult;
  /** What reached the store, in that order. */
  readonly steps: readonly StepRecord[];
  /** Of all segments, but for what a dead process had told and not kept. */
  readonly events: readonly ExecutionEvent[];
  readonly segments: number;
  readonly suspensions: number;
  /** Visits that waited and ran again all the same. */
  readonly rerun: readonly string[];
}

interface Store {
  readonly steps: StepRecord[];
  readonly events: ExecutionEvent[];
  readonly rerun: string[];
}

/** Lives the life to its end. Throws when it would take too many segments. */
export async function live(life: Life): Promise<Lived> {
  const store: Store = { steps: [], events: [], rerun: [] };
  let now = START_MS;
  let suspensions = 0;
  for (let segment = 0; segment < SEGMENTS_MAX; segment += 1) {
    const reason = segment === 0 ? undefined : 'wake';
    const { end, at } = await liveSegment(life, store, { segment, now, reason });
    now = at;
    if (end === undefined) continue;
    if (end.status !== 'suspended') {
      const { steps, events, rerun } = store;
      return { result: end, steps, events, rerun, segments: segment + 1, suspensions };
    }
    suspensions += 1;
    now = wakingAt(life, now, end.wakeAt + (life.wakeLate?.(segment) ?? 0));
  }
  throw new Error(`the execution goes on after ${SEGMENTS_MAX} segments`);
}

/** Whoever cancels an execution that waits wakes it. */
function wakingAt({ cancelAtMs }: Life, now: number, wakeAt: number): number {
  const cancelAt = START_MS + (cancelAtMs ?? Number.POSITIVE_INFINITY);
  return Math.max(now, cancelAt > now ? Math.min(wakeAt, cancelAt) : wakeAt);
}

interface Segment {
  readonly segment: number;
  readonly now: number;
  readonly reason: 'wake' | undefined;
}

async function liveSegment(
  life: Life,
  store: Store,
  { segment, now, reason }: Segment,
): Promise<{ readonly end: SegmentEnd | undefined; readonly at: number }> {
  const clock = virtualClock(now);
  let die = () => {};
  const crash = new Promise<undefined>((resolve) => {
    die = () => {
      dying.isDead = true;
      resolve(undefined);
    };
  });
  const dying = { isDead: false, writesLeft: life.crashAfter(segment) };
  const journal = {
    kept: store.steps,
    load: async () => [...store.steps],
    append: async (_: string, step: StepRecord) => {
      if (dying.isDead) return new Promise<void>(() => {});
      if (dying.writesLeft === 0) {
        die();
        return new Promise<void>(() => {});
      }
      if (dying.writesLeft !== undefined) dying.writesLeft -= 1;
      store.steps.push(step);
    },
  };
  const cancel = new AbortController();
  const { cancelAtMs, limits, inputs = {}, plan, executionId, suspendAfterMs } = life;
  if (cancelAtMs !== undefined) {
    const leftMs = START_MS + cancelAtMs - now;
    if (leftMs <= 0) cancel.abort();
    else clock.sleep(leftMs).then(() => cancel.abort());
  }
  const waits = waitsOf(store, life);
  const sequence = store.events.length + 1;
  const spawn = life.spawn(clock, journal);
  const waiting = new Set(waits.map(({ node, path }) => `${node} ${path}`));
  const watched: Spawn = (visit) => {
    const key = `${visit.node.name} ${visit.path}`;
    if (waiting.has(key)) store.rerun.push(key);
    return spawn(visit);
  };
  const execution = execute(plan, inputs, {
    executionId,
    ports: { clock, random: seededRandom(1), journal, spawn: watched },
    suspend: { afterMs: suspendAfterMs },
    signal: cancel.signal,
    ...(limits === undefined ? {} : { limits }),
    ...(reason === undefined ? {} : { resume: { startedAt: START_MS, waits, sequence, reason } }),
    onEvent: (event) => {
      if (!dying.isDead) store.events.push(event);
    },
  });
  const end = await clock.runUntil(Promise.race([execution, crash]));
  return { end, at: clock.now() };
}

/** As a journal tells them: those that were told and have not ended, but for what was lost. */
function waitsOf({ steps, events }: Store, life: Life): readonly StepWait[] {
  const ended = new Set(steps.map(({ node, path }) => `${node} ${path}`));
  const waits = new Map<string, StepWait>();
  for (const event of events) {
    if (event.kind !== 'step.waiting') continue;
    const { node, path } = event.wait;
    if (ended.has(`${node} ${path}`) || life.isWaitLost?.(event.wait) === true) continue;
    waits.set(`${node} ${path}`, event.wait);
  }
  return [...waits.values()];
}
