import { describe, expect, it } from 'vitest';
import type { AccountId, KeyId, SessionId } from '../base/index.ts';
import type { KeyUse, Store } from '../store/index.ts';
import type { Principal } from './principal.ts';
import { openUses } from './uses.ts';

const account = 'a' as AccountId;
const base = { account, permissions: new Set<never>() };
const key = (id: string): Principal => ({ ...base, id, kind: 'key', key: id as KeyId });
const SESSION: Principal = { ...base, id: 'person:p', kind: 'person', session: 's' as SessionId };
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent, with: () => log };

function world() {
  const state = { now: 1_000_000, isAway: false };
  const written: KeyUse[] = [];
  const seen: ReadonlyMap<SessionId, number>[] = [];
  const directory = {
    noteKeyUse: async (uses: readonly KeyUse[]) => {
      if (state.isAway) throw new Error('the store is away');
      written.push(...uses);
    },
    noteSessionsSeen: async (sessions: ReadonlyMap<SessionId, number>) => {
      seen.push(sessions);
    },
  };
  const store = { directory } as unknown as Store; // No other method is asked.
  const clock = { now: () => state.now, sleep: async () => undefined };
  return { state, written, seen, uses: openUses({ store, clock, log }) };
}

describe('what keys and sessions are used for', () => {
  it('is counted, and written once', async () => {
    const { uses, written } = world();
    for (let count = 0; count < 3; count += 1) uses.note(key('k1'), '192.0.2.1', undefined);
    uses.note(key('k2'), '192.0.2.2', undefined);
    await uses.flush();
    await uses.close();
    expect(written.map((use) => [use.key, use.requests, use.address])).toEqual([
      ['k1', 3, '192.0.2.1'],
      ['k2', 1, '192.0.2.2'],
    ]);
  });

  it('is not lost while the store is away, and is counted on', async () => {
    const { state, uses, written } = world();
    uses.note(key('k1'), '192.0.2.1', undefined);
    state.isAway = true;
    await uses.flush();
    state.now += 10;
    uses.note(key('k1'), '192.0.2.9', undefined);
    state.isAway = false;
    await uses.close();
    expect(written).toEqual([{ key: 'k1', requests: 2, at: state.now, address: '192.0.2.9' }]);
  });

  it('is noted of a session once a minute at most', async () => {
    const { state, uses, seen } = world();
    uses.note(SESSION, '192.0.2.1', state.now - 59_999);
    await uses.flush();
    expect(seen).toEqual([]);
    uses.note(SESSION, '192.0.2.1', state.now - 60_000);
    await uses.close();
    expect(seen).toEqual([new Map([['s', state.now]])]);
  });

  it('takes bounded room, however many keys there are', async () => {
    const { uses, written } = world();
    for (let index = 0; index < 10_500; index += 1) uses.note(key(`k${index}`), 'x', undefined);
    await uses.close();
    expect(written).toHaveLength(10_000);
  });
});
