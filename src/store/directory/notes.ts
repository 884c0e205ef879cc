import { assert, type SessionId } from '../../base/index.ts';
import { keyMonth } from '../key-month.ts';
import type { KeyUse } from '../key-store.ts';
import { isUuid, storedText } from '../stored-text.ts';
import type { Asking, Statement } from './ask.ts';

/** Starts of keys that one note adds to the usage at most. */
const SETTLED_AT_ONCE = 2_000;
/** A start that never wrote its execution is forgotten after so long. */
const UNWRITTEN_MS = 60 * 60_000;

/**
 * Adds requests to the usage, and with them what executions took that have ended, of any key: from
 * then on their rows may go. $1 keys, $2 requests, $3 times, $4 addresses, $5 months; $6: how many
 * starts are settled at most; $7: starts before then that wrote no execution are forgotten.
 *
 * Two such notes lock rows of the usage in one order. The time of the last use of a key that
 * somebody is changing is left out until it is used again, so that nobody waits in a circle.
 */
const NOTE_KEY_USE: Statement = {
  name: 'note-key-use',
  text: `
    WITH used AS (
      SELECT k.account_id, k.id, u.month, sum(u.requests) AS requests, max(u.at) AS at,
        (array_agg(u.address ORDER BY u.at DESC))[1] AS address
      FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
        AS u (id, requests, at, address, month)
      JOIN sluice.api_keys AS k ON k.id = u.id
      GROUP BY k.account_id, k.id, u.month
    ),
    free AS (
      SELECT k.account_id, k.id FROM sluice.api_keys AS k
      WHERE EXISTS (SELECT FROM used WHERE used.account_id = k.account_id AND used.id = k.id)
      FOR NO KEY UPDATE SKIP LOCKED
    ),
    seen AS (
      UPDATE sluice.api_keys AS k SET last_used_at = latest.at, last_used_address = latest.address
      FROM (
        SELECT DISTINCT ON (account_id, id) * FROM used ORDER BY account_id, id, at DESC
      ) AS latest JOIN free USING (account_id, id)
      WHERE k.account_id = latest.account_id AND k.id = latest.id
        AND coalesce(k.last_used_at, 0) <= latest.at
    ),
    over AS (
      SELECT p.account_id, p.key_id, p.execution_id, e.id IS NOT NULL AS is_written,
        e.ended_at - coalesce(e.started_at, e.ended_at) AS duration_ms
      FROM sluice.key_executions AS p
      LEFT JOIN sluice.executions AS e ON e.account_id = p.account_id AND e.id = p.execution_id
      WHERE e.ended_at IS NOT NULL OR (e.id IS NULL AND p.at < $7::bigint)
      LIMIT $6
      FOR UPDATE OF p SKIP LOCKED
    ),
    settled AS (
      DELETE FROM sluice.key_executions AS p USING over
      WHERE p.account_id = over.account_id AND p.key_id = over.key_id
        AND p.execution_id = over.execution_id
      RETURNING p.account_id, p.key_id, p.month, over.is_written, over.duration_ms
    ),
    added AS (
      SELECT account_id, id AS key_id, month, requests, 0 AS executions, 0 AS duration_ms FROM used
      UNION ALL
      SELECT account_id, key_id, month, 0, count(*), sum(greatest(duration_ms, 0)) FROM settled
      WHERE is_written GROUP BY account_id, key_id, month
    )
    INSERT INTO sluice.key_usage AS u
      (account_id, key_id, month, requests, executions, duration_ms)
    SELECT account_id, key_id, month, sum(requests), sum(executions), sum(duration_ms) FROM added
    GROUP BY account_id, key_id, month ORDER BY account_id, key_id, month
    ON CONFLICT (account_id, key_id, month) DO UPDATE SET
      requests = u.requests + excluded.requests, executions = u.executions + excluded.executions,
      duration_ms = u.duration_ms + excluded.duration_ms`,
};

/** See DirectoryStore.noteKeyUse. */
export async function noteKeyUse(ask: Asking, given: readonly KeyUse[]): Promise<void> {
  const uses = given.filter(({ key }) => isUuid(key));
  if (uses.length === 0) return;
  for (const { requests } of uses) assert(Number.isInteger(requests) && requests >= 0, 'a number');
  const now = Math.max(...uses.map(({ at }) => at));
  await ask.write(NOTE_KEY_USE, [
    uses.map(({ key }) => key),
    uses.map(({ requests }) => requests),
    uses.map(({ at }) => at),
    uses.map(({ address }) => storedText(address)),
    uses.map(({ at }) => keyMonth(at)),
    SETTLED_AT_ONCE,
    now - UNWRITTEN_MS,
  ]);
}

/**
 * $1: sessions, $2: times. What is locked is being renewed or ended, and needs no note; so a note
 * never waits.
 */
const NOTE_SESSIONS_SEEN: Statement = {
  name: 'note-sessions-seen',
  text: `
    WITH seen AS (
      SELECT s.account_id, s.id, n.at
      FROM unnest($1::uuid[], $2::bigint[]) AS n (id, at) JOIN sluice.sessions AS s ON s.id = n.id
      WHERE s.ended_at IS NULL AND s.last_seen_at < n.at
      FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    UPDATE sluice.sessions AS s SET last_seen_at = seen.at
    FROM seen WHERE s.account_id = seen.account_id AND s.id = seen.id`,
};

/** See DirectoryStore.noteSessionsSeen. */
export async function noteSessionsSeen(
  ask: Asking,
  seen: ReadonlyMap<SessionId, number>,
): Promise<void> {
  const noted = [...seen].filter(([id]) => isUuid(id));
  if (noted.length === 0) return;
  await ask.write(NOTE_SESSIONS_SEEN, [noted.map(([id]) => id), noted.map(([, at]) => at)]);
}
