import type { Pool } from 'pg';
import { RETENTION_LIMITS } from '../../base/index.ts';
import { uuids } from '../journal/columns.ts';
import { inTransaction, NOW } from './transaction.ts';

interface Chosen {
  readonly account_id: string;
  readonly id: string;
}

/**
 * Removes some executions that ended before a time, with their journals, and notes which content
 * they named. Gives how many went; fewer than there are where another process is at it.
 */
export async function removeExecutions(pool: Pool, endedBefore: number): Promise<number> {
  const found = await pool.query<Chosen>(OLDEST, [
    endedBefore,
    RETENTION_LIMITS.executions,
    RETENTION_LIMITS.entries,
  ]);
  if (found.rows.length === 0) return 0;
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Chosen>(LOCK, listsOf(found.rows));
    const values = listsOf(rows);
    await client.query(NOTE_BLOBS, [...values, RETENTION_LIMITS.leftBlobMs]);
    await client.query(REMOVE_JOURNALS, values);
    await client.query(SETTLE, values);
    const { rowCount } = await client.query(REMOVE_EXECUTIONS, values);
    return rowCount ?? 0;
  });
}

function listsOf(chosen: readonly Chosen[]): [readonly string[], string] {
  return [chosen.map(({ account_id }) => account_id), uuids(chosen.map(({ id }) => id))];
}

/**
 * $1: the time; $2: how many; $3: how many entries, which bound the rows of journals. What ended
 * before a time was made before it, so the index of the list finds it.
 */
const OLDEST = `
  SELECT account_id, id FROM (
    SELECT old.account_id, old.id, old.last_sequence,
      sum(old.last_sequence) OVER (ORDER BY old.account_id, old.created_at, old.id) AS entries
    FROM (
      SELECT e.* FROM sluice.accounts AS a, LATERAL (
        SELECT account_id, id, created_at, last_sequence FROM sluice.executions
        WHERE account_id = a.id AND created_at < $1 AND ended_at < $1
        ORDER BY created_at, id LIMIT $2
      ) AS e
      WHERE a.status <> 'deleting' LIMIT $2
    ) AS old
  ) AS counted
  WHERE entries - last_sequence < $3`;

const CHOSEN = 'unnest($1::text[], $2::uuid[]) AS chosen (account_id, id)';

const LOCK = `
  SELECT e.account_id, e.id FROM ${CHOSEN}
  JOIN sluice.executions AS e ON e.account_id = chosen.account_id AND e.id = chosen.id
  ORDER BY e.account_id, e.id FOR UPDATE OF e SKIP LOCKED`;

/** $3: how long it is kept at least. In one order, so that two at once do not block each other. */
const NOTE_BLOBS = `
  INSERT INTO sluice.left_blobs (account_id, blob, due_at)
  SELECT account_id, blob, ${NOW} + $3::bigint FROM (
    SELECT j.account_id, unnest(sluice.named_blobs(j.entries)) AS blob FROM ${CHOSEN}
    JOIN sluice.journal AS j
      ON j.account_id = chosen.account_id AND j.execution_id = chosen.id
      AND strpos(j.entries, '"blob":"') > 0
    UNION
    SELECT e.account_id, left(kept.blob, 64) FROM ${CHOSEN}
    JOIN sluice.executions AS e ON e.account_id = chosen.account_id AND e.id = chosen.id,
    LATERAL (VALUES (e.inputs_blob), (e.outputs_blob)) AS kept (blob)
    WHERE kept.blob IS NOT NULL
  ) AS named
  ORDER BY account_id, blob
  ON CONFLICT (account_id, blob) DO UPDATE
    SET due_at = greatest(left_blobs.due_at, excluded.due_at)`;

const REMOVE_JOURNALS = `
  DELETE FROM sluice.journal AS j USING ${CHOSEN}
  WHERE j.account_id = chosen.account_id AND j.execution_id = chosen.id`;

/**
 * What they took counts for the keys that started them, also where no key was used since: a note of
 * its use would have settled it. Places first, then usage in its order, as that note does.
 */
const SETTLE = `
  WITH settled AS (
    DELETE FROM sluice.key_executions AS p USING ${CHOSEN}
    JOIN sluice.executions AS e ON e.account_id = chosen.account_id AND e.id = chosen.id
    WHERE p.account_id = chosen.account_id AND p.execution_id = chosen.id
    RETURNING p.account_id, p.key_id, p.month,
      greatest(e.ended_at - coalesce(e.started_at, e.ended_at), 0) AS duration_ms
  )
  INSERT INTO sluice.key_usage AS u
    (account_id, key_id, month, requests, executions, duration_ms)
  SELECT account_id, key_id, month, 0, count(*), sum(duration_ms) FROM settled
  GROUP BY account_id, key_id, month ORDER BY account_id, key_id, month
  ON CONFLICT (account_id, key_id, month) DO UPDATE SET
    executions = u.executions + excluded.executions,
    duration_ms = u.duration_ms + excluded.duration_ms`;

const REMOVE_EXECUTIONS = `
  DELETE FROM sluice.executions AS e USING ${CHOSEN}
  WHERE e.account_id = chosen.account_id AND e.id = chosen.id`;
