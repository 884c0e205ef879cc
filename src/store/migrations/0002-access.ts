import { type Kysely, type Migration, sql } from 'kysely';

/**
 * People, sessions and keys. Nothing here can be used to sign in: passwords, keys and tokens are
 * kept as hashes alone. What is looked up before the account is known is unique on the server.
 * Hashes and folded names compare by bytes, whatever the locale.
 */
const STATEMENTS: readonly string[] = [
  `CREATE TABLE sluice.people (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    id uuid NOT NULL,
    username text NOT NULL,
    username_folded text COLLATE "C" NOT NULL CONSTRAINT people_username UNIQUE,
    display_name text NOT NULL,
    email text,
    search text NOT NULL DEFAULT '',
    role text COLLATE "C" NOT NULL,
    password_hash text COLLATE "C" NOT NULL,
    is_active boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_sign_in_at bigint,
    password_changed_at bigint NOT NULL,
    PRIMARY KEY (account_id, id)
  )`,
  'CREATE INDEX people_listed ON sluice.people (account_id, created_at DESC, id DESC)',
  'CREATE INDEX people_of_role ON sluice.people (account_id, role)',

  `CREATE TABLE sluice.roles (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    name text COLLATE "C" NOT NULL,
    description text NOT NULL,
    permissions text[] NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (account_id, name)
  )`,

  // The newest former hash comes first, each with the time until which it was the good one.
  `CREATE TABLE sluice.sessions (
    account_id text COLLATE "C" NOT NULL,
    id uuid NOT NULL CONSTRAINT sessions_id UNIQUE,
    person_id uuid NOT NULL,
    created_at bigint NOT NULL,
    refreshed_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    address text NOT NULL,
    agent text NOT NULL,
    refresh_hash text COLLATE "C" NOT NULL,
    former_hashes text[] NOT NULL DEFAULT '{}',
    former_until bigint[] NOT NULL DEFAULT '{}',
    ended_at bigint,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES sluice.people (account_id, id)
      ON DELETE CASCADE
  ) WITH (fillfactor = 85)`,
  'CREATE INDEX sessions_of_person ON sluice.sessions (account_id, person_id, created_at DESC)',

  `CREATE TABLE sluice.api_keys (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    id uuid NOT NULL CONSTRAINT api_keys_id UNIQUE,
    name text NOT NULL,
    prefix text NOT NULL,
    hash text COLLATE "C" NOT NULL CONSTRAINT api_keys_hash UNIQUE,
    former_hash text COLLATE "C" CONSTRAINT api_keys_former_hash UNIQUE,
    former_until bigint,
    scopes text[] NOT NULL,
    person_id uuid,
    networks text[] NOT NULL,
    minutes_a_month integer CHECK (minutes_a_month >= 0),
    concurrent_executions integer CHECK (concurrent_executions >= 0),
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    rotated_at bigint,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint,
    last_used_address text,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES sluice.people (account_id, id)
      ON DELETE CASCADE,
    CHECK ((former_hash IS NULL) = (former_until IS NULL))
  ) WITH (fillfactor = 85)`,
  'CREATE INDEX api_keys_listed ON sluice.api_keys (account_id, created_at DESC, id DESC)',
  'CREATE INDEX api_keys_of_person ON sluice.api_keys (account_id, person_id)',

  // What was started and not yet added to the usage; no reference to executions, which come later.
  `CREATE TABLE sluice.key_executions (
    account_id text COLLATE "C" NOT NULL,
    key_id uuid NOT NULL,
    execution_id uuid NOT NULL,
    at bigint NOT NULL,
    month text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, key_id, execution_id),
    FOREIGN KEY (account_id, key_id) REFERENCES sluice.api_keys (account_id, id)
      ON DELETE CASCADE
  )`,
  `CREATE TABLE sluice.key_usage (
    account_id text COLLATE "C" NOT NULL,
    key_id uuid NOT NULL,
    month text COLLATE "C" NOT NULL,
    requests bigint NOT NULL,
    executions bigint NOT NULL,
    duration_ms bigint NOT NULL,
    PRIMARY KEY (account_id, key_id, month),
    FOREIGN KEY (account_id, key_id) REFERENCES sluice.api_keys (account_id, id)
      ON DELETE CASCADE
  ) WITH (fillfactor = 85)`,

  `CREATE TABLE sluice.invitations (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    id uuid NOT NULL,
    role text COLLATE "C" NOT NULL,
    email text,
    token_hash text COLLATE "C" NOT NULL CONSTRAINT invitations_token UNIQUE,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    PRIMARY KEY (account_id, id)
  )`,
  'CREATE INDEX invitations_listed ON sluice.invitations (account_id, created_at DESC, id DESC)',

  // One a person: a new one takes the place of the one before.
  `CREATE TABLE sluice.reset_tokens (
    account_id text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL,
    token_hash text COLLATE "C" NOT NULL CONSTRAINT reset_tokens_token UNIQUE,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (account_id, person_id),
    FOREIGN KEY (account_id, person_id) REFERENCES sluice.people (account_id, id)
      ON DELETE CASCADE
  )`,

  `CREATE TABLE sluice.socket_tickets (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    token_hash text COLLATE "C" NOT NULL CONSTRAINT socket_tickets_token UNIQUE,
    principal text COLLATE "C" NOT NULL,
    session text COLLATE "C",
    execution text COLLATE "C",
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (account_id, token_hash)
  )`,
  'CREATE INDEX socket_tickets_open ON sluice.socket_tickets (account_id, principal, expires_at)',

  // Of names, known or not, before anybody knows the account.
  `CREATE TABLE sluice.sign_in_failures (
    name_hash text COLLATE "C" PRIMARY KEY,
    count integer NOT NULL CHECK (count >= 1),
    last_at bigint NOT NULL
  )`,
  'CREATE INDEX sign_in_failures_oldest ON sluice.sign_in_failures (last_at)',
];

/** Tables of people, roles, sessions, keys, and of tokens that are good once. */
export const accessTables: Migration = {
  up: async (database: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
  },
};
