import { assert, STORE_LIMITS } from '../../base/index.ts';
import { cataloguedError, isOutage } from '../database-errors.ts';
import type { JournalUnit } from '../journal-store.ts';
import { type Ask, refusals } from './refusals.ts';
import type { Statement } from './statement.ts';
import type { PendingUnit } from './unit.ts';

export interface LaneParts {
  /** Of all units of one group, each of another execution. */
  readonly statementOf: (units: readonly JournalUnit[]) => Statement;
  /** Gives the places of the units that passed; tries again while the database does not answer. */
  readonly run: (statement: Statement) => Promise<readonly number[]>;
  readonly ask: Ask;
  /** Called after a group that left executions queued. */
  readonly announce: () => void;
}

/** Units of one kind on their way; while one group is being committed the next gathers. */
export interface Lane {
  readonly waiting: () => number;
  add(pending: PendingUnit): void;
}

/** Makes a lane. All that it was given is settled, each unit for itself. */
export function openLane(parts: LaneParts): Lane {
  let queue: PendingUnit[] = [];
  let isRunning = false;

  async function runGroups(): Promise<void> {
    while (queue.length > 0) {
      const group = takeGroup(queue);
      queue = queue.slice(group.length);
      await writeGroup(group, parts);
      // Those who were told go on first, so that what they write next is in the next group.
      await turn();
    }
    isRunning = false;
  }

  return {
    waiting: () => queue.length,
    add: (pending) => {
      queue.push(pending);
      if (isRunning) return;
      isRunning = true;
      // What is written in the same turn shares the group.
      turn().then(runGroups);
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function takeGroup(queue: readonly PendingUnit[]): PendingUnit[] {
  let [count, size] = [0, 0];
  for (const pending of queue) {
    size += pending.size;
    if (count > 0 && (count >= STORE_LIMITS.groupUnits || size > STORE_LIMITS.groupBytes)) break;
    count += 1;
  }
  return queue.slice(0, count);
}

/** Never rejects: every unit is settled. */
async function writeGroup(group: readonly PendingUnit[], parts: LaneParts): Promise<void> {
  try {
    const units = group.map(({ unit }) => unit);
    const passed = new Set(await parts.run(parts.statementOf(units)));
    for (const [place, pending] of group.entries()) if (passed.has(place)) pending.resolve();
    if (units.some(({ status }, place) => status === 'queued' && passed.has(place))) {
      parts.announce();
    }
    const refused = group.filter((_, place) => !passed.has(place));
    // Not awaited: whoever repeats keys does not keep others waiting.
    if (refused.length > 0) explain(refused, parts);
  } catch (error) {
    await settleFailure(group, { error, parts });
  }
}

/** One value that the database refuses fails one unit: the group is halved until it is alone. */
async function settleFailure(
  group: readonly PendingUnit[],
  { error, parts }: { readonly error: unknown; readonly parts: LaneParts },
): Promise<void> {
  if (isOutage(error) || group.length === 1) {
    for (const pending of group) pending.reject(cataloguedError(error));
    return;
  }
  const middle = Math.ceil(group.length / 2);
  await writeGroup(group.slice(0, middle), parts);
  await writeGroup(group.slice(middle), parts);
}

async function explain(refused: readonly PendingUnit[], { ask }: LaneParts): Promise<void> {
  try {
    const units = refused.map(({ unit }) => unit);
    const reasons = await refusals(units, ask);
    assert(reasons.length === refused.length, 'each refused unit has an answer');
    for (const [place, pending] of refused.entries()) {
      const reason = reasons[place];
      if (reason === undefined) pending.resolve();
      else pending.reject(reason);
    }
  } catch (error) {
    for (const pending of refused) pending.reject(cataloguedError(error));
  }
}
