import type { Selectable } from 'kysely';
import { assert, type FlowId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { FlowDraft, FlowRecord, FlowStore, FlowVersionRecord } from '../flow-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, originalText, searchableText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';

/** Flows and their versions; no statement here changes a version, and a trigger refuses it. */
export function flowStore({ read, write }: AccountScopes): FlowStore {
  return {
    create: (id, draft, audit) =>
      write.transaction(async (scoped) => {
        assert(isUuid(id), 'the id of a flow is a UUID');
        await scoped.insert('flows', {
          id,
          ...headColumns(draft),
          version: 1,
          created_by: storedText(draft.by),
          created_at: draft.at,
          updated_at: draft.at,
          deleted_at: null,
        });
        await insertVersion(scoped, { id, version: 1, draft });
        await appendAudit(scoped, audit);
        const { name, description, tags, by, at } = draft;
        return {
          id,
          name,
          description,
          tags: [...tags],
          version: 1,
          createdBy: by,
          createdAt: at,
          updatedAt: at,
        };
      }),
    update: (id, draft, options) =>
      write.transaction((scoped) => addVersion(scoped, id, draft, options)),
    get: async (id) => {
      const row = await flowRow(write, id);
      return row === undefined ? undefined : flowOf(row);
    },
    version: async (id, version) => {
      if (!isUuid(id) || (version !== undefined && !isVersion(version))) return undefined;
      const row = await versionRow(write, id, version);
      return row === undefined
        ? undefined
        : { ...versionOf(row), source: originalText(row.source) };
    },
    versions: (id, page) => listVersions(read, id, page),
    list: (filter, page) => listFlows(read, filter, page),
    remove: (id, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(id)) return false;
        const hidden = await scoped.update(
          'flows',
          { id, deleted_at: null },
          { deleted_at: audit.at },
        );
        if (hidden === 0) return false;
        await appendAudit(scoped, audit);
        return true;
      }),
  };
}

async function addVersion(
  scoped: Scoped,
  id: FlowId,
  draft: FlowDraft,
  { ifVersion, audit }: Parameters<FlowStore['update']>[2],
): Promise<FlowRecord | undefined> {
  if (!isUuid(id)) return undefined;
  // The lock keeps two who save at once from making the same version.
  const row = await scoped
    .select('flows')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== row.version) {
    throw new AppError('FLOW_CHANGED', {
      message: `the flow is at version ${row.version}, not ${ifVersion}`,
      details: { version: row.version },
    });
  }
  const latest = await versionRow(scoped, id, row.version);
  assert(latest !== undefined, 'the latest version of a flow exists');
  if (latest.hash === draft.hash && latest.format === draft.format) return flowOf(row);
  const version = row.version + 1;
  const change = { ...headColumns(draft), version, updated_at: draft.at };
  await scoped.update('flows', { id }, change);
  await insertVersion(scoped, { id, version, draft });
  await appendAudit(scoped, audit);
  return flowOf({ ...row, ...change });
}

async function insertVersion(
  scoped: Scoped,
  { id, version, draft }: { id: FlowId; version: number; draft: FlowDraft },
): Promise<void> {
  await scoped.insert('flow_versions', {
    flow_id: id,
    version,
    format: draft.format,
    source: storedText(draft.source),
    hash: draft.hash,
    created_by: storedText(draft.by),
    created_at: draft.at,
    restored_from: draft.restoredFrom ?? null,
  });
}

function headColumns({ name, description, tags }: FlowDraft) {
  return {
    name: storedText(name),
    description: storedText(description),
    search: searchableText(name, description),
    tags: tags.map(storedText),
  };
}

async function flowRow(scoped: Scoped, id: FlowId): Promise<FlowRow | undefined> {
  if (!isUuid(id)) return undefined;
  return await scoped
    .select('flows')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/** The latest where no version is named. */
async function versionRow(scoped: Scoped, id: FlowId, version: number | undefined) {
  const query = scoped.select('flow_versions').selectAll().where('flow_id', '=', id);
  const named = version === undefined ? query : query.where('version', '=', version);
  return await named.orderBy('version', 'desc').limit(1).executeTakeFirst();
}

async function listVersions(
  scoped: Scoped,
  id: FlowId,
  page: Parameters<FlowStore['versions']>[1],
): ReturnType<FlowStore['versions']> {
  const of = { account: scoped.account, list: `versions of ${id}` };
  const after = positionOf(page, of);
  if (!isUuid(id)) return { items: [] };
  const query = scoped.select('flow_versions').selectAll().where('flow_id', '=', id);
  const rows = await (after === undefined ? query : query.where('version', '<', after.at))
    .orderBy('version', 'desc')
    .limit(page.limit + 1)
    .execute();
  const position = (row: VersionRow) => ({ at: row.version, id: row.flow_id });
  return pageOf(rows, { ...page, of }, { item: versionOf, position });
}

async function listFlows(
  scoped: Scoped,
  filter: Parameters<FlowStore['list']>[0],
  page: Parameters<FlowStore['list']>[1],
): ReturnType<FlowStore['list']> {
  const of = { account: scoped.account, list: 'flows' };
  const after = positionOf(page, of);
  let query = scoped.select('flows').selectAll().where('deleted_at', 'is', null);
  if (filter.search !== undefined && filter.search !== '') {
    // No pattern: every character stands for itself.
    const searched = searchableText(filter.search);
    query = query.where((eb) => eb(eb.fn('strpos', ['search', eb.val(searched)]), '>', 0));
  }
  if (filter.tags !== undefined && filter.tags.length > 0) {
    const wanted = filter.tags.map(storedText);
    query = query.where((eb) => eb('tags', '@>', eb.val(wanted)));
  }
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.at, after.id)),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const position = (row: FlowRow) => ({ at: Number(row.created_at), id: row.id });
  return pageOf(rows, { ...page, of }, { item: flowOf, position });
}

type FlowRow = Selectable<ScopedTables['flows']>;
type VersionRow = Selectable<ScopedTables['flow_versions']>;

const isVersion = (version: number) =>
  Number.isInteger(version) && version >= 1 && version <= VERSION_MAX;
/** What the column holds. */
const VERSION_MAX = 2 ** 31 - 1;

function flowOf(row: FlowRow): FlowRecord {
  return {
    // The column was written from an id of this kind.
    id: row.id as FlowId,
    name: originalText(row.name),
    description: originalText(row.description),
    tags: row.tags.map(originalText),
    version: row.version,
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

function versionOf(row: VersionRow): Omit<FlowVersionRecord, 'source'> {
  return {
    flowId: row.flow_id as FlowId,
    version: row.version,
    format: row.format,
    hash: row.hash,
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    ...(row.restored_from === null ? {} : { restoredFrom: row.restored_from }),
  };
}
