import type { ColumnType } from 'kysely';
import type { StoredStatus } from '../contract/index.ts';
import type { AccessTables } from './tables-access.ts';
import type { SharingTables } from './tables-sharing.ts';

/**
 * The tables as kysely sees them. Account and id of a row never change; times are milliseconds
 * since 1970; plain texts are written through `storedText`.
 */
export interface ScopedTables extends AccessTables, SharingTables {
  flows: FlowsTable;
  flow_versions: FlowVersionsTable;
  executions: ExecutionsTable;
  journal: JournalTable;
  audit_events: AuditEventsTable;
}

type Fixed<T> = ColumnType<T, T, never>;
/** bigint: a driver may give it as text. */
type Time = ColumnType<number | string, number, number>;
type FixedTime = ColumnType<number | string, number, never>;
type OptionalTime = ColumnType<number | string | null, number | null, number | null>;

interface Scoped {
  readonly account_id: Fixed<string>;
}

interface FlowsTable extends Scoped {
  readonly id: Fixed<string>;
  readonly name: string;
  readonly description: string;
  readonly search: string;
  readonly tags: string[];
  readonly version: number;
  readonly owner: string;
  readonly is_public: ColumnType<boolean, boolean | undefined, boolean>;
  readonly created_by: Fixed<string>;
  readonly created_at: FixedTime;
  readonly updated_at: Time;
  readonly deleted_at: OptionalTime;
}

interface FlowVersionsTable extends Scoped {
  readonly flow_id: Fixed<string>;
  readonly version: Fixed<number>;
  readonly format: Fixed<'yaml' | 'json'>;
  readonly source: Fixed<string>;
  readonly hash: Fixed<string>;
  readonly created_by: Fixed<string>;
  readonly created_at: FixedTime;
  readonly restored_from: Fixed<number | null>;
  /** KeptGrants as JSON. */
  readonly grants: ColumnType<string, string | undefined, never>;
}

/** Rows are made by the journal alone, so nothing here can be inserted. */
interface ExecutionsTable extends Scoped {
  readonly id: Made<string>;
  readonly flow_id: Made<string>;
  readonly flow_name: Made<string>;
  readonly version: Made<number>;
  readonly status: ColumnType<StoredStatus, never, StoredStatus>;
  readonly inputs: Made<string | null>;
  readonly inputs_blob: Made<string | null>;
  readonly outputs: Made<string | null>;
  readonly outputs_blob: Made<string | null>;
  readonly error: ColumnType<string | null, never, string | null>;
  readonly created_at: Made<number | string>;
  readonly started_at: Made<number | string | null>;
  readonly ended_at: ColumnType<number | string | null, never, number | null>;
  readonly wake_at: ColumnType<number | string | null, never, number | null>;
  readonly started_by: Made<string>;
  readonly idempotency_key: Made<string | null>;
  readonly request_hash: Made<string | null>;
  readonly retried_from: Made<string | null>;
  readonly epoch: ColumnType<number, never, number>;
  readonly owner: ColumnType<string | null, never, string | null>;
  readonly last_sequence: ColumnType<number, never, number>;
  readonly takeovers: Made<number>;
  readonly cancel_requested: ColumnType<boolean, never, boolean>;
}
type Made<T> = ColumnType<T, never, never>;

interface JournalTable extends Scoped {
  readonly execution_id: Fixed<string>;
  readonly first_sequence: Fixed<number>;
  readonly last_sequence: Fixed<number>;
  readonly epoch: Fixed<number>;
  /** One entry a line. */
  readonly entries: Fixed<string>;
}

interface AuditEventsTable extends Scoped {
  readonly id: Fixed<string>;
  readonly at: FixedTime;
  readonly actor: Fixed<string>;
  readonly action: Fixed<string>;
  readonly target_kind: Fixed<string>;
  readonly target_id: Fixed<string>;
  readonly outcome: Fixed<'done' | 'denied' | 'failed'>;
  readonly request_id: Fixed<string | null>;
  readonly address: Fixed<string | null>;
  readonly details: Fixed<string | null>;
  /** Given by the seal, which another part of the store writes. */
  readonly sequence: Made<number | null>;
}
