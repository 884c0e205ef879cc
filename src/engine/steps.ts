import type { Value } from '../base/index.ts';
import type { NodeResult, StepRecord, StepWait } from '../contract/index.ts';
import { type AppError, type ErrorReport, reportOf } from '../errors/index.ts';
import type { Cell } from './scopes.ts';
import type { VisitNotes } from './visit-notes.ts';
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
  const { value, port = 'default', items, isDropped } = completion;
  const { attempts, startedAt } = ran.run;
  const { node, scope } = ran.cell;
  // Most steps of most executions are made here: one object, no copies.
  const step: { -readonly [K in keyof StepRecord]: StepRecord[K] } = {
    node: node.plan.name,
    path: scope.path,
    status: 'completed',
    attempts,
    startedAt,
    endedAt: ran.endedAt,
    port,
    value,
  };
  if (items !== undefined) step.items = items;
  if (isDropped === true) step.dropped = true;
  const { logs, events } = ran.run.notes;
  if (logs !== undefined) step.logs = logs;
  if (events !== undefined) step.events = events;
  return step;
}

/** A failure for good: it leaves on `error` where the node has such an edge. */
export function failedStep(ran: Ran, error: ErrorReport): StepRecord {
  const { node, region } = ran.cell;
  return {
    ...begun(ran, 'failed'),
    ...(node.hasErrorEdge ? { port: 'error' } : {}),
    ...(region?.isOpen === true ? { items: region.scopes.length } : {}),
    error,
    ...notesOf(ran.run.notes),
  };
}

/** A visit that was under way when the execution stopped. */
export function cancelledStep(ran: Ran, error: AppError): StepRecord {
  return { ...begun(ran, 'cancelled'), error: reportOf(error), ...notesOf(ran.run.notes) };
}

/** A visit that never ran. */
export function skippedStep(cell: Cell, at: number): StepRecord {
  const { node, scope } = cell;
  const times = { startedAt: at, endedAt: at };
  return { node: node.plan.name, path: scope.path, status: 'skipped', attempts: 0, ...times };
}

/** A visit that has its result, while its time has not come. */
export function waitOf(ran: Ran, result: NodeResult, until: number): StepWait {
  const { node, scope } = ran.cell;
  const { attempts, startedAt } = ran.run;
  const { value, port } = result;
  return {
    node: node.plan.name,
    path: scope.path,
    attempts,
    startedAt,
    until,
    value,
    ...(port === undefined ? {} : { port }),
    ...notesOf(ran.run.notes),
  };
}

/** The end of a visit whose time has come. */
export function waitedStep(wait: StepWait, endedAt: number): StepRecord {
  const { value, port } = wait;
  const result = { port: port ?? 'default', value, ...notesOf(wait) };
  return { ...begunWait(wait, endedAt), status: 'completed', ...result };
}

/** The end of a visit that would have waited on, had the execution not stopped. */
export function cancelledWait(wait: StepWait, endedAt: number, error: AppError): StepRecord {
  const why = { error: reportOf(error), ...notesOf(wait) };
  return { ...begunWait(wait, endedAt), status: 'cancelled', ...why };
}

function begunWait({ node, path, attempts, startedAt }: StepWait, endedAt: number) {
  return { node, path, attempts, startedAt, endedAt };
}

function begun({ cell, run, endedAt }: Ran, status: StepRecord['status']) {
  const { attempts, startedAt } = run;
  const { node, scope } = cell;
  return { node: node.plan.name, path: scope.path, status, attempts, startedAt, endedAt };
}

/** As a record has them: what there is none of is absent. */
function notesOf({ logs, events }: VisitNotes | StepWait): Pick<StepRecord, 'logs' | 'events'> {
  return {
    ...(logs === undefined ? {} : { logs }),
    ...(events === undefined ? {} : { events }),
  };
}
