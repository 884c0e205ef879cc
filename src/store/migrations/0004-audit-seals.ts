import { type Kysely, type Migration, sql } from 'kysely';

/**
 * Seals of audit rows. A row is written without a seal, gets it once, and never changes otherwise;
 * it goes only where a signed cut covers it, or with its whole account. That a cut is signed is
 * checked by whoever verifies the chain, since the database has no key.
 */
const STATEMENTS: readonly string[] = [
  `ALTER TABLE sluice.audit_events
    ADD COLUMN sequence integer CHECK (sequence >= 1),
    ADD COLUMN mac text,
    ADD COLUMN key_id text,
    ADD CONSTRAINT audit_events_sealed_whole
      CHECK ((sequence IS NULL) = (mac IS NULL) AND (mac IS NULL) = (key_id IS NULL)),
    ADD CONSTRAINT audit_events_place UNIQUE (account_id, sequence)`,
  `CREATE INDEX audit_events_unsealed ON sluice.audit_events (account_id, at, id)
    WHERE sequence IS NULL`,
  // Of sealed rows only: a row is written twice, and goes into these the second time alone. What
  // waits for its seal is little, and is looked through.
  `CREATE INDEX audit_events_by_actor ON sluice.audit_events
    (account_id, actor, at DESC, id DESC) WHERE sequence IS NOT NULL`,
  `CREATE INDEX audit_events_by_target ON sluice.audit_events
    (account_id, target_id, at DESC, id DESC) WHERE sequence IS NOT NULL`,
  `CREATE INDEX audit_events_by_action ON sluice.audit_events
    (account_id, action, at DESC, id DESC) WHERE sequence IS NOT NULL`,

  `CREATE TABLE sluice.audit_checkpoints (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    sequence integer NOT NULL CHECK (sequence >= 1),
    kind text NOT NULL CHECK (kind IN ('head', 'cut')),
    mac text NOT NULL,
    at bigint NOT NULL,
    key_id text NOT NULL,
    signature text NOT NULL,
    PRIMARY KEY (account_id, sequence, kind)
  )`,
  `CREATE INDEX audit_checkpoints_cuts ON sluice.audit_checkpoints (account_id, sequence)
    WHERE kind = 'cut'`,

  // How far the copy that goes to an address has come, and until when one process sends it.
  `CREATE TABLE sluice.audit_deliveries (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    sink text NOT NULL,
    sequence integer NOT NULL,
    claimed_until bigint NOT NULL,
    PRIMARY KEY (account_id, sink)
  )`,
  // No foreign key: keys of the settings have no row.
  `CREATE TABLE sluice.key_networks (
    account_id text COLLATE "C" NOT NULL REFERENCES sluice.accounts (id),
    key text NOT NULL,
    network text NOT NULL,
    first_seen_at bigint NOT NULL,
    PRIMARY KEY (account_id, key, network)
  )`,

  'DROP TRIGGER audit_events_fixed ON sluice.audit_events',
  `CREATE FUNCTION sluice.guard_audit_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
      AND (NEW.account_id, NEW.id, NEW.at, NEW.actor, NEW.action, NEW.target_kind, NEW.target_id,
        NEW.outcome, NEW.request_id, NEW.address, NEW.details)
      IS NOT DISTINCT FROM
        (OLD.account_id, OLD.id, OLD.at, OLD.actor, OLD.action, OLD.target_kind, OLD.target_id,
        OLD.outcome, OLD.request_id, OLD.address, OLD.details)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'rows of audit_events never change';
  END $$`,
  `CREATE FUNCTION sluice.guard_audit_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.sequence <= (SELECT max(c.sequence) FROM sluice.audit_checkpoints AS c
        WHERE c.account_id = OLD.account_id AND c.kind = 'cut')
      OR EXISTS (SELECT FROM sluice.accounts AS a
        WHERE a.id = OLD.account_id AND a.status = 'deleting')
    THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'rows of audit_events never change';
  END $$`,
  // Of the checkpoints up to the last cut only the cut itself is needed.
  `CREATE FUNCTION sluice.guard_checkpoint_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.sequence, OLD.kind = 'cut') < ((SELECT max(c.sequence)
        FROM sluice.audit_checkpoints AS c
        WHERE c.account_id = OLD.account_id AND c.kind = 'cut'), true)
      OR EXISTS (SELECT FROM sluice.accounts AS a
        WHERE a.id = OLD.account_id AND a.status = 'deleting')
    THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'rows of audit_checkpoints never change';
  END $$`,
  `CREATE TRIGGER audit_events_fixed BEFORE UPDATE ON sluice.audit_events
    FOR EACH ROW EXECUTE FUNCTION sluice.guard_audit_update()`,
  `CREATE TRIGGER audit_events_kept BEFORE DELETE ON sluice.audit_events
    FOR EACH ROW EXECUTE FUNCTION sluice.guard_audit_delete()`,
  `CREATE TRIGGER audit_events_whole BEFORE TRUNCATE ON sluice.audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change('audit_events')`,
  `CREATE TRIGGER audit_checkpoints_fixed BEFORE UPDATE ON sluice.audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change('audit_checkpoints')`,
  `CREATE TRIGGER audit_checkpoints_kept BEFORE DELETE ON sluice.audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION sluice.guard_checkpoint_delete()`,
  `CREATE TRIGGER audit_checkpoints_whole BEFORE TRUNCATE ON sluice.audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change('audit_checkpoints')`,
];

/** Chains, checkpoints, how far copies have come, and where keys were used from. */
export const auditSealTables: Migration = {
  up: async (database: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
  },
};
