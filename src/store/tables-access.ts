import type { ColumnType, Generated } from 'kysely';

/** Tables of people, sessions and keys, as kysely sees them; see tables.ts. */
export interface AccessTables {
  people: PeopleTable;
  roles: RolesTable;
  sessions: SessionsTable;
  api_keys: KeysTable;
  key_executions: KeyExecutionsTable;
  key_usage: KeyUsageTable;
  invitations: InvitationsTable;
  reset_tokens: ResetTokensTable;
  socket_tickets: SocketTicketsTable;
}

type Fixed<T> = ColumnType<T, T, never>;
/** bigint: a driver may give it as text. */
type Time = ColumnType<number | string, number, number>;
type FixedTime = ColumnType<number | string, number, never>;
type OptionalTime = ColumnType<number | string | null, number | null, number | null>;
/** Written by the directory alone. */
type Noted<T> = ColumnType<T | null, never, never>;

interface Scoped {
  readonly account_id: Fixed<string>;
}

interface PeopleTable extends Scoped {
  readonly id: Fixed<string>;
  readonly username: Fixed<string>;
  readonly username_folded: Fixed<string>;
  readonly display_name: string;
  readonly email: string | null;
  readonly search: Generated<string>;
  readonly role: string;
  readonly password_hash: string;
  readonly is_active: boolean;
  readonly created_at: FixedTime;
  readonly updated_at: Time;
  readonly last_sign_in_at: OptionalTime;
  readonly password_changed_at: Time;
}

interface RolesTable extends Scoped {
  readonly name: Fixed<string>;
  readonly description: string;
  readonly permissions: string[];
  readonly updated_at: Time;
}

interface SessionsTable extends Scoped {
  readonly id: Fixed<string>;
  readonly person_id: Fixed<string>;
  readonly created_at: FixedTime;
  readonly refreshed_at: Time;
  readonly last_seen_at: Time;
  readonly expires_at: FixedTime;
  readonly address: Fixed<string>;
  readonly agent: Fixed<string>;
  readonly refresh_hash: string;
  readonly former_hashes: Generated<string[]>;
  readonly former_until: ColumnType<(number | string)[], number[] | undefined, number[]>;
  readonly ended_at: OptionalTime;
}

interface KeysTable extends Scoped {
  readonly id: Fixed<string>;
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
  readonly former_hash: string | null;
  readonly former_until: OptionalTime;
  readonly scopes: string[];
  readonly person_id: Fixed<string | null>;
  readonly networks: string[];
  readonly minutes_a_month: number | null;
  readonly concurrent_executions: number | null;
  readonly created_by: Fixed<string>;
  readonly created_at: FixedTime;
  readonly rotated_at: OptionalTime;
  readonly expires_at: OptionalTime;
  readonly revoked_at: OptionalTime;
  readonly last_used_at: Noted<number | string>;
  readonly last_used_address: Noted<string>;
}

interface KeyExecutionsTable extends Scoped {
  readonly key_id: Fixed<string>;
  readonly execution_id: Fixed<string>;
  readonly at: FixedTime;
  readonly month: Fixed<string>;
}

/** Rows are made by the directory alone. */
interface KeyUsageTable extends Scoped {
  readonly key_id: ColumnType<string, never, never>;
  readonly month: ColumnType<string, never, never>;
  readonly requests: ColumnType<number | string, never, never>;
  readonly executions: ColumnType<number | string, never, never>;
  readonly duration_ms: ColumnType<number | string, never, never>;
}

interface InvitationsTable extends Scoped {
  readonly id: Fixed<string>;
  readonly role: Fixed<string>;
  readonly email: Fixed<string | null>;
  readonly token_hash: Fixed<string>;
  readonly created_by: Fixed<string>;
  readonly created_at: FixedTime;
  readonly expires_at: FixedTime;
  readonly used_at: OptionalTime;
}

interface ResetTokensTable extends Scoped {
  readonly person_id: Fixed<string>;
  readonly token_hash: Fixed<string>;
  readonly created_by: Fixed<string>;
  readonly created_at: FixedTime;
  readonly expires_at: FixedTime;
}

interface SocketTicketsTable extends Scoped {
  readonly token_hash: Fixed<string>;
  readonly principal: Fixed<string>;
  readonly session: Fixed<string | null>;
  readonly execution: Fixed<string | null>;
  readonly created_at: FixedTime;
  readonly expires_at: FixedTime;
}
