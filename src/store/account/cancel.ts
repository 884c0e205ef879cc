import type { ExecutionId } from '../../base/index.ts';
import type { ExecutionEvent } from '../../contract/index.ts';
import { AppError, reportOf } from '../../errors/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { Scoped } from '../scope.ts';
import { appendAudit } from './audit.ts';

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
      await endUnowned(scoped, { id, epoch: row.epoch, sequence: row.last_sequence + 1, audit });
      return 'cancelled';
    default:
      return status satisfies never;
  }
}

async function endUnowned(
  scoped: Scoped,
  at: { id: ExecutionId; epoch: number; sequence: number; audit: AuditEntry },
): Promise<void> {
  const { id, sequence, audit } = at;
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
  const epoch = at.epoch + 1;
  await scoped.update(
    'executions',
    { id },
    {
      status: 'cancelled',
      ended_at: audit.at,
      wake_at: null,
      cancel_requested: true,
      error: JSON.stringify(error),
      last_sequence: sequence,
      epoch,
    },
  );
  await scoped.insert('journal', {
    execution_id: id,
    first_sequence: sequence,
    last_sequence: sequence,
    epoch,
    entries: JSON.stringify(ended),
  });
  await appendAudit(scoped, audit);
}
