import type { AttackResult } from '../launch.ts';

/** What a self-test has shown of a jail. Only `stopped all` lets code run in it. */
export type SelfTestOutcome =
  | 'stopped all'
  /** The jail does not hold. Trying again would only help an attack that sometimes gets through. */
  | 'got through'
  /** The probe was cut off or said nothing: nothing is known, and a later try may tell. */
  | 'no answer';

/** Begins what is told of an attack that the probe gave no answer about. */
export const NO_ANSWER = 'the probe does not tell: ';

/**
 * Tells the outcomes of `selfTest` apart. One attack that got through outweighs all that were not
 * answered; a test that tried nothing has shown nothing. A probe that lies about having no answer
 * gains a further try and no trust.
 */
export function outcomeOf(attacks: readonly AttackResult[]): SelfTestOutcome {
  const open = attacks.filter(({ isStopped }) => !isStopped);
  if (open.some(({ met }) => !met.startsWith(NO_ANSWER))) return 'got through';
  return open.length > 0 || attacks.length === 0 ? 'no answer' : 'stopped all';
}
