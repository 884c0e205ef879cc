import { AppError, type ErrorReport } from '../../errors/index.ts';
import type { PlanNode } from '../../language/index.ts';
import type { LastWords } from './entry-writer.ts';

/**
 * Codes that say that the execution goes on elsewhere, cannot be written by anyone now, or was
 * never made.
 */
export function isSilent({ code }: AppError): boolean {
  return SILENT.has(code);
}

const SILENT: ReadonlySet<string> = new Set([
  'EXECUTION_FENCED',
  'STORE_UNAVAILABLE',
  'IDEMPOTENCY_TAKEN',
  'FLOW_CHANGED',
]);

/** Why this process does not go on with an execution. */
export function goingAway(): AppError {
  return new AppError('STORE_UNAVAILABLE', {
    message: 'this process does not go on with it',
    remedy: 'Ask again in a moment.',
  });
}

/** Why a stretch ends in silence. */
export function fenced(): AppError {
  const message = 'another process may have the execution';
  return new AppError('EXECUTION_FENCED', { message, retryable: false });
}

/** A visit that may be computed again. */
export function isPure({ type }: PlanNode): boolean {
  return type.effect === 'pure';
}

/** What the entry of the end says: the report without the place in the flow. */
export function reported(error: LastWords['error']): { readonly error?: ErrorReport } {
  if (error === undefined) return {};
  const { node: _node, path: _path, ...report } = error;
  return { error: report };
}
