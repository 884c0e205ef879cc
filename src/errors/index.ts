export {
  AppError,
  type AppErrorOptions,
  asAppError,
  type ErrorReport,
  type Place,
  reportOf,
} from './app-error.ts';
export { ERROR_CATALOGUE, type ErrorCode } from './catalogue.ts';
export type { ErrorEntry } from './error-entry.ts';
