import { DEFAULT_ACCOUNT, type Principal } from '../auth/index.ts';
import { type Clock, SERVER_LIMITS } from '../base/index.ts';
import type { AppError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import { isConnectionLost, type Store } from '../store/index.ts';
import type { Caller } from './call.ts';

export interface Denial {
  readonly caller: Caller;
  readonly principal: Principal | undefined;
  /** The route's id; never the address as it came, which may hold anything. */
  readonly route: string;
  readonly error: AppError;
}

const WINDOW_MS = 60_000;

/**
 * Keeps who was refused. Anyone can cause a refusal, so rows are bounded to
 * SERVER_LIMITS.deniedAuditsAMinute; what is left out is counted in the next row. Never makes a
 * request wait and never fails one.
 */
export function denialRecorder(options: {
  readonly store: Pick<Store, 'account'>;
  readonly clock: Clock;
  readonly log: Log;
}): (denial: Denial) => void {
  const { store, clock, log } = options;
  let windowEnds = 0;
  let rows = 0;
  let omitted = 0;
  return ({ caller, principal, route, error }) => {
    const at = clock.now();
    if (at >= windowEnds) {
      windowEnds = at + WINDOW_MS;
      rows = 0;
    }
    if (rows >= SERVER_LIMITS.deniedAuditsAMinute) {
      omitted += 1;
      return;
    }
    rows += 1;
    const details = { code: error.code, ...(omitted === 0 ? {} : { omitted }) };
    omitted = 0;
    const entry = {
      at,
      actor: principal?.id ?? 'nobody',
      action: 'auth.denied',
      targetKind: 'route',
      targetId: route,
      outcome: 'denied',
      requestId: caller.requestId,
      address: caller.address,
      details,
    } as const;
    // The answer does not depend on the row, and the refusal holds without it.
    store
      .account(principal?.account ?? DEFAULT_ACCOUNT)
      .audit.append(entry)
      .catch((thrown: unknown) => {
        const level = isConnectionLost(thrown) ? 'debug' : 'warn';
        log[level]('a denial was not recorded', { error: thrown });
      });
  };
}
