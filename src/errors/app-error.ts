import { ERROR_CATALOGUE, type ErrorCode } from './catalogue.ts';

/** Where in a flow's text something is: line and column count from 1. */
export interface Place {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  /** The path in the document, such as `nodes.fetch.config.url`. */
  readonly path?: string;
  /** The text of that line, as written. */
  readonly sourceLine?: string;
}

export interface AppErrorOptions {
  readonly message: string;
  readonly remedy?: string;
  readonly place?: Place;
  /** Public, JSON only: it is shown to whoever made the request. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Private: kept for the log, never shown. */
  readonly cause?: unknown;
  /**
   * True when the same work may succeed later, so that a retry policy may try again. Default true.
   */
  readonly retryable?: boolean;
}

/**
 * The one error that crosses a room's door. `message`, `remedy`, `place` and `details` are public;
 * `cause` is private. A message names the thing and never a secret.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly place: Place | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, options: AppErrorOptions) {
    super(options.message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.remedy = options.remedy ?? ERROR_CATALOGUE[code].remedy;
    this.place = options.place;
    this.details = options.details;
    this.retryable = options.retryable ?? ERROR_CATALOGUE[code].exit === 1;
  }

  /**
   * The same error at a place, for whoever knows the flow's text; an error that has one keeps it.
   */
  at(place: Place): AppError {
    if (this.place !== undefined) return this;
    const { code, message, remedy, retryable, cause } = this;
    const details = this.details === undefined ? {} : { details: this.details };
    return new AppError(code, { message, remedy, retryable, cause, place, ...details });
  }
}

/** What a person may see of any error: code, message, remedy, place and public details. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly place?: Place;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Turns anything thrown into a public report. What is not an AppError becomes INTERNAL without its
 * own text, which may hold anything.
 */
export function reportOf(thrown: unknown): ErrorReport {
  const error = asAppError(thrown);
  const { code, message, remedy, place, details } = error;
  return {
    code,
    message,
    remedy,
    ...(place === undefined ? {} : { place }),
    ...(details === undefined ? {} : { details }),
  };
}

/** An AppError as it is; anything else as INTERNAL with the original as its private cause. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('INTERNAL', {
    message: 'an internal error occurred',
    cause: thrown,
    retryable: false,
  });
}
