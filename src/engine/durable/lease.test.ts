import { describe, expect, it } from 'vitest';
import type { Clock, ProcessId } from '../../base/index.ts';
import type { Log } from '../../log/index.ts';
import type { DispatchStore } from '../../store/index.ts';
import { Lease } from './lease.ts';

interface Held {
  readonly lease: Lease;
  now: number;
  monotonicMs: number;
  lapses: number;
  answersAfterMs: number;
}

function held(): Held {
  const clock: Clock = { now: () => world.now, sleep: async () => {} };
  const store: Pick<DispatchStore, 'renewLease'> = {
    renewLease: async () => {
      world.now += world.answersAfterMs;
      world.monotonicMs += world.answersAfterMs;
    },
  };
  const lease = new Lease({
    // The lease uses no other part of it.
    store: store as DispatchStore,
    process: 'p' as ProcessId,
    kind: 'server',
    clock,
    monotonicMs: () => world.monotonicMs,
    log: SILENT,
    onLapse: () => {
      world.lapses += 1;
    },
  });
  const world: Held = { lease, now: 1_000, monotonicMs: 1_000, lapses: 0, answersAfterMs: 0 };
  return world;
}

describe('the lease of a process', () => {
  it('holds for less than the store gives, counted from before it was asked', async () => {
    const world = held();
    expect(world.lease.isHeld()).toBe(false);
    world.answersAfterMs = 1_000;
    await world.lease.renew();
    world.monotonicMs += 3_499;
    expect(world.lease.isHeld()).toBe(true);
    world.monotonicMs += 1;
    expect(world.lease.isHeld()).toBe(false);
  });

  it('does not hold after either clock says that the time has passed', async () => {
    const world = held();
    await world.lease.renew();
    world.now += 4_500;
    expect(world.lease.isHeld()).toBe(false);
    world.now -= 8_000;
    expect(world.lease.isHeld()).toBe(true);
  });

  it('tells that it had ended, and then those who wait for it', async () => {
    const world = held();
    await world.lease.renew();
    world.monotonicMs += 60_000;
    const renewed = world.lease.renewed().then(() => world.lapses);
    await world.lease.renew();
    expect(await renewed).toBe(1);
    await world.lease.renew();
    expect(world.lapses).toBe(1);
  });

  it('is not had by an answer that came too late', async () => {
    const world = held();
    world.answersAfterMs = 5_000;
    await world.lease.renew();
    expect(world.lease.isHeld()).toBe(false);
  });
});

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => SILENT,
};
