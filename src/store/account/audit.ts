import type { Selectable } from 'kysely';
import { uuidv7 } from '../../crypto/index.ts';
import type { AuditEntry, AuditRecord, AuditStore } from '../audit-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped } from '../scope.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';

/** Who did what in one account. */
export function auditStore({ read, write }: AccountScopes): AuditStore {
  return {
    append: (entry) => appendAudit(write, entry),
    list: async (filter, page) => {
      const of = { account: read.account, list: 'audit events' };
      const after = positionOf(page, of);
      let query = read.select('audit_events').selectAll();
      if (filter.actor !== undefined) query = query.where('actor', '=', storedText(filter.actor));
      if (filter.action !== undefined) {
        query = query.where('action', '=', storedText(filter.action));
      }
      if (filter.targetId !== undefined) {
        query = query.where('target_id', '=', storedText(filter.targetId));
      }
      if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
      if (filter.to !== undefined) query = query.where('at', '<', filter.to);
      if (after !== undefined) {
        query = query.where((eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(after.at, after.id)));
      }
      const rows = await query
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return pageOf(rows, { ...page, of }, { item: recordOf, position: positionOfRow });
    },
  };
}

/** Writes one entry in the transaction of the change that it tells of. */
export async function appendAudit(scoped: Scoped, entry: AuditEntry): Promise<void> {
  await scoped.insert('audit_events', auditColumns(entry));
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
  };
}

const positionOfRow = (row: AuditRow) => ({ at: Number(row.at), id: row.id });
