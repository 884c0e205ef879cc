import { type AuditOptions, openAudit } from '../../src/audit/index.ts';
import { AUDIT_LIMITS, type Clock } from '../../src/base/index.ts';
import type { Log, LogFields } from '../../src/log/index.ts';
import { type StoreWorld, storeWorld } from '../store/open-test-store.ts';
import { ACCOUNT, KEYS } from './chain-model.ts';

/** A clock that tests move; who sleeps, sleeps until it is told to end. */
export interface StillClock extends Clock {
  time: number;
}

export function stillClock(time: number): StillClock {
  const clock: StillClock = {
    time,
    now: () => clock.time,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        const stop = () => reject(signal?.reason);
        if (signal?.aborted) stop();
        else signal?.addEventListener('abort', stop, { once: true });
      }),
  };
  return clock;
}

/**
 * The same, but nobody waits: every pause is over at once, but those between two turns of a loop.
 */
export function hastyClock(time: number): StillClock {
  const clock = stillClock(time);
  const { sleep } = clock;
  return Object.assign(clock, {
    sleep: (ms: number, signal?: AbortSignal) =>
      ms > 60_000 || ms === AUDIT_LIMITS.accountsMs ? sleep(ms, signal) : Promise.resolve(),
  });
}

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines. */
export function keptLog(): Log & { readonly lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const log = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: () => log,
  };
  return log;
}

export const RULES = { failures: 3, bulkReads: 100, newNetwork: true, windowMs: 60_000 } as const;

/** An audit over the store of a world, with a clock that stands still. */
export function auditOver(
  store: AuditOptions['store'],
  more: Partial<AuditOptions> = {},
): ReturnType<typeof openAudit> {
  return openAudit({
    store,
    keys: KEYS,
    clock: stillClock(1_700_000_100_000),
    log: keptLog(),
    rules: RULES,
    operator: ACCOUNT,
    ...more,
  });
}

/** Past the triggers, as whoever owns the database could. */
export async function pastTriggers(world: StoreWorld, statements: string): Promise<void> {
  await world.sql(`SET session_replication_role = replica; ${statements};
    SET session_replication_role = DEFAULT`);
}

export { type StoreWorld, storeWorld };
