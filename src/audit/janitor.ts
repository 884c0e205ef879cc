import { type AccountId, AUDIT_LIMITS, type Clock } from '../base/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import { type Loop, openLoop } from './loop.ts';
import { signCheckpoint } from './seal.ts';
import type { SealKeys } from './seal-keys.ts';

export interface JanitorOptions {
  readonly store: Pick<Store, 'seals' | 'account'> & {
    readonly accounts: Pick<Store['accounts'], 'removeExecutions' | 'advanceDeletion'>;
  };
  readonly keys: SealKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** AUDIT_RETENTION_DAYS. */
  readonly auditDays: number;
  /** EXECUTION_RETENTION_DAYS. */
  readonly executionDays: number;
  /** Whose audit tells how many executions went. */
  readonly operator: AccountId;
  /** Removes the files of an account whose rows are gone; also where there are none. */
  removeFiles(account: AccountId): Promise<void>;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Removes what was kept for long enough, at the start and every AUDIT_LIMITS.retentionMs: audit
 * rows (a signed cut stays) and ended executions; and, every AUDIT_LIMITS.accountsMs, accounts that
 * were deleted. Goes in small batches with pauses, and goes on where another process or an earlier
 * one stopped.
 */
export function openJanitor(options: JanitorOptions): Loop {
  const old = loopOf(options, [retainAudit, removeExecutions], AUDIT_LIMITS.retentionMs);
  const gone = loopOf(options, [removeAccounts], AUDIT_LIMITS.accountsMs);
  return {
    now: async () => {
      await Promise.all([old.now(), gone.now()]);
    },
    close: async () => {
      await Promise.all([old.close(), gone.close()]);
    },
  };
}

function loopOf(options: JanitorOptions, acts: readonly Act[], everyMs: number): Loop {
  const { clock, log } = options;
  return openLoop({
    clock,
    pauseMs: () => everyMs,
    turn: async (signal) => {
      // What fails must not keep the rest from being removed.
      for (const act of acts) {
        if (signal.aborted) return;
        try {
          await act(options, signal);
        } catch (error) {
          if (!signal.aborted) log.warn('removing what is old goes on later', { error });
        }
      }
    },
    onFailure: (error) => log.warn('removing what is old goes on later', { error }),
  });
}

type Act = (options: JanitorOptions, signal: AbortSignal) => Promise<void>;

const retainAudit: Act = async (options, signal) => {
  const { store, keys, clock, auditDays } = options;
  const before = clock.now() - auditDays * DAY_MS;
  const gone = new Map<AccountId, number>();
  await inBatches(options, signal, async () => {
    let removed = 0;
    for (const account of await store.seals.accountsBefore(before, AUDIT_LIMITS.sealAccounts)) {
      const count = await store.seals.retain(account, before, (last) =>
        signCheckpoint('cut', last, { account, key: keys.current, at: clock.now() }),
      );
      gone.set(account, (gone.get(account) ?? 0) + count);
      removed += count;
    }
    return removed > 0;
  });
  for (const [account, removed] of gone) {
    if (removed > 0) await record(options, account, { action: 'audit.retain', removed, before });
  }
};

const removeExecutions: Act = async (options, signal) => {
  const { store, clock, executionDays, operator } = options;
  const before = clock.now() - executionDays * DAY_MS;
  let removed = 0;
  await inBatches(options, signal, async () => {
    const count = await store.accounts.removeExecutions(before);
    removed += count;
    return count > 0;
  });
  if (removed > 0) {
    await record(options, operator, { action: 'execution.retain', removed, before });
  }
};

const removeAccounts: Act = async (options, signal) => {
  const { store, removeFiles } = options;
  await inBatches(options, signal, async () => {
    const { done, gone } = await store.accounts.advanceDeletion();
    for (const account of gone) await removeFiles(account);
    return !done;
  });
};

/** Until there is nothing left, with a pause after each batch. */
async function inBatches(
  { clock }: JanitorOptions,
  signal: AbortSignal,
  batch: () => Promise<boolean>,
): Promise<void> {
  for (let count = 0; count < AUDIT_LIMITS.retentionBatches && !signal.aborted; count += 1) {
    if (!(await batch())) return;
    await clock.sleep(AUDIT_LIMITS.retentionPauseMs, signal);
  }
}

function record(
  { store, clock }: JanitorOptions,
  account: AccountId,
  { action, removed, before }: { action: string; removed: number; before: number },
): Promise<void> {
  return store.account(account).audit.append({
    at: clock.now(),
    actor: 'server',
    action,
    targetKind: 'account',
    targetId: account,
    outcome: 'done',
    details: { removed, before: new Date(before).toISOString() },
  });
}
