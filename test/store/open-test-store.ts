import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { AccountId, ExecutionId, FlowId, PersonId, ProcessId } from '../../src/base/index.ts';
import {
  type AuditEntry,
  type Database,
  type FlowDraft,
  type JournalUnit,
  openStore,
  type Store,
  type StoreOptions,
} from '../../src/store/index.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

/** A database of pools over one URL, or over one for each user. */
export function databaseOver(
  url: string,
  urls: { readonly read?: string; readonly migration?: string } = {},
): Database {
  const pools = [url, urls.read ?? url].map((connectionString) => {
    const pool = new pg.Pool({ connectionString, max: 6 });
    pool.on('error', () => undefined);
    return pool;
  });
  const [pool, readPool] = pools;
  if (pool === undefined || readPool === undefined) throw new Error('two pools');
  return {
    kind: 'external',
    serverVersion: '18',
    pool,
    readPool,
    migrationConfig: { connectionString: urls.migration ?? url },
    listenConfig: { connectionString: url },
    close: async () => {
      await Promise.all(pools.map((one) => one.end()));
    },
  };
}

type WorldOptions = Pick<StoreOptions, 'outageMs' | 'isAuditOn'>;

export interface StoreWorld {
  readonly url: string;
  readonly store: Store;
  readonly database: Database;
  readonly blobFolder: string;
  /** Another process's store over the same database and folder. */
  another(options?: WorldOptions): Promise<Store>;
  /** Of a superuser, past the store. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** A store over a fresh database, with accounts `a` and `b`. */
export async function storeWorld(options: WorldOptions = {}): Promise<StoreWorld> {
  const database: TestDatabase = await testDatabase();
  const blobFolder = await mkdtemp(join(tmpdir(), 'sluice-store-'));
  const opened: Store[] = [];
  const admin = new pg.Pool({ connectionString: database.url, max: 2 });
  admin.on('error', () => undefined);
  const own = databaseOver(database.url);
  const another = async (more: WorldOptions = {}) => {
    const store = await openStore({ database: databaseOver(database.url), blobFolder, ...more });
    opened.push(store);
    return store;
  };
  const store = await openStore({ database: own, blobFolder, ...options });
  opened.push(store);
  for (const account of [A, B]) await store.ensureAccount(account, `account ${account}`);
  return {
    url: database.url,
    store,
    database: own,
    blobFolder,
    another,
    sql: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await admin.query<Row>(text, [...values])).rows,
    close: async () => {
      for (const one of opened) await one.close();
      await admin.end();
      await database.close();
      await rm(blobFolder, { recursive: true, force: true });
    },
  };
}

export const A = 'a' as AccountId;
export const B = 'b' as AccountId;
export const NOW = 1_700_000_000_000;

export const flowId = () => randomUUID() as FlowId;
export const executionId = () => randomUUID() as ExecutionId;
export const processId = (name: string) => name as ProcessId;

export function auditOf(action: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: NOW,
    actor: 'key:admin-1',
    action,
    targetKind: 'flow',
    targetId: 'x',
    outcome: 'done',
    ...more,
  };
}

export function draftOf(more: Partial<FlowDraft> = {}): FlowDraft {
  const source = more.source ?? 'name: first\n';
  return {
    name: 'first',
    description: 'a flow',
    tags: ['one', 'two'],
    format: 'yaml',
    source,
    hash: `hash of ${source}`,
    by: 'key:admin-1',
    at: NOW,
    ...more,
  };
}

/** Saves a flow that executions can be of. */
export async function saveFlow(store: Store, account = A, more: Partial<FlowDraft> = {}) {
  const id = flowId();
  await store.account(account).flows.create(id, draftOf(more), auditOf('flow.create'));
  return id;
}

/** Somebody of the account, with the name `name`. */
export async function savePerson(store: Store, name: string, account = A): Promise<PersonId> {
  const id = randomUUID() as PersonId;
  const person = {
    username: name,
    displayName: name,
    role: 'user',
    passwordHash: 'hash',
    at: NOW,
  };
  await store.account(account).people.create(id, person, auditOf('person.create'));
  return id;
}

/** An entry as the dispatcher writes it. */
export function entryOf(sequence: number, kind = 'step.ended') {
  return { sequence, text: JSON.stringify({ sequence, at: NOW, kind, step: { node: 'n' } }) };
}

/** The first unit of an execution that runs here. */
export function startOf(
  flow: FlowId,
  more: Partial<JournalUnit> = {},
  header: Partial<JournalUnit['header']> = {},
): JournalUnit {
  return {
    account: A,
    execution: executionId(),
    owner: processId('p1'),
    epoch: 1,
    header: {
      flowId: flow,
      flowName: 'first',
      version: 1,
      inputs: { json: '{"x":1}' },
      createdAt: NOW,
      startedBy: 'key:admin-1',
      ...header,
    },
    entries: [entryOf(1, 'execution.started')],
    status: 'running',
    startedAt: NOW,
    ...more,
  };
}

/** A unit of an execution that is there. */
export function nextOf(
  started: JournalUnit,
  sequences: readonly number[],
  more: Partial<JournalUnit> = {},
): JournalUnit {
  const { account, execution, owner, epoch } = started;
  return {
    account,
    execution,
    ...(owner === undefined ? {} : { owner }),
    epoch,
    entries: sequences.map((sequence) => entryOf(sequence)),
    status: 'running',
    ...more,
  };
}

/** What ends an execution. */
export const ENDED = {
  status: 'completed',
  endedAt: NOW + 5,
  outputs: { json: '{"y":2}' },
} as const;

/** The code that an act is refused with; `done` when it is not. */
export async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return 'done';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
