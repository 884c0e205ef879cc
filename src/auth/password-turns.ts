/**
 * Threat: hashing a password is slow on purpose, so whoever sends many sign-ins fills the processor
 * (CWE-400, CWE-770; ASVS 5.0 2.4.1), and whoever makes many people keeps others from signing in.
 * So many are hashed at once, so many wait in each of two queues, more are sent away.
 */
import { AppError } from '../errors/index.ts';

/** `first`: somebody waits to be let in. `later`: a new password is hashed. */
export type TurnKind = 'first' | 'later';

/** Runs work in turn, each kind in its order. Errors: PASSWORDS_BUSY, before any work. */
export type Turns = <Result>(work: () => Promise<Result>, kind: TurnKind) => Promise<Result>;

/** So many of those who come first, then one of the others, so that neither waits for ever. */
const FIRST_IN_A_ROW = 3;

/** Turns for `atOnce` pieces of work at a time, with room for `waiting` more of each kind. */
export function openTurns(limits: { readonly atOnce: number; readonly waiting: number }): Turns {
  const queues: Readonly<Record<TurnKind, (() => void)[]>> = { first: [], later: [] };
  let running = 0;
  let inARow = 0;
  const take = async (kind: TurnKind) => {
    if (running < limits.atOnce) {
      running += 1;
      return;
    }
    const queue = queues[kind];
    if (queue.length >= limits.waiting) {
      throw new AppError('PASSWORDS_BUSY', { message: 'too many passwords wait to be checked' });
    }
    // Who ends hands its place over, so that nobody who comes later slips in between.
    await new Promise<void>((resolve) => queue.push(resolve));
  };
  const next = (): (() => void) | undefined => {
    const { first, later } = queues;
    const isTheirs = first.length > 0 && (later.length === 0 || inARow < FIRST_IN_A_ROW);
    inARow = isTheirs ? inARow + 1 : 0;
    return (isTheirs ? first : later).shift();
  };
  const give = () => {
    const one = next();
    if (one === undefined) running -= 1;
    else one();
  };
  return async (work, kind) => {
    await take(kind);
    try {
      return await work();
    } finally {
      give();
    }
  };
}
