import { ACCESS_LIMITS, every, type KeyId, type SessionId } from '../base/index.ts';
import type { KeyUse } from '../store/index.ts';
import type { AuthParts } from './auth-parts.ts';
import type { Principal } from './principal.ts';

/** Counts what keys and sessions are used for, and writes it down now and then. */
export interface Uses {
  /** A request that was let in. */
  note(principal: Principal, address: string, lastSeenAt: number | undefined): void;
  flush(): Promise<void>;
  /** Writes down what is counted, and ends. */
  close(): Promise<void>;
}

/**
 * Counts in memory, at most ACCESS_LIMITS.usageKeys of each kind, and writes every usageFlushMs: a
 * process that is killed forgets as much and no more.
 */
export function openUses({ store, clock, log }: Pick<AuthParts, 'store' | 'clock' | 'log'>): Uses {
  let keys = new Map<KeyId, KeyUse>();
  let sessions = new Map<SessionId, number>();

  function add(use: KeyUse): void {
    const before = keys.get(use.key);
    if (before === undefined && keys.size >= ACCESS_LIMITS.usageKeys) return;
    keys.set(use.key, { ...use, requests: use.requests + (before?.requests ?? 0) });
  }

  async function flush(): Promise<void> {
    const [usedKeys, seen] = [[...keys.values()], sessions];
    keys = new Map();
    sessions = new Map();
    try {
      if (usedKeys.length > 0) await store.directory.noteKeyUse(usedKeys);
    } catch (thrown) {
      // They are counted again with the next ones, which know better when that was.
      for (const { at, address, ...use } of usedKeys) {
        const later = keys.get(use.key);
        add({ ...use, at: later?.at ?? at, address: later?.address ?? address });
      }
      log.debug('the usage of keys was not written', { error: thrown });
    }
    try {
      if (seen.size > 0) await store.directory.noteSessionsSeen(seen);
    } catch (thrown) {
      // The next request of the session notes it again.
      log.debug('the usage of sessions was not written', { error: thrown });
    }
  }

  let flushing = Promise.resolve();
  const flushNext = () => {
    flushing = flushing.then(flush);
    return flushing;
  };
  const stop = every(ACCESS_LIMITS.usageFlushMs, () => void flushNext());
  return {
    note: (principal, address, lastSeenAt) => {
      const at = clock.now();
      const { key, session } = principal;
      if (key !== undefined) add({ key, requests: 1, at, address });
      if (session === undefined || lastSeenAt === undefined) return;
      if (at - lastSeenAt < ACCESS_LIMITS.sessionSeenMs) return;
      const isKnown = sessions.has(session);
      if (isKnown || sessions.size < ACCESS_LIMITS.usageKeys) sessions.set(session, at);
    },
    flush: flushNext,
    close: async () => {
      stop();
      await flushNext();
    },
  };
}
