import { POSTGRES_LIMITS } from '../../base/index.ts';

const { stopMs, quitMs, killMs } = POSTGRES_LIMITS;

/**
 * How a PostgreSQL is ended: fast, then immediate, then by force, each with the time that it gets.
 * It recovers from each when it starts again.
 */
export const STOP_STEPS = [
  ['SIGINT', stopMs],
  ['SIGQUIT', quitMs],
  ['SIGKILL', killMs],
] as const;
