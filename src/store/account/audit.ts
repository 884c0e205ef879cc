import type { Selectable, SelectQueryBuilder } from 'kysely';
import { uuidv7 } from '../../crypto/index.ts';
import type { AuditEntry, AuditFilter, AuditRecord, AuditStore } from '../audit-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped } from '../scope.ts';
import type { PageRequest } from '../store.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';

/** Who did what in one account. */
export function auditStore({ read, write }: AccountScopes): AuditStore {
  return {
    append: (entry) => appendAudit(write, entry),
    appendAll: async (entries) => {
      if (write.isAuditOn) await write.insert('audit_events', entries.map(auditColumns));
    },
    list: (filter, page) => listRecords(read, filter, page),
  };
}

/** Writes one entry in the transaction of the change that it tells of. */
export async function appendAudit(scoped: Scoped, entry: AuditEntry): Promise<void> {
  if (scoped.isAuditOn) await scoped.insert('audit_events', auditColumns(entry));
}

async function listRecords(
  scoped: Scoped,
  filter: AuditFilter,
  page: PageRequest,
): ReturnType<AuditStore['list']> {
  const of = { account: scoped.account, list: 'audit events' };
  const after = positionOf(page, of);
  const records = () => {
    const query = narrowed(scoped.select('audit_events').selectAll(), filter)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(page.limit + 1);
    if (after === undefined) return query;
    return query.where((eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(after.at, after.id)));
  };
  const { actor, targetId, action } = filter;
  const isIndexed = (actor ?? targetId ?? action) !== undefined;
  const rows = isIndexed ? await bothHalves(records()) : await records().execute();
  return pageOf(rows, { ...page, of }, { item: recordOf, position: positionOfRow });
}

/**
 * Asks for unsealed and sealed rows apart: the indexes by actor, target and action have sealed ones
 * alone. What is sealed meanwhile is found twice and counts once; the other way round it might be
 * found in neither.
 */
async function bothHalves(records: Records): Promise<readonly AuditRow[]> {
  const unsealed = await records.where('sequence', 'is', null).execute();
  const sealed = await records.where('sequence', 'is not', null).execute();
  const byId = new Map([...unsealed, ...sealed].map((row) => [row.id, row]));
  return [...byId.values()].sort(
    (one, other) => Number(other.at) - Number(one.at) || (one.id < other.id ? 1 : -1),
  );
}

type Records = SelectQueryBuilder<Pick<ScopedTables, 'audit_events'>, 'audit_events', AuditRow>;

/** Every member of the filter that is there narrows the list further. */
function narrowed(records: Records, filter: AuditFilter): Records {
  const { action, from, to } = filter;
  let query = records;
  for (const [column, value] of [
    ['actor', filter.actor],
    ['target_kind', filter.targetKind],
    ['target_id', filter.targetId],
    ['outcome', filter.outcome],
    ['address', filter.address],
  ] as const) {
    if (value !== undefined) query = query.where(column, '=', storedText(value));
  }
  if (action?.endsWith('*')) {
    // No pattern: every character before the star stands for itself.
    const beginning = storedText(action.slice(0, -1));
    query = query.where((eb) => eb.fn('starts_with', ['action', eb.val(beginning)]));
  } else if (action !== undefined) {
    query = query.where('action', '=', storedText(action));
  }
  if (from !== undefined) query = query.where('at', '>=', from);
  return to === undefined ? query : query.where('at', '<', to);
}

/** The columns of an entry but for its account; draws its id. */
export function auditColumns(entry: AuditEntry) {
  return {
    id: uuidv7(entry.at),
    at: entry.at,
    actor: storedText(entry.actor),
    action: storedText(entry.action),
    target_kind: storedText(entry.targetKind),
    target_id: storedText(entry.targetId),
    outcome: entry.outcome,
    request_id: entry.requestId === undefined ? null : storedText(entry.requestId),
    address: entry.address === undefined ? null : storedText(entry.address),
    details: entry.details === undefined ? null : JSON.stringify(entry.details),
  };
}

type AuditRow = Selectable<ScopedTables['audit_events']>;

function recordOf(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    at: Number(row.at),
    actor: originalText(row.actor),
    action: originalText(row.action),
    targetKind: originalText(row.target_kind),
    targetId: originalText(row.target_id),
    outcome: row.outcome,
    ...(row.request_id === null ? {} : { requestId: originalText(row.request_id) }),
    ...(row.address === null ? {} : { address: originalText(row.address) }),
    ...(row.details === null ? {} : { details: JSON.parse(row.details) }),
    ...(row.sequence === null ? {} : { sequence: row.sequence }),
  };
}

const positionOfRow = (row: AuditRow) => ({ at: Number(row.at), id: row.id });
