import { emptyMap, NotAValue, toValue, type Value, type ValueMap } from '../base/index.ts';
import type { ExecutionStatus } from '../contract/index.ts';
import {
  AppError,
  asAppError,
  type ErrorCode,
  type ErrorReport,
  reportOf,
} from '../errors/index.ts';
import { type PlanNode, placeInCode } from '../language/index.ts';
import { frozen } from './frozen.ts';

/** A visit that failed for good, and what a person may see of it. */
export interface StepFailure {
  readonly node: string;
  readonly path: string;
  readonly error: ErrorReport;
}

/** Why an execution ends before all its visits have. */
export interface StopCause {
  readonly status: Exclude<ExecutionStatus, 'completed'>;
  readonly error: ErrorReport;
  readonly node?: string;
  readonly path?: string;
}

/**
 * Turns what a visit threw into an AppError that has a place in the flow. What is no AppError keeps
 * its text to itself: it may hold anything.
 */
export function errorOfVisit(thrown: unknown, node: PlanNode): AppError {
  if (thrown instanceof AppError) {
    return thrown.at(placeInCode(node.config, thrown.details) ?? node.place);
  }
  return new AppError('INTERNAL', {
    message: `node ${node.name} failed in a way that its type does not foresee`,
    cause: thrown,
    retryable: false,
    place: node.place,
  });
}

/** What nodes on the `error` edge see as the value of the failed one. */
export function errorValue(error: ErrorReport): ValueMap {
  const { code, message, details } = error;
  const inner = Object.assign(emptyMap(), { code, message }, publicDetails(details));
  return Object.freeze(Object.assign(emptyMap(), { error: Object.freeze(inner) }));
}

/** Details are JSON by contract; what is not stays out rather than breaking the flow. */
function publicDetails(details: ErrorReport['details']): { details?: Value } {
  if (details === undefined) return {};
  try {
    return { details: frozen(toValue(details)) };
  } catch (error) {
    if (error instanceof NotAValue) return {};
    throw error;
  }
}

/** A visit failed for good, and nothing takes the failure. */
export function stoppedBy(failure: StepFailure): StopCause {
  return { status: 'failed', ...failure };
}

/** Whoever started the execution cancelled it. */
export function cancelled(): StopCause {
  const message = 'the execution was cancelled';
  return { status: 'cancelled', error: reportOf(new AppError('EXECUTION_CANCELLED', { message })) };
}

/** The execution went over one of its limits. */
export function overLimit(code: ErrorCode, message: string): StopCause {
  return { status: 'failed', error: reportOf(new AppError(code, { message })) };
}

/** Without its journal an execution cannot go on: what follows could not be explained later. */
export function journalFailed(cause: unknown): StopCause {
  const message = 'the journal failed to read or to keep the steps of the execution';
  return broken(new AppError('INTERNAL', { message, cause, retryable: false }));
}

/** A defect of ours. */
export function broken(thrown: unknown): StopCause {
  return { status: 'failed', error: reportOf(asAppError(thrown)) };
}

/** What the signal of a running visit aborts with, and what its record then says. */
export function stopError(cause: StopCause): AppError {
  if (cause.node === undefined) {
    const { code, message, remedy } = cause.error;
    return new AppError(code, { message, remedy, retryable: false });
  }
  return new AppError('EXECUTION_CANCELLED', {
    message: `stopped because node ${cause.node} failed`,
    remedy: 'Mend that node.',
    retryable: false,
  });
}
