import type { ExecutionId } from '../../base/index.ts';
import type { ExecutionEvent } from '../../contract/index.ts';
import { AppError, reportOf } from '../../errors/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { ExecutionStore } from '../execution-store.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, storedText } from '../stored-text.ts';
import { appendAudit, auditColumns } from './audit.ts';

/**
 * Inside a transaction: ends what nobody runs, with its last entry; leaves a note for the owner of
 * what runs. Undefined where there is no such execution.
 */
export async function cancelExecution(
  scoped: Scoped,
  id: ExecutionId,
  audit: AuditEntry,
): Promise<'cancelled' | 'asked' | 'already over' | undefined> {
  // The lock keeps a process from claiming it meanwhile: claims leave out what is locked.
  const row = await scoped
    .select('executions')
    .select(['status', 'epoch', 'last_sequence'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { status } = row;
  switch (status) {
    case 'completed':
    case 'failed':
    case 'cancelled':
      return 'already over';
    case 'running':
      await scoped.update('executions', { id }, { cancel_requested: true });
      await appendAudit(scoped, audit);
      return 'asked';
    case 'queued':
    case 'waiting':
      await endUnowned(scoped, [{ id, epoch: row.epoch, sequence: row.last_sequence + 1 }], audit);
      return 'cancelled';
    default:
      return status satisfies never;
  }
}

/** What is queued or waits and is of this group; the same of it each time, and at most so many. */
export async function waitingOf(
  scoped: Scoped,
  of: Parameters<ExecutionStore['cancelWaiting']>[0],
  atMost: number,
): Promise<readonly string[]> {
  const { startedBy, flowId, key } = of;
  if (flowId !== undefined && !isUuid(flowId)) return [];
  if (key !== undefined && !isUuid(key)) return [];
  let query = scoped
    .select('executions')
    .select('id')
    .where('started_by', '=', storedText(startedBy))
    .where('status', 'in', ['queued', 'waiting']);
  if (flowId !== undefined) query = query.where('flow_id', '=', flowId);
  if (key !== undefined) {
    const ofKey = scoped.select('key_executions').select('execution_id').where('key_id', '=', key);
    query = query.where('id', 'in', ofKey);
  }
  const rows = await query.orderBy('id').limit(atMost).execute();
  return rows.map(({ id }) => id);
}

/**
 * Inside a transaction: ends what of these still is queued or waits, each with its last entry and
 * its record; gives how many. At most ENDED_AT_ONCE.
 */
export async function cancelSomeWaiting(
  scoped: Scoped,
  ids: readonly string[],
  audit: Omit<AuditEntry, 'targetId'>,
): Promise<number> {
  // In one order, so that two who do this at once wait for each other and not in a ring.
  const rows = await scoped
    .select('executions')
    .select(['id', 'epoch', 'last_sequence'])
    .where((eb) => eb('id', '=', eb.fn.any(eb.val([...ids]))))
    .where('status', 'in', ['queued', 'waiting'])
    .orderBy('id')
    .forUpdate()
    .execute();
  // Nearly all of them never ran, so they stand at one place and end in one statement.
  const places = new Map<string, Ending[]>();
  for (const { id, epoch, last_sequence: last } of rows) {
    const place = `${epoch} ${last}`;
    const known = places.get(place) ?? [];
    places.set(place, known);
    // The column was written from an id of this kind.
    known.push({ id: id as ExecutionId, epoch, sequence: last + 1 });
  }
  for (const endings of places.values()) await endUnowned(scoped, endings, audit);
  return rows.length;
}

/** How many one transaction ends. */
export const ENDED_AT_ONCE = 500;

interface Ending {
  readonly id: ExecutionId;
  readonly epoch: number;
  /** Of its last entry. */
  readonly sequence: number;
}

/** All of one epoch and one sequence; each gets its record. */
async function endUnowned(
  scoped: Scoped,
  endings: readonly Ending[],
  audit: Omit<AuditEntry, 'targetId'>,
): Promise<void> {
  const [first] = endings;
  if (first === undefined) return;
  const { sequence } = first;
  const error = reportOf(
    new AppError('EXECUTION_CANCELLED', { message: 'the execution was cancelled' }),
  );
  const ended: ExecutionEvent = {
    sequence,
    at: audit.at,
    kind: 'execution.ended',
    status: 'cancelled',
    error,
  };
  // A new epoch: whoever held it last can write no more.
  const epoch = first.epoch + 1;
  const ids: readonly string[] = endings.map(({ id }) => id);
  await scoped.update('executions', (eb) => eb('id', 'in', ids), {
    status: 'cancelled',
    ended_at: audit.at,
    wake_at: null,
    cancel_requested: true,
    error: JSON.stringify(error),
    last_sequence: sequence,
    epoch,
  });
  const entries = JSON.stringify(ended);
  const chunk = { first_sequence: sequence, last_sequence: sequence, epoch, entries };
  await scoped.insert(
    'journal',
    ids.map((id) => ({ execution_id: id, ...chunk })),
  );
  if (!scoped.isAuditOn) return;
  await scoped.insert(
    'audit_events',
    ids.map((id) => auditColumns({ ...audit, targetId: id })),
  );
}
