import { type Kysely, type Migration, sql } from 'kysely';

/**
 * To whom flows belong, with whom they are shared, what a version may do, and the life of accounts.
 * Versions get a column here; their rows still never change afterwards.
 */
const STATEMENTS: readonly string[] = [
  // The row of a deleted account stays for ever, so that its id is never given again.
  `ALTER TABLE sluice.accounts
    ADD COLUMN status text NOT NULL DEFAULT 'active'
      CHECK (status IN ('active', 'suspended', 'deleting')),
    ADD COLUMN deleting_since bigint,
    ADD COLUMN deleted_at bigint,
    ADD COLUMN swept_at bigint,
    ADD CHECK (deleted_at IS NULL OR status = 'deleting')`,
  'CREATE INDEX accounts_listed ON sluice.accounts (created_at DESC, id DESC)',
  `CREATE INDEX accounts_deleting ON sluice.accounts (deleting_since)
    WHERE status = 'deleting'`,

  'ALTER TABLE sluice.flows ADD COLUMN owner text COLLATE "C"',
  'UPDATE sluice.flows SET owner = created_by',
  `ALTER TABLE sluice.flows ALTER COLUMN owner SET NOT NULL,
    ADD COLUMN is_public boolean NOT NULL DEFAULT false`,
  // Not only of flows that are there: executions of a deleted flow are still its owner's.
  `CREATE INDEX flows_of_owner
    ON sluice.flows (account_id, owner, created_at DESC, id DESC)`,
  `CREATE INDEX flows_public ON sluice.flows (account_id, created_at DESC, id DESC)
    WHERE is_public AND deleted_at IS NULL`,
  `ALTER TABLE sluice.flow_versions ADD COLUMN grants text NOT NULL
    DEFAULT '{"hosts":[],"connections":[],"secrets":[],"code":"none"}'`,

  `CREATE TABLE sluice.flow_shares (
    account_id text COLLATE "C" NOT NULL,
    flow_id uuid NOT NULL,
    person_id uuid NOT NULL,
    level text NOT NULL CHECK (level IN ('view', 'execute', 'edit')),
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (account_id, flow_id, person_id),
    FOREIGN KEY (account_id, flow_id) REFERENCES sluice.flows (account_id, id)
      ON DELETE CASCADE,
    FOREIGN KEY (account_id, person_id) REFERENCES sluice.people (account_id, id)
      ON DELETE CASCADE
  )`,
  `CREATE INDEX flow_shares_of_person
    ON sluice.flow_shares (account_id, person_id, flow_id)`,

  `CREATE TABLE sluice.share_links (
    account_id text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    flow_id uuid NOT NULL,
    level text NOT NULL CHECK (level IN ('view', 'execute')),
    token_hash text COLLATE "C" NOT NULL CONSTRAINT share_links_token UNIQUE,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    last_used_at bigint,
    uses integer NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, flow_id) REFERENCES sluice.flows (account_id, id)
      ON DELETE CASCADE
  ) WITH (fillfactor = 85)`,
  'CREATE INDEX share_links_of_flow ON sluice.share_links (account_id, flow_id, created_at)',

  // Of what waits only: what starts at once touches no index more than before.
  `CREATE INDEX executions_waiting_starters ON sluice.executions (account_id, started_by)
    WHERE status IN ('queued', 'waiting')`,

  // By bytes, so that the beginning of an action is looked up in the index as well.
  `ALTER TABLE sluice.audit_events ALTER COLUMN actor TYPE text COLLATE "C",
    ALTER COLUMN action TYPE text COLLATE "C", ALTER COLUMN target_id TYPE text COLLATE "C"`,

  // Which content a text of JSON names: at least what it refers to, and what only looks alike too,
  // which is kept longer for that. Few chunks name any, so the index costs the others one look. Its
  // cost keeps it from being worked out for each row where an index has it.
  `CREATE FUNCTION sluice.named_blobs(entries text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
    RETURN (SELECT coalesce(array_agg(DISTINCT found[1]), '{}')
      FROM regexp_matches(entries, '"blob":"([0-9a-f]{64})"', 'g') AS named (found))`,
  `CREATE INDEX journal_blobs ON sluice.journal USING gin (sluice.named_blobs(entries))
    WITH (fastupdate = off) WHERE strpos(entries, '"blob":"') > 0`,
  // The first 64 characters are the hash.
  `CREATE INDEX executions_inputs_blob ON sluice.executions (account_id, left(inputs_blob, 64))
    WHERE inputs_blob IS NOT NULL`,
  `CREATE INDEX executions_outputs_blob ON sluice.executions (account_id, left(outputs_blob, 64))
    WHERE outputs_blob IS NOT NULL`,

  // Content that an execution named which is gone; it goes too when nothing names it at that time.
  // Compared as what is looked up by it is, or no index would do.
  `CREATE TABLE sluice.left_blobs (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    blob text NOT NULL CHECK (blob ~ '^[0-9a-f]{64}$'),
    due_at bigint NOT NULL,
    PRIMARY KEY (account_id, blob)
  )`,
  'CREATE INDEX left_blobs_due ON sluice.left_blobs (due_at)',
];

/** Owners, shares, links, grants, the life of accounts, and what retention looks up. */
export const sharingTables: Migration = {
  up: async (database: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
  },
};
