import { readdirSync, readFileSync } from 'node:fs';
import type { Updateable } from 'kysely';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { openScopes, type Scoped } from '../../src/store/scope.ts';
import type { ScopedTables } from '../../src/store/tables.ts';
import { addPerson, hashOf, keyDraft, personId, sessionDraft } from './access-rows.ts';
import { ACTS, type Act, NOTHING, type Target } from './isolation-acts.ts';
import {
  A,
  auditOf,
  B,
  draftOf,
  flowId,
  NOW,
  type StoreWorld,
  saveFlow,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

/** Every table that is of accounts, whoever added it. */
async function tables(): Promise<readonly string[]> {
  const rows = await world.sql<{ table_name: string }>(
    `SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'sluice' AND column_name = 'account_id' ORDER BY table_name`,
  );
  return rows.map(({ table_name }) => table_name);
}

const rowsOfA = async () =>
  Promise.all(
    (await tables()).map(async (table) => [
      table,
      await world.sql(
        `SELECT to_jsonb(t) AS row FROM sluice.${table} AS t WHERE account_id = 'a'
        ORDER BY to_jsonb(t)::text`,
      ),
    ]),
  );

/** Past all triggers and references. */
async function emptyB(): Promise<void> {
  const removals = (await tables()).map(
    (table) => `DELETE FROM sluice.${table} WHERE account_id = 'b'`,
  );
  await world.sql(
    ['BEGIN', 'SET LOCAL session_replication_role = replica', ...removals, 'COMMIT'].join(';'),
  );
}

/** Something in every table, for each method that may reach it. */
async function targetOfA(): Promise<Target> {
  const own = world.store.account(A);
  const flow = await saveFlow(world.store);
  const unit = startOf(flow, {}, { idempotencyKey: 'k' });
  await world.store.journal.write(unit);
  const { owner: _owner, ...queued } = startOf(flow, { status: 'queued' });
  await world.store.journal.write(queued);
  const { blob } = await own.blobs.put(Buffer.from('content of a'));
  const role = { name: 'robot', description: '', permissions: ['flows:read'] };
  await own.roles.put(role, NOW, auditOf('a'));
  await addPerson(world.store, { role: 'admin' });
  const { id: person, username } = await addPerson(world.store, { role: 'robot' });
  const session = sessionDraft(person);
  await own.sessions.create(session, auditOf('a'));
  const key = keyDraft({ person, concurrentExecutions: 5 });
  await own.keys.create(key, auditOf('a'));
  await own.keys.reserve(key.id, unit.execution, NOW);
  const use = { key: key.id, requests: 1, at: NOW, address: '192.0.2.1' };
  await world.store.directory.noteKeyUse([use]);
  const made = { createdBy: 'a', createdAt: NOW, expiresAt: NOW + 99 };
  const [invitation, link] = [personId(), personId()];
  await own.invitations.create(
    { id: invitation, role: 'robot', ...made, tokenHash: hashOf(invitation) },
    auditOf('a'),
  );
  const token = { tokenHash: hashOf(person), at: NOW, expiresAt: NOW + 99 };
  await own.resets.create({ person, createdBy: 'a', ...token }, auditOf('a'));
  await own.tickets.create({ principal: `person:${person}`, ...token });
  const share = { flow, person, level: 'view', createdBy: 'a', createdAt: NOW } as const;
  await own.sharing.putShare(share, auditOf('a'));
  await own.sharing.createLink(
    { id: link, flow, level: 'view', ...made, tokenHash: hashOf(link) },
    auditOf('a'),
  );
  const ids = { person, username, session: session.id, key: key.id, invitation, link };
  return { flow, execution: unit.execution, blob, ...ids };
}

/** Written by seals, alerts and retention alone, which no method of an account reaches. */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set([
  'audit_checkpoints',
  'audit_deliveries',
  'key_networks',
  'left_blobs',
]);

describe('another account', () => {
  const names = Object.entries(ACTS).flatMap(([part, methods]) =>
    Object.keys(methods).map((method) => [part, method] as const),
  );
  it.each(names)('finds and changes nothing by %s.%s', async (part, method) => {
    const target = await targetOfA();
    await emptyB();
    const before = await rowsOfA();
    const act = (ACTS[part as 'flows'] as Record<string, Act>)[method];
    if (act === undefined) throw new Error('each name has an act');
    const heard = await act(world.store.account(B), target).catch((error) => error.code);
    const name = `${part}.${method}`;
    if (name in NOTHING) expect(heard).toEqual(NOTHING[name]);
    expect(await rowsOfA()).toEqual(before);
    const content = await world.store.account(A).blobs.get(target.blob);
    expect(Buffer.from(content).toString()).toBe('content of a');
  });

  it('is tried with something in every table', async () => {
    await targetOfA();
    const rows = await rowsOfA();
    const empty = rows.filter(([, list]) => list?.length === 0).map(([table]) => table);
    expect(empty.filter((table) => !OF_THE_SYSTEM.has(String(table)))).toEqual([]);
  });

  it('may have the same id without touching the first', async () => {
    const flow = await saveFlow(world.store);
    await world.store.account(B).flows.create(flow, draftOf({ name: 'mine' }), auditOf('b'));
    expect(await world.store.account(A).flows.get(flow)).toMatchObject({ name: 'first' });
    expect(await world.store.account(B).flows.get(flow)).toMatchObject({ name: 'mine' });
  });
});

describe('the scoped handle', () => {
  const PATIENCE = { outageMs: 1_000, closing: { until: undefined } };
  const scopeOf = () => openScopes(world.database.pool, PATIENCE)(B);

  it('shows no row of another account, whatever conditions are taken away or added', async () => {
    await saveFlow(world.store);
    await saveFlow(world.store, B, { name: 'of b' });
    const query = scopeOf().select('flows').selectAll();
    const rows = [
      ...(await query.clearWhere().execute()),
      ...(await query.where((eb) => eb.or([eb.lit(true), eb('name', '=', 'first')])).execute()),
    ];
    expect(rows.length).toBeGreaterThan(1);
    expect(new Set(rows.map(({ account_id }) => account_id))).toEqual(new Set([B]));
  });

  it('changes and makes rows of its account only, whatever it is given', async () => {
    const flow = await saveFlow(world.store);
    expect(await scopeOf().update('flows', { id: flow }, { name: 'stolen' })).toBe(0);
    const smuggled = { account_id: A } as object;
    const id = flowId();
    const row = { id, owner: 'x', name: 'x', description: '', search: '', tags: [], version: 1 };
    const times = { created_by: 'x', created_at: NOW, updated_at: NOW, deleted_at: null };
    await scopeOf().insert('flows', { ...row, ...times, ...smuggled });
    expect(await world.store.account(A).flows.get(id)).toBeUndefined();
    expect(await world.store.account(B).flows.get(id)).toMatchObject({ name: 'x' });
  });

  it('removes and changes rows of its account only, whatever the condition', async () => {
    const [ofA, ofB] = [await addPerson(world.store), await addPerson(world.store, {}, B)];
    const scope = scopeOf();
    const all = { role: 'admin' };
    const changed = await scope.update('people', (eb) => eb.or([eb.lit(true)]), all);
    const rows = await world.sql<{ id: string; role: string }>(
      `SELECT id, role FROM sluice.people WHERE account_id = 'b'`,
    );
    expect(changed).toBe(rows.length);
    expect(rows).toContainEqual({ id: ofB.id, role: 'admin' });
    expect(await world.store.account(A).people.get(ofA.id)).toMatchObject({ role: 'user' });
    const wide = await scope.remove('people', (eb) =>
      eb('role', '=', 'user').or('account_id', '=', A).or(eb.lit(true)),
    );
    expect(wide).toBe(rows.length);
    expect(await scope.remove('people', {})).toBe(0);
    expect(await world.store.account(A).people.get(ofA.id)).toMatchObject({ role: 'user' });
  });

  it('waits for the locks of its own account alone, in a transaction alone', async () => {
    const scopes = openScopes(world.database.pool, PATIENCE);
    const order: string[] = [];
    const held = scopes(B).transaction(async (first) => {
      await first.lock('x');
      const same = scopes(B).transaction(async (second) => {
        await second.lock('x');
        order.push('same');
      });
      for (const [account, name] of [
        [A, 'x'],
        [B, 'y'],
      ] as const) {
        await scopes(account).transaction((other) => other.lock(name));
      }
      order.push('others');
      return { same };
    });
    await (await held).same;
    expect(order).toEqual(['others', 'same']);
    await expect(scopes(B).lock('x')).rejects.toThrow('transaction');
  });

  it('does not compile without its scope', () => {
    type Insert = Parameters<typeof insertFlow>[0];
    const insertFlow = (row: Parameters<Scoped['insert']>[1]) => row;
    expectTypeOf<'account_id'>().not.toExtend<keyof Insert>();
    type Change = Parameters<typeof changeFlow>[0];
    const changeFlow = (row: Parameters<Scoped['update']>[2]) => row;
    expectTypeOf<'account_id'>().not.toExtend<keyof Change>();
    // A table that has no account, and one that is not its own, cannot be named.
    expectTypeOf<'accounts'>().not.toExtend<Parameters<Scoped['select']>[0]>();
    expectTypeOf<'processes'>().not.toExtend<Parameters<Scoped['select']>[0]>();
    type Select = ReturnType<typeof selectFlows>;
    const selectFlows = (scoped: Scoped) => scoped.select('flows');
    expectTypeOf<'flow_versions'>().not.toExtend<Parameters<Select['innerJoin']>[0]>();
    // There is no other way in: no raw statement, no builder without a scope.
    expectTypeOf<keyof Scoped>().toEqualTypeOf<
      'account' | 'isAuditOn' | 'select' | 'insert' | 'update' | 'remove' | 'lock' | 'transaction'
    >();
    // Versions have no column that a statement could change.
    expectTypeOf<keyof Updateable<ScopedTables['flow_versions']>>().toEqualTypeOf<never>();
    expectTypeOf<keyof Updateable<ScopedTables['journal']>>().toEqualTypeOf<never>();
    expectTypeOf<keyof Updateable<ScopedTables['audit_events']>>().toEqualTypeOf<never>();
  });

  it('is the only way but for the files of the system', () => {
    const raw = filesOfStore().filter(({ text }) => RAW.test(text));
    const places = new Set(raw.map(({ path }) => path.replace(/\/.*$/, '/')));
    expect([...places].sort()).toEqual(SYSTEM_FILES);
  });

  it('is not gone round by what belongs to an account', () => {
    const own = filesOfStore().filter(({ path }) => path.startsWith('account/'));
    expect(own.length).toBeGreaterThan(20);
    const round = own.filter(({ text }) => SYSTEM_IMPORT.test(text));
    expect(round.map(({ path }) => path)).toEqual([]);
    expect(SYSTEM_IMPORT.test("import { asking } from '../directory/ask.ts';")).toBe(true);
  });
});

/** Names that reach the database without a scope: the driver, the builder, raw SQL. */
const RAW = /from 'pg'|\bKysely\b|\bsql\b.*from 'kysely'|\.query\(|readPool/;
/** Each works over all accounts, or makes the scope itself. */
const SYSTEM_FILES = [
  'accounts/',
  'database.ts',
  'directory/',
  'dispatch/',
  'journal/',
  'migrations/',
  'open-store.ts',
  'scope.ts',
  'seals/',
];
const SYSTEM_IMPORT = /from '\.\.\/(?:accounts|directory|dispatch|journal|migrations|seals)\//;

function filesOfStore(): readonly { readonly path: string; readonly text: string }[] {
  const root = new URL('../../src/store/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => !path.startsWith('postgres/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));
}
