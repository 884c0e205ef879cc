import { assert, type FlowId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { FlowDraft, FlowRecord, FlowStore, KeptGrants } from '../flow-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, originalText, searchableText, storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';
import { listFlows } from './flow-list.ts';
import { type FlowRow, flowOf, type VersionRow, versionOf } from './flow-row.ts';

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
          owner: storedText(draft.owner ?? draft.by),
          is_public: false,
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
          owner: draft.owner ?? by,
          isPublic: false,
          createdBy: by,
          createdAt: at,
          updatedAt: at,
        };
      }),
    update: (id, draft, options) =>
      write.transaction((scoped) => addVersion(scoped, id, draft, options)),
    get: async (id, options) => {
      const row = await flowRow(write, id, options);
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
    setAccess: (id, change, audit) =>
      write.transaction((scoped) => setAccess(scoped, id, { ...change, audit })),
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
  // The lock keeps two who save at once from making the same version.
  const row = await flowRow(scoped, id, { isLocked: true });
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
    grants: JSON.stringify(draft.grants ?? NO_GRANTS),
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

async function setAccess(
  scoped: Scoped,
  id: FlowId,
  {
    isPublic,
    owner,
    at,
    audit,
  }: Parameters<FlowStore['setAccess']>[1] & {
    readonly audit: AuditEntry;
  },
): Promise<FlowRecord | undefined> {
  const row = await flowRow(scoped, id, { isLocked: true });
  if (row === undefined) return undefined;
  const change = {
    ...(isPublic === undefined ? {} : { is_public: isPublic }),
    ...(owner === undefined ? {} : { owner: storedText(owner) }),
    updated_at: at,
  };
  await scoped.update('flows', { id }, change);
  await appendAudit(scoped, audit);
  return flowOf({ ...row, ...change });
}

async function flowRow(
  scoped: Scoped,
  id: FlowId,
  { isLocked = false, withDeleted = false } = {},
): Promise<FlowRow | undefined> {
  if (!isUuid(id)) return undefined;
  const any = scoped.select('flows').selectAll().where('id', '=', id);
  const query = withDeleted ? any : any.where('deleted_at', 'is', null);
  return await (isLocked ? query.forUpdate() : query).executeTakeFirst();
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

const NO_GRANTS: KeptGrants = { hosts: [], connections: [], secrets: [], code: 'none' };

const isVersion = (version: number) =>
  Number.isInteger(version) && version >= 1 && version <= VERSION_MAX;
/** What the column holds. */
const VERSION_MAX = 2 ** 31 - 1;
