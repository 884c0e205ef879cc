import { AppError, type ErrorCode } from '../../../errors/index.ts';
import type { At } from './tree.ts';

interface Refusal {
  readonly message: string;
  readonly remedy?: string;
  /** Private: what was caught, for the log. */
  readonly cause?: unknown;
}

/**
 * An error at a place in the template. It is never worth a retry: the same template over the same
 * data fails again.
 */
export function refusal(code: ErrorCode, at: At, refused: Refusal): AppError {
  const { line, column } = at;
  return new AppError(code, { ...refused, retryable: false, details: { line, column } });
}

/** A TEMPLATE_SYNTAX error. */
export function syntaxError(at: At, message: string, remedy?: string): AppError {
  return refusal('TEMPLATE_SYNTAX', at, remedy === undefined ? { message } : { message, remedy });
}

/** Text of a template or of data as it may stand in a message: in quotes, cut at 60 characters. */
export function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return `'${shown.replace(/\s+/g, ' ')}'`;
}
