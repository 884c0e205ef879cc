import type { Value } from '../base/index.ts';
import type { LogLine, StepRecord } from '../contract/index.ts';
import { type AppError, type ErrorReport, reportOf } from '../errors/index.ts';
import type { Cell } from './scopes.ts';
import type { VisitRun } from './visit-run.ts';

/** What every record of a visit that ran has in common. */
export interface Ran {
  readonly cell: Cell;
  readonly run: VisitRun;
  readonly endedAt: number;
}

export interface Completion {
  readonly value: Value;
  readonly port?: string | undefined;
  readonly items?: number | undefined;
  readonly isDropped?: boolean | undefined;
}

/** The value of a split or foreach is a list, and `items` says how many items its region had. */
export function completedStep(ran: Ran, completion: Completion): StepRecord {
  const { value, port, items, isDropped } = completion;
  return {
    ...begun(ran, 'completed'),
    port: port ?? 'default',
    value,
    ...(items === undefined ? {} : { items }),
    ...(isDropped === true ? { dropped: true } : {}),
    ...logsOf(ran),
  };
}

/** A failure for good: it leaves on `error` where the node has such an edge. */
export function failedStep(ran: Ran, error: ErrorReport): StepRecord {
  const { node, region } = ran.cell;
  return {
    ...begun(ran, 'failed'),
    ...(node.hasErrorEdge ? { port: 'error' } : {}),
    ...(region?.isOpen === true ? { items: region.scopes.length } : {}),
    error,
    ...logsOf(ran),
  };
}

/** A visit that was under way when the execution stopped. */
export function cancelledStep(ran: Ran, error: AppError): StepRecord {
  return { ...begun(ran, 'cancelled'), error: reportOf(error), ...logsOf(ran) };
}

/** A visit that never ran. */
export function skippedStep(cell: Cell, at: number): StepRecord {
  const { node, scope } = cell;
  const times = { startedAt: at, endedAt: at };
  return { node: node.plan.name, path: scope.path, status: 'skipped', attempts: 0, ...times };
}

function begun({ cell, run, endedAt }: Ran, status: StepRecord['status']) {
  const { attempts, startedAt } = run;
  const { node, scope } = cell;
  return { node: node.plan.name, path: scope.path, status, attempts, startedAt, endedAt };
}

function logsOf({ run }: Ran): { readonly logs?: readonly LogLine[] } {
  const logs = run.logs();
  return logs.length === 0 ? {} : { logs };
}
