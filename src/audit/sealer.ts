import { AUDIT_LIMITS, type Clock } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import type { SealStore } from '../store/index.ts';
import { type Loop, openLoop } from './loop.ts';
import { sealRows } from './seal.ts';
import type { SealKey } from './seal-keys.ts';

export interface SealerOptions {
  readonly seals: Pick<SealStore, 'unsealedAccounts' | 'seal'>;
  readonly key: SealKey;
  readonly clock: Clock;
  readonly log: Log;
}

/** Seals what waits, every AUDIT_LIMITS.sealMs. Any number of processes may do so on one store. */
export function openSealer(options: SealerOptions): Loop {
  const { clock, log } = options;
  let isFailing = false;
  return openLoop({
    clock,
    pauseMs: () => AUDIT_LIMITS.sealMs,
    turn: async (signal) => {
      await sealAll(options, signal);
      isFailing = false;
    },
    onFailure: (error) => {
      if (!isFailing) log.warn('audit rows wait for their seal', { error });
      isFailing = true;
    },
  });
}

/** Ends when nothing waits, when others seal it, or when there is no end of new rows. */
async function sealAll(options: SealerOptions, signal: AbortSignal): Promise<void> {
  const { seals, log } = options;
  let hasFailed = false;
  for (let round = 0; round < AUDIT_LIMITS.sealRounds && !signal.aborted; round += 1) {
    const accounts = await seals.unsealedAccounts(AUDIT_LIMITS.sealAccounts);
    let sealed = 0;
    for (const account of accounts) {
      if (signal.aborted) return;
      try {
        if (await sealOne(options, account)) sealed += 1;
      } catch (error) {
        if (error instanceof AppError && error.code === 'STORE_UNAVAILABLE') throw error;
        // One broken chain does not keep the others from their seals.
        if (!hasFailed) log.error('a chain of audit rows cannot be sealed', { account, error });
        hasFailed = true;
      }
    }
    if (sealed === 0) return;
  }
}

function sealOne(
  { seals, key, clock }: SealerOptions,
  account: Parameters<SealStore['seal']>[0],
): Promise<boolean> {
  return seals.seal(account, (head, rows) =>
    sealRows(head, rows, { account, key, at: clock.now() }),
  );
}
