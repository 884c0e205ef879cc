/**
 * Threat: one key starts more than it was given (claims on monthly minutes and concurrent
 * executions). What a key starts stands in a ledger until it has ended and is added to the usage;
 * whoever starts under a limit counts the ledger while it holds the key's row.
 */
import { ACCESS_LIMITS, assert, type ExecutionId, type KeyId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { keyMonth } from '../key-month.ts';
import type { KeyStore } from '../key-store.ts';
import type { Scoped } from '../scope.ts';
import { isUuid } from '../stored-text.ts';

/** A start writes its execution within this time, or it failed on the way. */
const UNWRITTEN_MS = 60_000;

interface Place {
  readonly execution: ExecutionId;
  readonly now: number;
}

/** See KeyStore.reserve. Errors: KEY_EXHAUSTED, KEY_NOT_FOUND, KEY_REVOKED. */
export async function reservePlace(scope: Scoped, id: KeyId, place: Place): Promise<void> {
  assert(isUuid(place.execution), 'the id of an execution is a UUID');
  // Without limits nothing is counted, so none waits for another.
  const key = await limitsOf(scope, id);
  if (!key.isLimited) return await takePlace(scope, id, place);
  await scope.transaction(async (scoped) => {
    const limits = await limitsOf(scoped, id, { locked: true });
    await requirePlace(scoped, id, { ...limits, now: place.now });
    await takePlace(scoped, id, place);
  });
}

/** See KeyStore.usage. */
export async function keyUsage(
  scoped: Scoped,
  id: KeyId,
  now: number,
): ReturnType<KeyStore['usage']> {
  if (!isUuid(id)) return { underWay: 0, months: [] };
  const ledger = await readLedger(scoped, id, now);
  const months = new Map<string, { requests: number; executions: number; durationMs: number }>();
  const monthOf = (month: string) => {
    const known = months.get(month) ?? { requests: 0, executions: 0, durationMs: 0 };
    months.set(month, known);
    return known;
  };
  for (const row of await settledUsage(scoped, id)) {
    const month = monthOf(row.month);
    month.requests += Number(row.requests);
    month.executions += Number(row.executions);
    month.durationMs += Number(row.duration_ms);
  }
  for (const row of ledger) {
    if (!row.isWritten) continue;
    const month = monthOf(row.month);
    month.executions += 1;
    month.durationMs += row.durationMs;
  }
  const newest = [...months].sort(([one], [other]) => (one < other ? 1 : -1));
  return {
    underWay: ledger.filter(({ isUnderWay }) => isUnderWay).length,
    months: newest
      .slice(0, ACCESS_LIMITS.usageMonths)
      .map(([month, usage]) => ({ month, ...usage })),
  };
}

interface KeyLimits {
  readonly isLimited: boolean;
  readonly minutesAMonth: number | null;
  readonly concurrentExecutions: number | null;
}

async function limitsOf(scoped: Scoped, id: KeyId, { locked = false } = {}): Promise<KeyLimits> {
  if (!isUuid(id)) throw keyNotFound(id);
  const query = scoped
    .select('api_keys')
    .select(['minutes_a_month', 'concurrent_executions', 'revoked_at'])
    .where('id', '=', id);
  const row = await (locked ? query.forNoKeyUpdate() : query).executeTakeFirst();
  if (row === undefined) throw keyNotFound(id);
  if (row.revoked_at !== null) {
    throw new AppError('KEY_REVOKED', { message: `the key ${id} was revoked` });
  }
  const { minutes_a_month: minutesAMonth, concurrent_executions: concurrentExecutions } = row;
  const isLimited = minutesAMonth !== null || concurrentExecutions !== null;
  return { isLimited, minutesAMonth, concurrentExecutions };
}

function keyNotFound(id: string): AppError {
  return new AppError('KEY_NOT_FOUND', { message: `there is no key ${id}` });
}

async function requirePlace(
  scoped: Scoped,
  id: KeyId,
  { minutesAMonth, concurrentExecutions, now }: KeyLimits & { readonly now: number },
): Promise<void> {
  // Before the usage: what moves from one to the other meanwhile is counted twice, not never.
  const ledger = await readLedger(scoped, id, now);
  const underWay = ledger.filter(({ isUnderWay }) => isUnderWay).length;
  if (concurrentExecutions !== null && underWay >= concurrentExecutions) {
    throw exhausted('concurrentExecutions', concurrentExecutions);
  }
  if (minutesAMonth === null) return;
  const month = keyMonth(now);
  const settled = await settledUsage(scoped, id);
  const usedMs = [
    ...settled.filter((row) => row.month === month).map((row) => Number(row.duration_ms)),
    ...ledger.filter((row) => row.month === month).map(({ durationMs }) => durationMs),
  ].reduce((sum, durationMs) => sum + durationMs, 0);
  if (usedMs >= minutesAMonth * 60_000) throw exhausted('minutesAMonth', minutesAMonth);
}

function exhausted(limit: 'concurrentExecutions' | 'minutesAMonth', most: number): AppError {
  const what = limit === 'minutesAMonth' ? 'minutes a month' : 'executions at once';
  return new AppError('KEY_EXHAUSTED', {
    message: `the key has used its ${most} ${what}`,
    details: { limit, most },
  });
}

async function takePlace(scoped: Scoped, id: KeyId, { execution, now }: Place): Promise<void> {
  const columns = { key_id: id, execution_id: execution, at: now, month: keyMonth(now) };
  await scoped.insert('key_executions', columns);
}

interface LedgerEntry {
  readonly month: string;
  readonly isWritten: boolean;
  readonly isUnderWay: boolean;
  /** So far, where it has not ended. */
  readonly durationMs: number;
}

/** What is under way or was not added to the usage yet, with what its executions took. */
async function readLedger(scoped: Scoped, id: KeyId, now: number): Promise<readonly LedgerEntry[]> {
  const places = await scoped
    .select('key_executions')
    .select(['execution_id', 'at', 'month'])
    .where('key_id', '=', id)
    .execute();
  const ids = places.map(({ execution_id }) => execution_id);
  const rows =
    ids.length === 0
      ? []
      : await scoped
          .select('executions')
          .select(['id', 'started_at', 'ended_at'])
          .where((eb) => eb('id', '=', eb.fn.any(eb.val(ids))))
          .execute();
  const executions = new Map(rows.map((row) => [row.id, row]));
  return places.map(({ execution_id, at, month }) => {
    const execution = executions.get(execution_id);
    if (execution === undefined) {
      const isUnderWay = Number(at) > now - UNWRITTEN_MS;
      return { month, isWritten: false, isUnderWay, durationMs: 0 };
    }
    const { started_at: startedAt, ended_at: endedAt } = execution;
    const until = endedAt === null ? now : Number(endedAt);
    const durationMs = startedAt === null ? 0 : Math.max(0, until - Number(startedAt));
    return { month, isWritten: true, isUnderWay: endedAt === null, durationMs };
  });
}

/** Newest month first. */
async function settledUsage(scoped: Scoped, id: KeyId) {
  return await scoped
    .select('key_usage')
    .select(['month', 'requests', 'executions', 'duration_ms'])
    .where('key_id', '=', id)
    .orderBy('month', 'desc')
    .limit(ACCESS_LIMITS.usageMonths)
    .execute();
}
