import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Value, ValueMap } from '../../src/base/index.ts';
import type { ExecutionEvent } from '../../src/contract/index.ts';
import { checkInputs, compile, type Plan, type PlanNode } from '../../src/language/index.ts';
import { virtualClock } from '../engine/virtual-clock.ts';
import { SEMANTICS_TYPES } from '../semantics/node-types.ts';
import type { SemanticsCase } from '../semantics/run-flow.ts';
import { ModelStore } from './model-store.ts';
import { executionId, type Fault, FLOW, ModelProcess, startOf, until } from './processes.ts';

const FOLDER = new URL('../semantics/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const WRITES_MAX = 200;

interface End {
  readonly status: string;
  readonly steps: readonly string[];
  readonly outputs: Value;
  readonly code: string | undefined;
  /** How often the process wrote. */
  readonly writes: number;
}

/** The flows are ours, so what they hold is taken as written. */
function caseOf(file: string): SemanticsCase {
  return parse(readFileSync(new URL(file, FOLDER), 'utf8')) as SemanticsCase;
}

/** Every visit is an effect, so that each of its steps is a write of its own. */
function planOf({ flow }: SemanticsCase): Plan {
  // An hour of a process that has nothing to do is many turns of its timers.
  const text = flow.replace(/duration: (\d)h/g, (_, hours) => `duration: ${hours}0s`);
  const { plan, problems } = compile(text, { nodeTypes: SEMANTICS_TYPES });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const nodes = plan.nodes.map(
    (node): PlanNode => ({ ...node, type: { ...node.type, effect: 'write' } }),
  );
  return { ...plan, nodes, node: new Map(nodes.map((node) => [node.name, node])) };
}

/** Runs a flow in a process that dies after its write `last`; another one goes on. */
async function endOf(test: SemanticsCase, last: number | undefined): Promise<End> {
  const clock = virtualClock();
  const store = new ModelStore(clock);
  const plan = planOf(test);
  const plans = new Map([[FLOW, plan]]);
  const checked = checkInputs(plan, test.inputs ?? {});
  const inputs: ValueMap = 'problems' in checked ? {} : checked.inputs;
  let writes = 0;
  const fault = (call: string): Fault => {
    if (call === 'write') writes += 1;
    return call === 'write' && writes === last ? 'crash after' : undefined;
  };
  const limits = test.limits ?? {};
  const common = { clock, store, plans, newId: () => 'e1', limits };
  const one = new ModelProcess({ ...common, name: 'p1', fault });
  const dispatcher = await one.open();
  const started = await dispatcher.start(startOf(inputs));
  started.accepted().catch(() => {});
  const isOver = () => store.rows.get(executionId('e1'))?.endedAt !== undefined;
  await until(clock, () => isOver() || one.isDead);
  if (one.isDead) await new ModelProcess({ ...common, name: 'p2' }).open();
  await until(clock, isOver, 200_000);
  expect(store.faults).toEqual([]);
  const row = store.row(executionId('e1'));
  const steps = store.events(row.id).flatMap(lineOf).sort();
  const { status, outputs, error } = row;
  const json = outputs !== undefined && 'json' in outputs ? outputs.json : '{}';
  return { status, steps, outputs: JSON.parse(json), code: error?.code, writes };
}

function lineOf(event: ExecutionEvent): readonly string[] {
  if (event.kind !== 'step.ended') return [];
  const { node, path, status, attempts, port, value, items, dropped, error } = event.step;
  const facts = [node, path, status, attempts, port, value, items, dropped, error?.code];
  return [JSON.stringify(facts)];
}

describe('docs/semantics.md on a process that dies', () => {
  for (const file of FILES) {
    const test = caseOf(file);
    // How these end depends on when, and dying takes time.
    if (test.cancelAtMs !== undefined || test.error?.code === 'EXECUTION_TIMEOUT') continue;
    it(`${file} ends after every single write as without`, async () => {
      const whole = await endOf(test, undefined);
      expect(whole.status).toBe(test.status ?? 'completed');
      expect(whole.writes).toBeLessThan(WRITES_MAX);
      for (let last = 1; last < whole.writes; last += 1) {
        const { steps, ...end } = await endOf(test, last);
        const { status, outputs, code } = whole;
        expect(end, `after write ${last}`).toMatchObject({ status, outputs, code });
        if (status === 'completed') expect(steps, `after write ${last}`).toEqual(whole.steps);
      }
    });
  }
});
