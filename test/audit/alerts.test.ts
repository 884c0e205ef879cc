import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkOf } from '../../src/audit/network-of.ts';
import { slidingCounts } from '../../src/audit/sliding-counts.ts';
import { ACCESS_LIMITS, AUDIT_LIMITS } from '../../src/base/index.ts';
import { A, B } from '../store/open-test-store.ts';
import {
  auditOver,
  hastyClock,
  keptLog,
  RULES,
  type StoreWorld,
  stillClock,
  storeWorld,
} from './audit-world.ts';

const NOW = 1_700_000_000_000;
let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

const alertsOf = async (account = A) => {
  const { items } = await world.store
    .account(account)
    .audit.list({ action: 'alert.*' }, { limit: 100 });
  return items.map(({ action, targetKind, targetId, details }) => ({
    action,
    target: `${targetKind} ${targetId}`,
    details,
  }));
};

describe('alerts', () => {
  it('G3.176 tell of repeated failures of an address and of a name, once an episode', async () => {
    const clock = stillClock(NOW);
    const [log, sent] = [keptLog(), [] as string[]];
    const audit = auditOver(world.store, {
      clock,
      log,
      alertWebhookUrl: 'http://127.0.0.1:1/',
      openWebhook: () => ({
        post: async (body) => void sent.push(body),
        close: async () => undefined,
      }),
    });
    const fail = (address: string, name?: string) =>
      audit.observe({ kind: 'failure', account: B, address, ...(name && { name }) });
    for (const last of [1, 2, 3, 4, 5]) fail(`192.0.2.${last}`, 'ada');
    for (let times = 0; times < 5; times += 1) fail('198.51.100.7');
    await audit.sealNow();
    const byName = {
      action: 'alert.failures',
      target: 'name ada',
      details: { count: 3, windowMs: RULES.windowMs },
    };
    const byAddress = { ...byName, target: 'address 198.51.100.7' };
    expect(await alertsOf(B)).toEqual([byName]);
    // An address belongs to no account: whoever runs the server hears of it.
    expect(await alertsOf(A)).toEqual([byAddress]);
    expect(log.lines.filter(({ message }) => message === 'alert')).toHaveLength(2);
    expect(sent.map((text) => JSON.parse(text).rule)).toEqual(['failures', 'failures']);

    clock.time += RULES.windowMs * 2;
    for (let times = 0; times < 3; times += 1) fail('198.51.100.7');
    await audit.sealNow();
    expect(await alertsOf(A)).toHaveLength(2);
    await audit.close();
  });

  it('tell of failures from many addresses of one IPv6 network', async () => {
    const audit = auditOver(world.store);
    for (let last = 1; last <= RULES.failures; last += 1) {
      audit.observe({ kind: 'failure', account: B, address: `2001:db8:7:7::${last}` });
    }
    audit.observe({ kind: 'failure', account: B, address: '2001:db8:7:8::1' });
    await audit.sealNow();
    const targets = (await alertsOf(A)).map(({ target }) => target);
    expect(targets.filter((target) => target.includes('2001:db8:7:'))).toEqual([
      'address 2001:db8:7:7::/64',
    ]);
    await audit.close();
  });

  it('are recorded while the receiver hangs', async () => {
    const [log, sent] = [keptLog(), [] as string[]];
    let hangUp = () => {};
    const audit = auditOver(world.store, {
      log,
      alertWebhookUrl: 'http://127.0.0.1:1/',
      openWebhook: () => ({
        post: (body) => {
          sent.push(body);
          return new Promise((_resolve, reject) => {
            hangUp = () => reject(new Error('closed'));
          });
        },
        close: async () => hangUp(),
      }),
    });
    for (const actor of ['person:first', 'person:second', 'person:third']) {
      audit.observe({ kind: 'read', account: B, actor, address: '192.0.2.1', count: 100 });
    }
    const targets = async () => (await alertsOf(B)).map(({ target }) => target);
    await expect.poll(targets).toContain('principal person:third');
    expect(sent).toHaveLength(1);
    await audit.close();
  });

  it('say nothing of failures that are too few or too far apart', async () => {
    const clock = stillClock(NOW);
    const before = (await alertsOf(A)).length;
    const audit = auditOver(world.store, { clock });
    for (let times = 0; times < 20; times += 1) {
      audit.observe({ kind: 'failure', account: A, address: '203.0.113.1', name: 'bob' });
      clock.time += RULES.windowMs;
    }
    await audit.sealNow();
    expect(await alertsOf(A)).toHaveLength(before);
    await audit.close();
  });

  it('tell of a key in a network where it never was, in whatever process', async () => {
    const log = keptLog();
    const open = async () => auditOver(await world.another(), { log });
    const [one, other] = [await open(), await open()];
    const use = async (audit: typeof one, address: string) => {
      audit.observe({ kind: 'key-used', account: B, actor: 'person:p', key: 'k1', address });
      // The store answers before the next one is asked.
      await expect.poll(() => world.sql('SELECT FROM sluice.key_networks')).not.toEqual([]);
      await audit.verify(B);
      await audit.sealNow();
    };
    for (const address of ['192.0.2.1', '192.0.2.99', '::ffff:192.0.2.5']) await use(one, address);
    await use(other, '192.0.2.7');
    const raised = async () =>
      (await alertsOf(B)).filter(({ action }) => action === 'alert.key-network');
    expect(await raised()).toEqual([]);
    await use(other, '2001:db8:1:2::3');
    await expect
      .poll(raised)
      .toMatchObject([
        { target: 'key k1', details: { network: '2001:db8:1::/48', actor: 'person:p' } },
      ]);
    await use(one, '2001:db8:1:ffff::1');
    expect(await raised()).toHaveLength(1);
    for (const audit of [one, other]) await audit.close();
  });

  it('keep a bounded number of networks of a key', async () => {
    const { seals } = world.store;
    for (let index = 0; index <= ACCESS_LIMITS.networksAKey; index += 1) {
      await seals.noteKeyNetwork(A, { key: 'k2', network: `n${index}`, at: NOW + index });
    }
    const rows = await world.sql<{ network: string }>(
      "SELECT network FROM sluice.key_networks WHERE key = 'k2' ORDER BY first_seen_at",
    );
    expect(rows).toHaveLength(ACCESS_LIMITS.networksAKey);
    expect(rows[0]).toEqual({ network: 'n1' });
    const again = await seals.noteKeyNetwork(A, { key: 'k2', network: 'n2', at: NOW });
    expect(again).toBe('known');
  });

  it('tell of bulk reading by one principal', async () => {
    const audit = auditOver(world.store);
    const read = (actor: string, count: number) =>
      audit.observe({ kind: 'read', account: B, actor, address: '192.0.2.1', count });
    read('person:slow', 99);
    for (let times = 0; times < 5; times += 1) read('person:quick', 50);
    await audit.sealNow();
    const raised = (await alertsOf(B)).filter(({ target }) => /person:(?:slow|quick)/.test(target));
    expect(raised).toMatchObject([
      { action: 'alert.bulk-reading', target: 'principal person:quick', details: { count: 100 } },
    ]);
    await audit.close();
  });

  it('go on when the receiver never answers well', async () => {
    let tries = 0;
    const log = keptLog();
    const audit = auditOver(world.store, {
      log,
      clock: hastyClock(NOW),
      alertWebhookUrl: 'http://127.0.0.1:1/',
      openWebhook: () => ({
        post: async () => {
          tries += 1;
          throw new Error('no answer');
        },
        close: async () => undefined,
      }),
    });
    audit.observe({ kind: 'read', account: A, actor: 'x', address: '192.0.2.1', count: 5_000 });
    await audit.sealNow();
    expect(tries).toBe(AUDIT_LIMITS.webhookTries);
    expect(log.lines.map(({ message }) => message)).toContain('an alert could not be sent');
    await audit.close();
  });
});

describe('counting', () => {
  it('keeps a bounded number of keys, and forgets the quiet ones first', () => {
    const counts = slidingCounts({ windowMs: 60_000, threshold: 2 });
    counts.add('kept', NOW);
    for (let index = 0; index < AUDIT_LIMITS.alertKeys * 2; index += 1) {
      counts.add(`key ${index}`, NOW);
      if (index % 1_000 === 0) counts.add('busy', NOW);
    }
    expect(counts.size).toBe(AUDIT_LIMITS.alertKeys);
    expect(counts.add('kept', NOW)).toBeUndefined();
  });

  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8::1', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['', undefined],
    ['not an address', undefined],
  ])('takes %s for the network %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
