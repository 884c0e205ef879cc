import type { Selectable } from 'kysely';
import type { FlowId } from '../../base/index.ts';
import type { FlowRecord, FlowVersionRecord } from '../flow-store.ts';
import { originalText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';

export type FlowRow = Selectable<ScopedTables['flows']>;
export type VersionRow = Selectable<ScopedTables['flow_versions']>;

/** The flow of a row. */
export function flowOf(row: FlowRow): FlowRecord {
  return {
    // The column was written from an id of this kind.
    id: row.id as FlowId,
    name: originalText(row.name),
    description: originalText(row.description),
    tags: row.tags.map(originalText),
    version: row.version,
    owner: originalText(row.owner),
    isPublic: row.is_public,
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

/** A version without its source, which may be large. */
export function versionOf(row: VersionRow): Omit<FlowVersionRecord, 'source'> {
  return {
    flowId: row.flow_id as FlowId,
    version: row.version,
    format: row.format,
    hash: row.hash,
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    ...(row.restored_from === null ? {} : { restoredFrom: row.restored_from }),
    // The column was written from grants.
    grants: JSON.parse(row.grants) as FlowVersionRecord['grants'],
  };
}
