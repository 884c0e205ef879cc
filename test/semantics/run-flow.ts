import type { Value, ValueMap } from '../../src/base/index.ts';
import type { ExecutionResult, StepRecord } from '../../src/contract/index.ts';
import { type ExecutionLimits, execute, memoryJournal, spawnNode } from '../../src/engine/index.ts';
import { checkInputs, compile } from '../../src/language/index.ts';
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
  /** Why the flow does not give this yet; the suite turns red when it does. */
  readonly pending?: string;
}

export type SemanticsOutcome = Required<
  Pick<SemanticsCase, 'status' | 'journal' | 'order' | 'outputs' | 'error'>
>;

/** Compiles and runs the flow of a case with time standing still but for its own waits. */
export async function outcomeOf(test: SemanticsCase): Promise<SemanticsOutcome> {
  const { plan, problems } = compile(test.flow, { nodeTypes: SEMANTICS_TYPES });
  if (plan === undefined) throw new Error(JSON.stringify(problems, null, 1));
  const checked = checkInputs(plan, test.inputs ?? {});
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  const clock = virtualClock();
  const cancel = new AbortController();
  const { cancelAtMs } = test;
  if (cancelAtMs !== undefined) clock.sleep(cancelAtMs).then(() => cancel.abort());
  const execution = execute(plan, checked.inputs, {
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
  const result = await clock.runUntil(execution);
  const { status, steps, outputs, error } = result;
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
