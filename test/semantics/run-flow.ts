import type { Value, ValueMap } from '../../src/base/index.ts';
import type { ExecutionEvent, ExecutionResult, StepRecord } from '../../src/contract/index.ts';
import { type ExecutionLimits, execute, memoryJournal, spawnNode } from '../../src/engine/index.ts';
import { checkInputs, compile, type Plan } from '../../src/language/index.ts';
import { type Life, live } from '../engine/segments.ts';
import { virtualClock } from '../engine/virtual-clock.ts';
import { SEMANTICS_TYPES } from './node-types.ts';

/** One file of this folder: a rule, a tiny flow, and what running it must give. */
export interface SemanticsCase {
  /** The section and rule of docs/semantics.md. */
  readonly rule: string;
  readonly says: string;
  readonly flow: string;
  readonly inputs?: ValueMap;
  readonly limits?: Partial<ExecutionLimits>;
  readonly cancelAtMs?: number;
  readonly status?: ExecutionResult['status'];
  /** One line a step: node, path, status, port, value; sorted by node and path. */
  readonly journal: readonly (readonly Value[])[];
  /** Nodes in the order in which they ended, where the rule is about order. */
  readonly order?: readonly string[];
  readonly outputs?: ValueMap;
  readonly error?: Readonly<Record<string, Value>>;
  /** Told events by kind, when the flow runs in segments and every wait leaves memory. */
  readonly told?: readonly string[];
  /** Why the flow does not give this yet; the suite turns red when it does. */
  readonly pending?: string;
}

export type SemanticsOutcome = Required<
  Pick<SemanticsCase, 'status' | 'journal' | 'order' | 'outputs' | 'error'>
>;

/** Compiles and runs the flow of a case with time standing still but for its own waits. */
export async function outcomeOf(test: SemanticsCase): Promise<SemanticsOutcome> {
  const { plan, inputs } = compiled(test);
  const clock = virtualClock();
  const cancel = new AbortController();
  const { cancelAtMs } = test;
  if (cancelAtMs !== undefined) clock.sleep(cancelAtMs).then(() => cancel.abort());
  const execution = execute(plan, inputs, {
    executionId: 'e1',
    ports: {
      clock,
      random: { next: () => 0.5 },
      journal: memoryJournal(),
      spawn: spawnNode({}, clock),
    },
    signal: cancel.signal,
    ...(test.limits === undefined ? {} : { limits: test.limits }),
  });
  return wordsOfResult(await clock.runUntil(execution));
}

export interface LivedOutcome extends SemanticsOutcome {
  readonly kinds: readonly ExecutionEvent['kind'][];
  readonly suspensions: number;
  readonly writes: number;
  readonly rerun: readonly string[];
}

/** The same in segments: every wait leaves memory, and processes die after so many writes. */
export async function livedOutcomeOf(
  test: SemanticsCase,
  crashAfter: Life['crashAfter'],
): Promise<LivedOutcome> {
  const { cancelAtMs, limits } = test;
  const lived = await live({
    ...compiled(test),
    executionId: 'e1',
    suspendAfterMs: 0,
    crashAfter,
    spawn: (clock) => spawnNode({}, clock),
    ...(limits === undefined ? {} : { limits }),
    ...(cancelAtMs === undefined ? {} : { cancelAtMs }),
  });
  const { suspensions, rerun, events, steps } = lived;
  const kinds = events.map(({ kind }) => kind);
  return { ...wordsOfResult(lived.result), kinds, suspensions, rerun, writes: steps.length };
}

function compiled(test: SemanticsCase): { readonly plan: Plan; readonly inputs: ValueMap } {
  const { plan, problems } = compile(test.flow, { nodeTypes: SEMANTICS_TYPES });
  if (plan === undefined) throw new Error(JSON.stringify(problems, null, 1));
  const checked = checkInputs(plan, test.inputs ?? {});
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return { plan, inputs: checked.inputs };
}

function wordsOfResult({ status, steps, outputs, error }: ExecutionResult): SemanticsOutcome {
  return {
    status,
    journal: steps.map(lineOf).toSorted(byNodeAndPath),
    order: steps.map(({ node }) => node),
    outputs,
    error: error === undefined ? {} : wordsOf(error),
  };
}

/** `[node, path, status, port, value]`; a dropped item has `dropped` as its status. */
function lineOf(step: StepRecord): readonly Value[] {
  const { node, path, status, port, value, dropped, error } = step;
  const line: Value[] = [node, path, dropped === true ? 'dropped' : status];
  if (port !== undefined) line.push(port);
  if (value !== undefined) line.push(value);
  if (error !== undefined && status === 'failed') line.push(error.code);
  return line;
}

function byNodeAndPath(left: readonly Value[], right: readonly Value[]): number {
  const [a, b] = [`${left[0]} ${left[1]}`, `${right[0]} ${right[1]}`];
  return a < b ? -1 : Number(a > b);
}

function wordsOf(error: NonNullable<ExecutionResult['error']>): Readonly<Record<string, Value>> {
  const { code, message, node, path } = error;
  return {
    code,
    message,
    ...(node === undefined ? {} : { node }),
    ...(path === undefined ? {} : { path }),
  };
}
