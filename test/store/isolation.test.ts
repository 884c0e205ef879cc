import { readdirSync, readFileSync } from 'node:fs';
import type { Updateable } from 'kysely';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { FlowId } from '../../src/base/index.ts';
import type { AccountStore } from '../../src/store/index.ts';
import { openScopes, type Scoped } from '../../src/store/scope.ts';
import type { ScopedTables } from '../../src/store/tables.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  draftOf,
  type executionId,
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

/** What account A has, and account B asks for. */
interface Target {
  readonly flow: FlowId;
  readonly execution: ReturnType<typeof executionId>;
  readonly blob: string;
}

type Act = (store: AccountStore, target: Target) => Promise<unknown>;
/** One act for each method that there is; one that is added does not compile without its own. */
type Acts = { readonly [Part in keyof AccountStore]: Record<keyof AccountStore[Part], Act> };

const page = { limit: 50 };
const acts: Acts = {
  flows: {
    create: (store, { flow }) => store.flows.create(flow, draftOf(), auditOf('b')),
    update: (store, { flow }) =>
      store.flows.update(flow, draftOf({ source: 'stolen' }), { audit: auditOf('b') }),
    get: (store, { flow }) => store.flows.get(flow),
    version: (store, { flow }) => store.flows.version(flow),
    versions: (store, { flow }) => store.flows.versions(flow, page),
    list: (store) => store.flows.list({}, page),
    remove: (store, { flow }) => store.flows.remove(flow, auditOf('b')),
  },
  executions: {
    get: (store, { execution }) => store.executions.get(execution),
    list: (store) => store.executions.list({}, page),
    findByIdempotencyKey: (store, { flow }) => store.executions.findByIdempotencyKey(flow, 'k'),
    entries: (store, { execution }) => store.executions.entries(execution, 0, 100),
    progress: (store, { execution }) => store.executions.progress([execution]),
    cancel: (store, { execution }) => store.executions.cancel(execution, auditOf('b')),
  },
  audit: {
    append: (store) => store.audit.append(auditOf('b')),
    list: (store) => store.audit.list({}, page),
  },
  blobs: {
    put: (store) => store.blobs.put(Buffer.from('content of b')),
    get: (store, { blob }) => store.blobs.get(blob),
  },
};

/** What an account that has nothing hears. */
const NOTHING: Readonly<Record<string, unknown>> = {
  'flows.update': undefined,
  'flows.get': undefined,
  'flows.version': undefined,
  'flows.versions': { items: [] },
  'flows.list': { items: [] },
  'flows.remove': false,
  'executions.get': undefined,
  'executions.list': { items: [] },
  'executions.findByIdempotencyKey': undefined,
  'executions.entries': [],
  'executions.progress': new Map(),
  'executions.cancel': undefined,
  'audit.list': { items: [] },
  'blobs.get': 'BLOB_NOT_FOUND',
};

const TABLES = ['flows', 'flow_versions', 'executions', 'journal', 'audit_events'];
const rowsOfA = () =>
  Promise.all(
    TABLES.map((table) => world.sql(`SELECT * FROM sluice.${table} WHERE account_id = 'a'`)),
  );

describe('another account', () => {
  const names = Object.entries(acts).flatMap(([part, methods]) =>
    Object.keys(methods).map((method) => [part, method] as const),
  );
  it.each(names)('finds and changes nothing by %s.%s', async (part, method) => {
    const own = world.store.account(A);
    const flow = await saveFlow(world.store);
    const unit = startOf(flow, {}, { idempotencyKey: 'k' });
    await world.store.journal.write(unit);
    const { blob } = await own.blobs.put(Buffer.from('content of a'));
    await world.sql('ALTER TABLE sluice.audit_events DISABLE TRIGGER USER');
    await world.sql("DELETE FROM sluice.audit_events WHERE account_id = 'b'");
    await world.sql("DELETE FROM sluice.flow_versions WHERE account_id = 'b'");
    await world.sql("DELETE FROM sluice.flows WHERE account_id = 'b'");
    await world.sql('ALTER TABLE sluice.audit_events ENABLE TRIGGER USER');
    const before = await rowsOfA();
    const act = (acts[part as 'flows'] as Record<string, Act>)[method];
    if (act === undefined) throw new Error('each name has an act');
    const name = `${part}.${method}`;
    const answer = act(world.store.account(B), { flow, execution: unit.execution, blob });
    if (name === 'blobs.get') expect(await codeOf(answer)).toBe(NOTHING[name]);
    else if (name in NOTHING) expect(await answer).toEqual(NOTHING[name]);
    else await answer;
    expect(await rowsOfA()).toEqual(before);
    expect(Buffer.from(await own.blobs.get(blob)).toString()).toBe('content of a');
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
    const row = { id, name: 'x', description: '', search: '', tags: [], version: 1 };
    const times = { created_by: 'x', created_at: NOW, updated_at: NOW, deleted_at: null };
    await scopeOf().insert('flows', { ...row, ...times, ...smuggled });
    expect(await world.store.account(A).flows.get(id)).toBeUndefined();
    expect(await world.store.account(B).flows.get(id)).toMatchObject({ name: 'x' });
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
      'account' | 'select' | 'insert' | 'update' | 'transaction'
    >();
    // Versions have no column that a statement could change.
    expectTypeOf<keyof Updateable<ScopedTables['flow_versions']>>().toEqualTypeOf<never>();
    expectTypeOf<keyof Updateable<ScopedTables['journal']>>().toEqualTypeOf<never>();
    expectTypeOf<keyof Updateable<ScopedTables['audit_events']>>().toEqualTypeOf<never>();
  });

  it('is the only way but for the files of the system', () => {
    const raw = filesOfStore().filter(({ text }) => RAW.test(text));
    expect(raw.map(({ path }) => path)).toEqual(SYSTEM_FILES);
  });
});

/** Names that reach the database without a scope: the driver, the builder, raw SQL. */
const RAW = /from 'pg'|\bKysely\b|\bsql\b.*from 'kysely'|\.query\(|readPool/;
/** Each works over all accounts, or makes the scope itself. */
const SYSTEM_FILES = [
  'database.ts',
  'dispatch/announcements.ts',
  'dispatch/dispatch.ts',
  'journal/journal.ts',
  'migrations/0001-first-tables.ts',
  'migrations/prepare-schema.ts',
  'open-store.ts',
  'scope.ts',
];

function filesOfStore(): readonly { readonly path: string; readonly text: string }[] {
  const root = new URL('../../src/store/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => !path.startsWith('postgres/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));
}
