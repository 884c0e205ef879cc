import { type Kysely, type Migration, sql } from 'kysely';

/**
 * Times are bigint milliseconds. What people gave as JSON is text, since jsonb loses the order of
 * keys and refuses \u0000. Ids of accounts and processes compare by bytes, whatever the locale. The
 * migrator has made the schema, where nobody else did.
 */
const STATEMENTS = [
  `CREATE TABLE sluice.accounts (
    id text COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    name text NOT NULL,
    created_at bigint NOT NULL
  )`,

  `CREATE TABLE sluice.flows (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    search text NOT NULL,
    tags text[] NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    deleted_at bigint,
    PRIMARY KEY (account_id, id)
  )`,
  `CREATE INDEX flows_listed ON sluice.flows (account_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL`,

  `CREATE TABLE sluice.flow_versions (
    account_id text COLLATE "C" NOT NULL,
    flow_id uuid NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    format text NOT NULL CHECK (format IN ('yaml', 'json')),
    source text NOT NULL,
    hash text NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    restored_from integer,
    PRIMARY KEY (account_id, flow_id, version),
    FOREIGN KEY (account_id, flow_id) REFERENCES sluice.flows (account_id, id)
  )`,
  `CREATE FUNCTION sluice.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'rows of % never change', TG_ARGV[0]; END $$`,
  `CREATE TRIGGER flow_versions_fixed BEFORE UPDATE ON sluice.flow_versions
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change('flow_versions')`,

  `CREATE TABLE sluice.executions (
    account_id text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    flow_id uuid NOT NULL,
    flow_name text NOT NULL,
    version integer NOT NULL,
    status text NOT NULL CHECK
      (status IN ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
    inputs text,
    inputs_blob text,
    outputs text,
    outputs_blob text,
    error text,
    created_at bigint NOT NULL,
    started_at bigint,
    ended_at bigint,
    wake_at bigint,
    started_by text NOT NULL,
    idempotency_key text,
    request_hash text,
    retried_from uuid,
    epoch integer NOT NULL,
    owner text COLLATE "C",
    last_sequence integer NOT NULL,
    step_sequence integer NOT NULL DEFAULT 0,
    takeovers integer NOT NULL DEFAULT 0,
    takeovers_in_row integer NOT NULL DEFAULT 0,
    takeover_sequence integer NOT NULL DEFAULT 0,
    cancel_requested boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, flow_id, version)
      REFERENCES sluice.flow_versions (account_id, flow_id, version),
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((status = 'running') = (owner IS NOT NULL))
  ) WITH (fillfactor = 85)`,
  'CREATE INDEX executions_listed ON sluice.executions (account_id, created_at DESC, id DESC)',
  `CREATE INDEX executions_of_flow
    ON sluice.executions (account_id, flow_id, created_at DESC, id DESC)`,
  // Most rows are completed: those are found by the list itself, and cost one index less.
  `CREATE INDEX executions_by_status
    ON sluice.executions (account_id, status, created_at DESC, id DESC)
    WHERE status <> 'completed'`,
  `CREATE INDEX executions_queued ON sluice.executions (account_id, created_at, id)
    WHERE status = 'queued'`,
  `CREATE INDEX executions_waking ON sluice.executions (account_id, wake_at, id)
    WHERE status = 'waiting'`,
  'CREATE INDEX executions_owned ON sluice.executions (owner) WHERE owner IS NOT NULL',
  `CREATE UNIQUE INDEX executions_idempotency
    ON sluice.executions (account_id, flow_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  `CREATE TRIGGER executions_end_once BEFORE UPDATE ON sluice.executions
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL)
    EXECUTE FUNCTION sluice.refuse_change('executions that have ended')`,

  `CREATE TABLE sluice.journal (
    account_id text COLLATE "C" NOT NULL,
    execution_id uuid NOT NULL,
    first_sequence integer NOT NULL CHECK (first_sequence >= 1),
    last_sequence integer NOT NULL CHECK (last_sequence >= first_sequence),
    epoch integer NOT NULL,
    entries text NOT NULL,
    PRIMARY KEY (account_id, execution_id, first_sequence),
    FOREIGN KEY (account_id, execution_id) REFERENCES sluice.executions (account_id, id)
  )`,
  `CREATE TRIGGER journal_fixed BEFORE UPDATE ON sluice.journal
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change('journal')`,

  `CREATE TABLE sluice.audit_events (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    id uuid NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target_kind text NOT NULL,
    target_id text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('done', 'denied', 'failed')),
    request_id text,
    address text,
    details text,
    PRIMARY KEY (account_id, at, id)
  )`,
  `CREATE TRIGGER audit_events_fixed BEFORE UPDATE OR DELETE ON sluice.audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change('audit_events')`,

  `CREATE TABLE sluice.processes (
    id text COLLATE "C" PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('server', 'worker')),
    started_at bigint NOT NULL,
    lease_until bigint NOT NULL
  )`,

  // Builds of PostgreSQL without lz4 keep their own way, which is slower and smaller.
  `DO $$ BEGIN
    ALTER TABLE sluice.journal ALTER COLUMN entries SET COMPRESSION lz4;
    ALTER TABLE sluice.executions ALTER COLUMN inputs SET COMPRESSION lz4,
      ALTER COLUMN outputs SET COMPRESSION lz4;
  EXCEPTION WHEN feature_not_supported THEN NULL; END $$`,
];

export const firstTables: Migration = {
  up: async (database: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
  },
};
