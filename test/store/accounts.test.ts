import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, PersonId } from '../../src/base/index.ts';
import type { Store } from '../../src/store/index.ts';
import { A, auditOf, B, codeOf, NOW, type StoreWorld, storeWorld } from './open-test-store.ts';

let world: StoreWorld;
let store: Store;
beforeAll(async () => {
  world = await storeWorld();
  store = world.store;
});
afterAll(() => world.close());

const adminOf = (username: string) => ({
  id: randomUUID() as PersonId,
  username,
  displayName: username,
  role: 'admin',
  passwordHash: 'hash',
  at: NOW,
});
const create = (name: string, username: string) =>
  store.accounts.create(
    { id: name as AccountId, name: `Account ${name}`, at: NOW },
    adminOf(username),
    auditOf('account.create', { targetId: name }),
  );
const recorded = async (account: AccountId, action: string) =>
  (await store.account(account).audit.list({ action }, { limit: 10 })).items.length;

describe('accounts', () => {
  it('are made with their first admin, and read as they were made', async () => {
    const id = 'made' as AccountId;
    const { account, admin } = await create(id, 'Founder \0');
    expect(account).toEqual({ id, name: 'Account made', status: 'active', createdAt: NOW });
    expect(admin).toMatchObject({ username: 'Founder \0', role: 'admin', isActive: true });
    expect(await store.accounts.get(id)).toEqual(account);
    expect(await store.account(id).people.get(admin.id)).toEqual(admin);
    expect(await store.account(id).people.passwordHash(admin.id)).toBe('hash');
    expect(await recorded(id, 'account.create')).toBe(1);
    expect(await store.accounts.get('none' as AccountId)).toBeUndefined();
  });

  it('are made whole or not at all', async () => {
    const first = await create('first', 'taken name');
    expect(await codeOf(create('first', 'another name'))).toBe('ACCOUNT_TAKEN');
    expect(await codeOf(create('second', 'TAKEN NAME'))).toBe('USERNAME_TAKEN');
    expect(await store.accounts.get('second' as AccountId)).toBeUndefined();
    expect(await store.accounts.get(first.account.id)).toEqual(first.account);
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, at) => codeOf(create('raced', `racer ${at}`))),
    );
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    expect(codes.filter((code) => code === 'ACCOUNT_TAKEN')).toHaveLength(9);
    expect((await create('after', 'another name')).admin.username).toBe('another name');
  });

  it('are renamed and suspended, with a record where it is asked for', async () => {
    const audit = { entry: auditOf('account.update'), auditIn: B };
    const id = 'changed' as AccountId;
    await create(id, 'changer');
    expect(await store.accounts.update(id, { name: 'New' }, audit)).toMatchObject({
      name: 'New',
      status: 'active',
    });
    expect(await store.accounts.update(id, { status: 'suspended' }, audit)).toMatchObject({
      name: 'New',
      status: 'suspended',
    });
    expect(await store.accounts.update('none' as AccountId, { name: 'x' }, audit)).toBeUndefined();
    expect(await recorded(B, 'account.update')).toBe(2);
    expect(await recorded(id, 'account.update')).toBe(0);
    const unknown = { entry: auditOf('account.update'), auditIn: 'none' as AccountId };
    expect(await codeOf(store.accounts.update(id, { name: 'Unrecorded' }, unknown))).toBe(
      'INTERNAL',
    );
    expect(await store.accounts.get(id)).toMatchObject({ name: 'New' });
  });

  it('are listed in pages, newest first', async () => {
    for (let at = 0; at < 5; at += 1) await create(`listed-${at}`, `listed ${at}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 20; pages += 1) {
      const next = cursor === undefined ? {} : { cursor };
      const page = await store.accounts.list({ limit: 3, ...next });
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    const rows = await world.sql<{ readonly id: string }>(
      'SELECT id FROM sluice.accounts ORDER BY created_at DESC, id DESC',
    );
    expect(seen).toEqual(rows.map(({ id }) => id));
    expect(await codeOf(store.accounts.list({ limit: 3, cursor: '1.x.0000000000000000' }))).toBe(
      'CURSOR_INVALID',
    );
  });

  it('begin to be deleted once, and change no more', async () => {
    const id = 'ending' as AccountId;
    await create(id, 'ender');
    const audit = { entry: auditOf('account.delete'), auditIn: A };
    const twice = await Promise.all([
      store.accounts.beginDeletion(id, audit),
      store.accounts.beginDeletion(id, audit),
    ]);
    expect(twice.sort()).toEqual([false, true]);
    expect(await store.accounts.beginDeletion('none' as AccountId, audit)).toBe(false);
    expect(await recorded(A, 'account.delete')).toBe(1);
    expect(await store.accounts.get(id)).toMatchObject({ status: 'deleting' });
    const update = { entry: auditOf('account.update'), auditIn: A };
    expect(await store.accounts.update(id, { status: 'active' }, update)).toBeUndefined();
    expect(await codeOf(create(id, 'comes again'))).toBe('ACCOUNT_TAKEN');
  });
});
