/**
 * Threat: what somebody put into the queue goes on after their right to run it is gone: they left,
 * lost their role, a share was taken back, a flow became private, the key or the link by which they
 * started it ended, the account was suspended (ASVS 5.0 V8.3).
 */
import type { Auth, Principal } from '../../auth/index.ts';
import { ACCESS_LIMITS, type AccountId, type Clock, type ExecutionId } from '../../base/index.ts';
import type { MayRun } from '../../engine/index.ts';
import type { Log } from '../../log/index.ts';
import type { AuditEntry, Store, WaitingFacts, WaitingGroup } from '../../store/index.ts';
import { judgedBy, type Refusal, refusedOf, whyNotOn } from './waiting.ts';

interface QueuedOptions {
  readonly store: {
    readonly accounts: Pick<Store['accounts'], 'waitingFacts'>;
  };
  readonly auth: Pick<Auth, 'currentById'>;
  readonly clock: Clock;
}

/**
 * Why an execution that waited may not go on: asked when its turn comes. Who started it must still
 * be somebody who may execute its flow, by the way by which they started it: with `id` also by that
 * key. Rejects where that cannot be asked; then it waits on.
 */
export function mayRunOf({
  store,
  auth,
  clock,
}: QueuedOptions): (
  execution: Omit<WaitingGroup, 'key'> & { readonly id?: ExecutionId },
) => ReturnType<MayRun> {
  return async (execution) => {
    const facts = await store.accounts.waitingFacts(execution, clock.now());
    if (facts === undefined) return 'there is no such account or flow';
    const by = judgedBy(facts);
    const principal = (await auth.currentById(facts.account, [by])).get(by);
    return whyNotOn(facts, principal)?.why;
  };
}

interface WatchOptions extends QueuedOptions {
  readonly store: QueuedOptions['store'] & {
    readonly accounts: Pick<Store['accounts'], 'waiting'>;
    account(account: AccountId): {
      readonly executions: Pick<ReturnType<Store['account']>['executions'], 'cancelWaiting'>;
    };
  };
  readonly log: Log;
  /** Default ACCESS_LIMITS.queuedWatchMs; shorter ones are for tests. */
  readonly everyMs?: number;
}

/**
 * Looks every few seconds at what is queued or waits, and cancels what may not go on any more; so
 * nothing of it stays in the queue. Goes on until `close`. Where the store does not answer, nothing
 * is cancelled and it is asked again. Every server looks, and none waits for another: what two
 * cancel at once is cancelled once.
 */
export function openQueuedWatch(options: WatchOptions): { close(): Promise<void> } {
  const { clock, log, everyMs = ACCESS_LIMITS.queuedWatchMs } = options;
  const over = new AbortController();
  let isFailing = false;
  const loop = async () => {
    while (!over.signal.aborted) {
      await clock.sleep(everyMs, over.signal);
      try {
        await sweepQueued(options);
        isFailing = false;
      } catch (error) {
        // Once for each outage: the next round asks again.
        if (!isFailing) log.warn('queued executions could not be judged', { error });
        isFailing = true;
      }
    }
  };
  const ended = loop().catch(() => {
    // The signal aborted the wait.
  });
  return {
    close: () => {
      over.abort();
      return ended;
    },
  };
}

/**
 * One look at all accounts; exported for tests. Gives how many executions were cancelled. What
 * could not be cancelled keeps nothing else waiting, and is told at the end.
 */
export async function sweepQueued(options: WatchOptions): Promise<number> {
  const { accounts } = options.store;
  let cancelled = 0;
  const failures: unknown[] = [];
  let after: WaitingFacts | undefined;
  for (let questions = 0; questions < ACCESS_LIMITS.queuedQuestions; questions += 1) {
    const groups = await accounts.waiting(options.clock.now(), after);
    if (groups.length === 0) break;
    for (const refused of (await refusedAmong(groups, options)).values()) {
      try {
        cancelled += await cancelRefused(refused, options);
      } catch (error) {
        failures.push(error);
      }
    }
    after = groups.at(-1);
    if (groups.length < ACCESS_LIMITS.queuedGroups) break;
  }
  if (failures.length > 0) throw failures[0];
  return cancelled;
}

interface Refused {
  readonly of: ReturnType<typeof refusedOf>;
  readonly refusal: Refusal;
}

/** Each once, however many flows it is of. */
async function refusedAmong(
  groups: readonly WaitingFacts[],
  options: WatchOptions,
): Promise<ReadonlyMap<string, Refused>> {
  const principals = await principalsOf(groups, options);
  const refused = new Map<string, Refused>();
  for (const facts of groups) {
    const refusal = whyNotOn(facts, principals(facts));
    if (refusal === undefined) continue;
    const of = refusedOf(facts, refusal);
    const name = JSON.stringify([of.account, of.startedBy, of.key, of.flowId]);
    if (!refused.has(name)) refused.set(name, { of, refusal });
  }
  return refused;
}

/** Asked for all accounts in one go, so that it is one question a kind. */
async function principalsOf(
  groups: readonly WaitingFacts[],
  { auth }: WatchOptions,
): Promise<(facts: WaitingFacts) => Principal | undefined> {
  const ids = new Map<AccountId, Set<string>>();
  for (const facts of groups) {
    const known = ids.get(facts.account) ?? new Set();
    ids.set(facts.account, known.add(judgedBy(facts)));
  }
  const asked = [...ids].map(
    async ([account, some]) => [account, await auth.currentById(account, [...some])] as const,
  );
  const found = new Map(await Promise.all(asked));
  return (facts) => found.get(facts.account)?.get(judgedBy(facts));
}

function cancelRefused({ of, refusal }: Refused, options: WatchOptions): Promise<number> {
  const { account, startedBy, key } = of;
  const audit: Omit<AuditEntry, 'targetId'> = {
    at: options.clock.now(),
    actor: 'server',
    action: 'execution.cancel',
    targetKind: 'execution',
    outcome: 'done',
    details: { startedBy, why: refusal.why, ...(key === undefined ? {} : { key }) },
  };
  return options.store.account(account).executions.cancelWaiting(of, audit);
}
