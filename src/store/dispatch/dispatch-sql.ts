/**
 * Milliseconds since 1970 by the database's clock, so that clocks of machines need not agree. The
 * time at which the statement began: one that moves meanwhile could not be looked up in an index.
 */
const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

/**
 * Makes or renews a lease: $1 process, $2 kind, $3 how long. Processes that have been gone for an
 * hour ($4) and hold nothing are forgotten.
 */
export const RENEW_LEASE = `
  WITH forgotten AS (
    DELETE FROM sluice.processes AS p
    WHERE p.id <> $1 AND p.lease_until < ${NOW} - $4::bigint
      AND NOT EXISTS (SELECT FROM sluice.executions AS e WHERE e.owner = p.id)
  )
  INSERT INTO sluice.processes (id, kind, started_at, lease_until)
  VALUES ($1, $2, ${NOW}, ${NOW} + $3::bigint)
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`;

/** Distinct first columns of an index by jumping from one to the next: a step for each value. */
function distinct(name: string, column: string, condition: string): string {
  return `${name} AS (
    (SELECT ${column} FROM sluice.executions WHERE ${condition} ORDER BY ${column} LIMIT 1)
    UNION ALL
    SELECT (
      SELECT e.${column} FROM sluice.executions AS e
      WHERE ${condition} AND e.${column} > previous.${column} ORDER BY e.${column} LIMIT 1
    ) FROM ${name} AS previous WHERE previous.${column} IS NOT NULL
  )`;
}

/** The oldest of each account; the rank is how many of the account come before. */
function ofEachAccount(accounts: string, condition: string, order: string): string {
  return `
    SELECT top.account_id, top.id, top.epoch, top.rank, top.since
    FROM (SELECT account_id FROM ${accounts} WHERE account_id IS NOT NULL LIMIT $5) AS account,
    LATERAL (
      SELECT account_id, id, epoch, ${order} AS since,
        row_number() OVER (ORDER BY ${order}, id) AS rank
      FROM sluice.executions
      WHERE account_id = account.account_id AND ${condition}
      ORDER BY ${order}, id LIMIT $3
    ) AS top`;
}

/**
 * Takes executions in one statement. Looks at more candidates ($3) than it takes ($2), because
 * those that another process is taking are left out. $1: the owner; $4: what each account has
 * running already, as JSON; $5: how many accounts are looked at.
 *
 * A candidate was seen before it was locked, so its epoch and status are judged again then. Without
 * a lease nothing is taken, since the next process would take it over at once.
 */
export const CLAIM = `
  WITH RECURSIVE
  ${distinct('owners', 'owner', 'owner IS NOT NULL')},
  ${distinct('queueing', 'account_id', "status = 'queued'")},
  ${distinct('sleeping', 'account_id', "status = 'waiting'")},
  running AS MATERIALIZED (SELECT key AS account_id, value::int AS count FROM json_each_text($4)),
  lease AS MATERIALIZED (
    SELECT FROM sluice.processes WHERE id = $1 AND lease_until >= ${NOW}
  ),
  dead AS MATERIALIZED (
    SELECT owner FROM owners
    WHERE owner <> $1 AND owner NOT IN
      (SELECT id FROM sluice.processes WHERE lease_until >= ${NOW})
  ),
  candidate AS MATERIALIZED (
    SELECT 1 AS claim_right, left_behind.* FROM dead, LATERAL (
      SELECT account_id, id, epoch, row_number() OVER (PARTITION BY account_id) AS rank,
        created_at AS since
      FROM (SELECT * FROM sluice.executions WHERE owner = dead.owner LIMIT $3) AS held
    ) AS left_behind
    UNION ALL
    SELECT 2, due.* FROM (${ofEachAccount(
      'sleeping',
      `status = 'waiting' AND wake_at <= ${NOW}`,
      'wake_at',
    )}) AS due
    UNION ALL
    SELECT 3, queued.*
    FROM (${ofEachAccount('queueing', "status = 'queued'", 'created_at')}) AS queued
  ),
  chosen AS MATERIALIZED (
    SELECT e.account_id, e.id, c.claim_right, c.turn, c.since
    FROM (
      SELECT candidate.*, coalesce(running.count, 0) + rank AS turn
      FROM candidate LEFT JOIN running USING (account_id)
      WHERE EXISTS (SELECT FROM lease)
      ORDER BY claim_right, turn, since LIMIT $3
    ) AS c
    JOIN sluice.executions AS e
      ON e.account_id = c.account_id AND e.id = c.id AND e.epoch = c.epoch
      AND e.ended_at IS NULL
      AND (CASE c.claim_right WHEN 1 THEN e.status = 'running' WHEN 2 THEN e.status = 'waiting'
        ELSE e.status = 'queued' END)
    ORDER BY c.claim_right, c.turn, c.since
    LIMIT $2
    FOR UPDATE OF e SKIP LOCKED
  ),
  taken AS (
    UPDATE sluice.executions AS e
    SET epoch = e.epoch + 1, owner = $1, status = 'running', wake_at = NULL,
      takeovers = e.takeovers + (chosen.claim_right = 1)::int,
      takeovers_in_row = CASE
        WHEN e.step_sequence > e.takeover_sequence THEN (chosen.claim_right = 1)::int
        ELSE e.takeovers_in_row + (chosen.claim_right = 1)::int END,
      takeover_sequence =
        CASE WHEN chosen.claim_right = 1 THEN e.last_sequence ELSE e.takeover_sequence END
    FROM chosen WHERE e.account_id = chosen.account_id AND e.id = chosen.id
    RETURNING e.*, chosen.claim_right, chosen.turn, chosen.since
  )
  SELECT account_id, id, flow_id, flow_name, version, inputs, inputs_blob, epoch, created_at,
    started_at, last_sequence, cancel_requested, takeovers_in_row, claim_right, started_by
  FROM taken ORDER BY claim_right, turn, since`;

/** $1: the owner. */
export const CANCEL_REQUESTED = `
  SELECT id FROM sluice.executions WHERE owner = $1 AND cancel_requested`;

/** $1: the owner. What it held is queued, and it can write none of it any more. */
export const HAND_BACK = `
  WITH gone AS (DELETE FROM sluice.processes WHERE id = $1)
  UPDATE sluice.executions SET status = 'queued', owner = NULL WHERE owner = $1`;

/** $1: the owner; $2: what it knows that it holds; $3: how many at most. */
export const UNHELD = `
  SELECT e.id FROM sluice.executions AS e
  WHERE e.owner = $1
    AND NOT EXISTS (SELECT FROM unnest($2::uuid[]) AS held (id) WHERE held.id = e.id)
  LIMIT $3`;

/**
 * $1: the owner; $2: what is released; $3: those of it that are left to be taken over. Their owner
 * is one who never had a lease.
 */
export const RELEASE = `
  UPDATE sluice.executions AS e
  SET status = CASE WHEN e.id = ANY ($3::uuid[]) THEN e.status ELSE 'queued' END,
    owner = CASE WHEN e.id = ANY ($3::uuid[]) THEN 'nobody' END
  FROM unnest($2::uuid[]) AS released (id)
  WHERE e.owner = $1 AND e.id = released.id`;

/** $1: the account; $2: how many are counted at most. */
export const QUEUED = `
  SELECT count(*)::int AS count FROM (
    SELECT FROM sluice.executions WHERE account_id = $1 AND status = 'queued' LIMIT $2
  ) AS counted`;
