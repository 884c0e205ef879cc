import type { AppError } from '../../../errors/index.ts';
import type { Run } from '../run/run.ts';
import { refusal } from '../syntax/index.ts';
import type { Undefined } from './special.ts';

/** A TEMPLATE_TYPE error at the node at work. */
export function typeError(run: Run, message: string, remedy?: string): AppError {
  return refusal('TEMPLATE_TYPE', run.at, remedy === undefined ? { message } : { message, remedy });
}

/** The error for using a value that is not there, at the place where it was looked for. */
export function undefinedError(missing: Undefined): AppError {
  const { message, remedy, forbidden } = missing.explain();
  const code = forbidden === true ? 'TEMPLATE_TYPE' : 'TEMPLATE_UNDEFINED';
  return refusal(code, missing.at, remedy === undefined ? { message } : { message, remedy });
}
