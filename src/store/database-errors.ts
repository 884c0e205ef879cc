import { AppError } from '../errors/index.ts';

/**
 * SQLSTATEs after which the same statement may succeed: connection lost, resources, shutdown,
 * statement timeout, deadlock, lock, a standby that is not promoted yet, a password being rotated.
 */
const PASSING = /^(?:08|53|57P|28|57014|40001|40P01|55P03|25006|58030)/;
/** pg's own errors and those of sockets have no SQLSTATE. */
const CONNECTION = /connection|connect |timeout|terminat|queryable|socket|calling end/i;

/** True where the database gave no answer or asks to come again, false where it refused a value. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'STORE_UNAVAILABLE';
  const state = sqlState(error);
  if (state !== undefined) return PASSING.test(state) || isSessionRefused(error);
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^E[A-Z]+$/.test(code) || CONNECTION.test(error.message);
}

/**
 * The server ended or refused the whole session, for whatever reason it gives, such as a database
 * that takes no connections (55000): that says nothing about a statement.
 */
function isSessionRefused(error: unknown): boolean {
  const severity = error instanceof Error && 'severity' in error ? error.severity : undefined;
  return severity === 'FATAL' || severity === 'PANIC';
}

/**
 * True where the connection was lost or never made, false where the database was slow: who asks
 * again then makes it slower.
 */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return /^(?:08|57P0[123])/.test(state);
  if (error instanceof AppError) {
    return error.code === 'STORE_UNAVAILABLE' && isConnectionLost(error.cause);
  }
  return isOutage(error) && error instanceof Error && !SLOW.test(error.message);
}

/** True where nothing of a statement can have been sent, since there was no session for it. */
export function isNeverSent(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state === '57P03';
  return error instanceof Error && 'code' in error && UNREACHED.has(error.code);
}

/** Of a port, and of the file that stands for one. */
const UNREACHED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOENT']);

/** pg's words for times that it set itself, and for a pool that was closed by us. */
const SLOW = /timeout|calling end/i;

/**
 * The five characters of PostgreSQL's error code; undefined for errors that are not the server's.
 */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return typeof error.code === 'string' && error.code.length === 5 ? error.code : undefined;
}

/** The name of the constraint that a value would have broken because it is there already. */
function brokenConstraint(error: unknown): string | undefined {
  if (sqlState(error) !== '23505') return undefined;
  // pg gives the name that the server tells.
  return (error as Error & { readonly constraint?: string }).constraint;
}

/** STORE_UNAVAILABLE with the reason as its private cause, since a driver's text may name hosts. */
export function unavailable(cause: unknown): AppError {
  return new AppError('STORE_UNAVAILABLE', { message: 'the database does not answer', cause });
}

/**
 * The same object, whose methods reject with catalogued errors only: STORE_UNAVAILABLE where the
 * database does not answer, INTERNAL with the driver's error as cause for what it refused.
 */
export function catalogued<T extends object>(aggregate: T): T {
  const methods = Object.entries(aggregate).map(([name, method]) => {
    const call = async (...given: readonly unknown[]) => {
      try {
        return await method.apply(aggregate, given);
      } catch (error) {
        throw cataloguedError(error);
      }
    };
    return [name, call];
  });
  // Every member of an aggregate is a method that gives a promise, so each keeps its type.
  return Object.fromEntries(methods) as T;
}

/** An AppError as it is; of the driver's errors those that callers can tell apart. */
export function cataloguedError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (brokenConstraint(error) === 'people_username') {
    return new AppError('USERNAME_TAKEN', { message: 'somebody has this name', cause: error });
  }
  if (isOutage(error)) return unavailable(error);
  return new AppError('INTERNAL', {
    message: 'the database refused a statement',
    cause: error,
    retryable: false,
  });
}
