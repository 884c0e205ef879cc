import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, PersonId, ProcessId } from '../../src/base/index.ts';
import type { Store } from '../../src/store/index.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  ENDED,
  NOW,
  nextOf,
  type StoreWorld,
  saveFlow,
  savePerson,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let store: Store;
beforeAll(async () => {
  world = await storeWorld();
  store = world.store;
});
afterAll(() => world.close());

/** Every table of the database that has the column of accounts, as the database itself says. */
const tables = async () =>
  (
    await world.sql<{ readonly table_name: string }>(
      `SELECT table_name FROM information_schema.columns
      WHERE table_schema = 'sluice' AND column_name = 'account_id' ORDER BY table_name`,
    )
  ).map(({ table_name }) => table_name);
const rowsOf = async (account: AccountId) => {
  const rows = new Map<string, readonly object[]>();
  for (const table of await tables()) {
    const query = `SELECT * FROM sluice.${table} AS t WHERE account_id = $1 ORDER BY t::text`;
    rows.set(table, await world.sql(query, [account]));
  }
  return rows;
};
const countOf = async (account: AccountId) =>
  [...(await rowsOf(account)).values()].reduce((sum, rows) => sum + rows.length, 0);
const files = async () =>
  (await readdir(world.blobFolder, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .sort();

/** One row at least in every table. */
async function fill(account: AccountId): Promise<void> {
  const own = store.account(account);
  const person = await savePerson(store, `person of ${account}`, account);
  const flow = await saveFlow(store, account);
  const share = { flow, person, level: 'edit', createdBy: 'x', createdAt: NOW } as const;
  await own.sharing.putShare(share, auditOf('share.put'));
  const link = { id: randomUUID(), flow, level: 'view', createdBy: 'x', createdAt: NOW } as const;
  await own.sharing.createLink(
    { ...link, expiresAt: NOW + 1, tokenHash: `link of ${account}` },
    auditOf('link.create'),
  );
  await own.blobs.put(Buffer.from(`content of ${account}`));
  for (const more of [{}, { status: 'queued' }, { status: 'waiting', wakeAt: NOW }] as const) {
    await store.journal.write(startOf(flow, { account, ...more }));
  }
  const ended = startOf(flow, { account });
  await store.journal.write(ended);
  await store.journal.write(nextOf(ended, [2], { ...ENDED }));
  await fillOther(account, person);
}

/** Rows of tables that other parts of the store write. */
async function fillOther(account: AccountId, person: PersonId): Promise<void> {
  const key = randomUUID();
  for (const [table, columns] of Object.entries({
    roles: { name: 'r', description: '', permissions: [], updated_at: 0 },
    sessions: {
      id: randomUUID(),
      person_id: person,
      created_at: 0,
      refreshed_at: 0,
      last_seen_at: 0,
      expires_at: 0,
      address: '',
      agent: '',
      refresh_hash: 'x',
    },
    api_keys: {
      id: key,
      name: 'k',
      prefix: 'p',
      hash: `key of ${account}`,
      scopes: [],
      person_id: person,
      networks: [],
      created_by: 'x',
      created_at: 0,
    },
    key_executions: { key_id: key, execution_id: key, at: 0, month: '2026-01' },
    key_usage: { key_id: key, month: '2026-01', requests: 1, executions: 1, duration_ms: 1 },
    invitations: {
      id: randomUUID(),
      role: 'user',
      token_hash: `invitation of ${account}`,
      created_by: 'x',
      created_at: 0,
      expires_at: 0,
    },
    reset_tokens: {
      person_id: person,
      token_hash: `reset of ${account}`,
      created_by: 'x',
      created_at: 0,
      expires_at: 0,
    },
    socket_tickets: {
      token_hash: `ticket of ${account}`,
      principal: 'x',
      created_at: 0,
      expires_at: 0,
    },
    audit_checkpoints: {
      sequence: 1,
      kind: 'head',
      mac: 'm',
      at: 0,
      key_id: 'k',
      signature: 's',
    },
    audit_deliveries: { sink: 's', sequence: 1, claimed_until: 0 },
    key_networks: { key: 'k', network: 'n', first_seen_at: 0 },
    left_blobs: { blob: 'a'.repeat(64), due_at: 0 },
  })) {
    const row: Readonly<Record<string, unknown>> = { account_id: account, ...columns };
    const names = Object.keys(row);
    await world.sql(
      `INSERT INTO sluice.${table} (${names.join(', ')})
      VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    );
  }
}

const begin = (id: AccountId) =>
  store.accounts.beginDeletion(id, { entry: auditOf('account.delete'), auditIn: A });
const newAccount = async (name: string) => {
  const id = name as AccountId;
  await store.ensureAccount(id, `the name of ${name}`);
  return id;
};
/** What runs has had its time, as after half a minute. */
const waitIsOver = () =>
  world.sql("UPDATE sluice.accounts SET deleting_since = 0 WHERE status = 'deleting'");
const finish = async (of = store) => {
  for (let turns = 0; turns < 20; turns += 1) {
    if ((await of.accounts.advanceDeletion()).done) return;
  }
  throw new Error('the deletion comes to no end');
};

describe('the deletion of an account', () => {
  it('leaves no row and no file of it, and touches nothing of another', async () => {
    const gone = await newAccount('gone');
    await fill(gone);
    await fill(B);
    const filled = await rowsOf(gone);
    expect([...filled].filter(([, rows]) => rows.length === 0)).toEqual([]);
    const [before, filesBefore] = [await rowsOf(B), await files()];
    expect(filesBefore).toHaveLength(2);
    expect(await begin(gone)).toBe(true);
    await waitIsOver();
    expect(await store.accounts.advanceDeletion()).toEqual({ done: true, gone: [gone] });
    const left = await rowsOf(gone);
    expect([...left.keys()]).toEqual([...before.keys()]);
    expect([...left].filter(([, rows]) => rows.length > 0)).toEqual([]);
    expect(await rowsOf(B)).toEqual(before);
    const [file] = await files();
    expect(await files()).toHaveLength(1);
    expect(filesBefore).toContain(file);
    expect(await store.accounts.get(gone)).toBeUndefined();
    expect((await store.accounts.list({ limit: 50 })).items.map(({ id }) => id)).not.toContain(
      gone,
    );
    const tombstone = await world.sql('SELECT * FROM sluice.accounts WHERE id = $1', [gone]);
    expect(tombstone).toMatchObject([{ name: '', status: 'deleting' }]);
    const admin = { id: randomUUID() as PersonId, username: 'again', displayName: '' };
    const again = store.accounts.create(
      { id: gone, name: 'again', at: NOW },
      { ...admin, role: 'admin', passwordHash: 'x', at: NOW },
      auditOf('account.create'),
    );
    expect(await codeOf(again)).toBe('ACCOUNT_TAKEN');
  });

  it('ends what is queued and waits at once, and asks what runs', async () => {
    const id = await newAccount('busy');
    const flow = await saveFlow(store, id);
    const owner = 'alive' as ProcessId;
    await store.dispatch.renewLease(owner, 'server');
    const running = startOf(flow, { account: id, owner });
    const [queued, waiting] = [
      startOf(flow, { account: id, status: 'queued' }),
      startOf(flow, { account: id, status: 'waiting', wakeAt: NOW }),
    ];
    for (const unit of [running, queued, waiting]) await store.journal.write(unit);
    await begin(id);
    const { executions } = store.account(id);
    for (const { execution } of [queued, waiting]) {
      expect(await executions.get(execution)).toMatchObject({ status: 'cancelled' });
      const [last] = await executions.entries(execution, 1, 5);
      expect(JSON.parse(last?.text ?? '')).toMatchObject({
        sequence: 2,
        kind: 'execution.ended',
        status: 'cancelled',
        error: { code: 'EXECUTION_CANCELLED' },
      });
    }
    expect(await store.dispatch.cancelRequested(owner)).toEqual([running.execution]);
    const turn = await store.accounts.advanceDeletion();
    expect(turn.done).toBe(false);
    expect(turn.gone).not.toContain(id);
    expect(await executions.get(running.execution)).toMatchObject({ status: 'running' });
    await store.journal.write(
      nextOf(running, [2], { status: 'cancelled', endedAt: NOW, entries: [] }),
    );
    await finish();
    expect(await countOf(id)).toBe(0);
  });

  it('waits for what runs no longer than it must, and that can write no more', async () => {
    const id = await newAccount('stubborn');
    const flow = await saveFlow(store, id);
    const owner = 'alive' as ProcessId;
    await store.dispatch.renewLease(owner, 'server');
    const running = startOf(flow, { account: id, owner });
    await store.journal.write(running);
    await begin(id);
    await waitIsOver();
    await finish();
    expect(await countOf(id)).toBe(0);
    expect(await codeOf(store.journal.write(nextOf(running, [2])))).toBe('EXECUTION_NOT_FOUND');
    expect(await countOf(id)).toBe(0);
  });

  it('is gone on with by another process where one stopped, some rows at a time', async () => {
    const id = await newAccount('large');
    await fill(id);
    await world.sql(
      `INSERT INTO sluice.audit_events (account_id, id, at, actor, action, target_kind, target_id,
        outcome) SELECT 'large', gen_random_uuid(), n, '', '', '', '', 'done'
      FROM generate_series(1, 12000) AS n`,
    );
    await begin(id);
    await waitIsOver();
    const first = await store.accounts.advanceDeletion();
    expect(first).toMatchObject({ done: false });
    expect(await countOf(id)).toBeGreaterThan(0);
    expect(await store.accounts.get(id)).toMatchObject({ status: 'deleting' });
    const [one, two] = [await world.another(), await world.another()];
    await Promise.all([finish(one), finish(two)]);
    expect(await countOf(id)).toBe(0);
    expect(await store.accounts.get(id)).toBeUndefined();
  });

  it('finds what somebody wrote late, and tells the account as gone for a day', async () => {
    const id = await newAccount('late');
    await begin(id);
    await finish();
    await store.account(id).audit.append(auditOf('late'));
    await store.account(id).blobs.put(Buffer.from('late content'));
    const again = await store.accounts.advanceDeletion();
    expect(again.gone).toContain(id);
    expect(again.done).toBe(true);
    expect(await countOf(id)).toBe(0);
    expect(await files()).toHaveLength(1);
    await world.sql(
      "UPDATE sluice.accounts SET deleted_at = deleted_at - $1::bigint WHERE status = 'deleting'",
      [25 * 60 * 60 * 1000],
    );
    expect(await store.accounts.advanceDeletion()).toEqual({ done: true, gone: [] });
  });

  it('lets the record of other accounts go by no means', async () => {
    await store.account(B).audit.append(auditOf('kept'));
    await expect(
      world.sql("DELETE FROM sluice.audit_events WHERE account_id = 'b'"),
    ).rejects.toThrow('never change');
  });
});
