import type { Value } from '../../base/index.ts';
import type { Plan, PlanNode } from '../../language/index.ts';
import type { AccountStore, ExecutionRecord } from '../../store/index.ts';
import { type JournaledStep, journalEntries, stepOf } from './journal-pages.ts';

/**
 * The values that each step was given: those of the nodes that it depends on, in the visit of the
 * regions around both, from the same journal. Left out are values that are kept elsewhere, those of
 * regions that end here, and what lies beyond SERVER_LIMITS.entriesARequest.
 */
export async function stepInputs(
  { executions }: AccountStore,
  record: ExecutionRecord,
  page: { readonly steps: readonly JournaledStep[]; readonly plan: Plan | undefined },
): Promise<readonly (Readonly<Record<string, Value>> | undefined)[]> {
  const { steps, plan } = page;
  const wanted = steps.map(({ step }) => {
    const node = step.status === 'skipped' ? undefined : plan?.node.get(step.node);
    return node === undefined || plan === undefined ? [] : visitsBefore(node, step.path, plan);
  });
  const values = new Map<string, Value | undefined>();
  for (const { key } of wanted.flat()) values.set(key, undefined);
  let missing = values.size;
  const last = steps.at(-1)?.sequence ?? 0;
  if (missing === 0) return steps.map(() => undefined);
  for await (const entry of journalEntries(executions, record.id, 0)) {
    if (entry.sequence >= last) break;
    const step = stepOf(entry)?.step;
    if (step === undefined) continue;
    const key = keyOf(step.node, step.path);
    if (!values.has(key)) continue;
    values.set(key, step.value);
    missing -= 1;
    if (missing === 0) break;
  }
  return wanted.map((visits) => {
    const inputs: Record<string, Value> = Object.create(null);
    for (const { name, key } of visits) {
      const value = values.get(key);
      if (value !== undefined) inputs[name] = value;
    }
    return inputs;
  });
}

interface VisitBefore {
  readonly name: string;
  readonly key: string;
}

/** The visits of dependencies that lie in the same regions, or further out. */
function visitsBefore(node: PlanNode, path: string, plan: Plan): readonly VisitBefore[] {
  const names = new Set(node.incoming.map(({ from }) => from));
  const parts = path === '' ? [] : path.split('/');
  return [...names].flatMap((name) => {
    const scope = plan.node.get(name)?.scope ?? [];
    const isAround = scope.every((opener, level) => node.scope[level] === opener);
    if (!isAround) return [];
    return [{ name, key: keyOf(name, parts.slice(0, scope.length).join('/')) }];
  });
}

function keyOf(node: string, path: string): string {
  return `${path} ${node}`;
}
