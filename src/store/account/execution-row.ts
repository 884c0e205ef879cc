import type { Selectable } from 'kysely';
import { assert, type ExecutionId, type FlowId } from '../../base/index.ts';
import type { ExecutionRecord } from '../execution-store.ts';
import { keptValue } from '../kept-columns.ts';
import { originalText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';

export type ExecutionRow = Selectable<ScopedTables['executions']>;

/** All that a list shows: not inputs and outputs, which may be large. */
export const SUMMARY_COLUMNS = [
  'id',
  'flow_id',
  'flow_name',
  'version',
  'status',
  'error',
  'created_at',
  'started_at',
  'ended_at',
  'wake_at',
  'started_by',
  'retried_from',
  'takeovers',
  'cancel_requested',
  'last_sequence',
] as const;

type SummaryRow = Pick<ExecutionRow, (typeof SUMMARY_COLUMNS)[number]>;

/** An execution without its inputs and outputs. */
export function summaryOf(row: SummaryRow): Omit<ExecutionRecord, 'inputs' | 'outputs'> {
  return {
    // These columns were written from ids of these kinds.
    id: row.id as ExecutionId,
    flowId: row.flow_id as FlowId,
    flowName: originalText(row.flow_name),
    version: row.version,
    status: row.status,
    createdAt: Number(row.created_at),
    startedBy: originalText(row.started_by),
    takeovers: row.takeovers,
    isCancelRequested: row.cancel_requested,
    lastSequence: row.last_sequence,
    ...(row.error === null ? {} : { error: JSON.parse(row.error) }),
    ...(row.started_at === null ? {} : { startedAt: Number(row.started_at) }),
    ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
    ...(row.wake_at === null ? {} : { wakeAt: Number(row.wake_at) }),
    ...(row.retried_from === null ? {} : { retriedFrom: row.retried_from as ExecutionId }),
  };
}

/** The whole execution. */
export function recordOf(row: ExecutionRow): ExecutionRecord {
  const inputs = keptValue(row.inputs, row.inputs_blob);
  const outputs = keptValue(row.outputs, row.outputs_blob);
  assert(inputs !== undefined, 'every execution has inputs');
  return { ...summaryOf(row), inputs, ...(outputs === undefined ? {} : { outputs }) };
}
