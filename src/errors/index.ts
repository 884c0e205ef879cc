export {
  AppError,
  type AppErrorOptions,
  asAppError,
  type ErrorReport,
  type Place,
  reportOf,
} from './app-error.ts';
export { ERROR_CATALOGUE, type ErrorCode, type ErrorEntry } from './catalogue.ts';
