import { type AccountId, AUDIT_LIMITS, type Clock } from '../base/index.ts';
import type { Log } from '../log/index.ts';
import type { SealStore } from '../store/index.ts';
import { exportChain, type Stretch, type StretchWanted } from './export-chain.ts';
import { type Loop, openLoop } from './loop.ts';

/** A place outside the database that gets a copy of each chain. */
export interface Sink {
  /** For the log; no address, which may hold a secret. */
  readonly name: 'file' | 'webhook';
  /**
   * Takes the next stretch of a chain, as `read` gives it, and gives the place up to which it has
   * all; undefined where another process sends that chain now. Rejects where it could not take it:
   * it is asked again later, and has lost nothing.
   */
  take(account: AccountId, read: ReadStretch): Promise<number | undefined>;
  close(): Promise<void>;
}

export type ReadStretch = (wanted: StretchWanted) => Promise<Stretch>;

export interface CopyOutOptions {
  readonly seals: Pick<SealStore, 'heads' | 'sealed' | 'checkpoints' | 'lastCut'>;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Copies what is sealed to a sink, for as long as it takes: what waits, waits in the database. A
 * sink that fails is asked again after growing pauses.
 */
export function openCopyOut(options: CopyOutOptions): Loop {
  const { sink, clock, log } = options;
  const known = new Map<AccountId, number>();
  let failures = 0;
  return openLoop({
    clock,
    pauseMs: () => AUDIT_LIMITS.sealMs * 2 ** Math.min(failures, AUDIT_LIMITS.sinkDoublings),
    turn: async (signal) => {
      await copyAll(options, known, signal);
      if (failures > 0) log.info('the copy of the audit goes on', { sink: sink.name });
      failures = 0;
    },
    onFailure: (error) => {
      if (failures === 0) log.error('the copy of the audit waits', { sink: sink.name, error });
      failures += 1;
    },
  });
}

async function copyAll(
  { seals, sink }: CopyOutOptions,
  known: Map<AccountId, number>,
  signal: AbortSignal,
): Promise<void> {
  for (let after = ''; !signal.aborted; ) {
    const heads = await seals.heads(after, AUDIT_LIMITS.sealAccounts);
    for (const { account, sequence } of heads) {
      // A chain that goes on for ever must not keep the others waiting.
      for (let turn = 0; turn < AUDIT_LIMITS.sealRounds && !signal.aborted; turn += 1) {
        if ((known.get(account) ?? 0) >= sequence) break;
        const had = await sink.take(account, (wanted) => exportChain(seals, account, wanted));
        if (had === undefined || had === known.get(account)) break;
        known.set(account, had);
      }
      after = account;
    }
    if (heads.length === 0) return;
  }
}
