import { ACCESS_LIMITS, foldName } from '../../base/index.ts';
import type { DirectoryStore } from '../directory-store.ts';
import type { SignInFacts } from '../people-store.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { Asking, Statement } from './ask.ts';
import { PERSON_BY_NAME } from './identities-sql.ts';
import { type SignInRow, signInFactsOf } from './person-facts.ts';

/** Who has this name, in whichever account. */
export async function signInFacts(ask: Asking, username: string): Promise<SignInFacts | undefined> {
  const [row] = await ask.read<SignInRow>(PERSON_BY_NAME, [storedText(foldName(username))]);
  return row === undefined ? undefined : signInFactsOf(row);
}

/** $1: the folded name, $2: how many sessions are looked at. */
const ADDRESSES: Statement = {
  name: 'addresses-of-name',
  text: `
    SELECT DISTINCT newest.address FROM (
      SELECT s.address FROM sluice.people AS p
      JOIN sluice.sessions AS s ON s.account_id = p.account_id AND s.person_id = p.id
      WHERE p.username_folded = $1 ORDER BY s.created_at DESC LIMIT $2
    ) AS newest`,
};

/** See DirectoryStore.addressesOf. */
export async function addressesOf(ask: Asking, username: string): Promise<readonly string[]> {
  const values = [storedText(foldName(username)), ACCESS_LIMITS.sessionsAPerson];
  const rows = await ask.read<{ readonly address: string }>(ADDRESSES, values);
  return rows.map(({ address }) => originalText(address));
}

/** $1: the hash of a name. */
const FAILURES: Statement = {
  name: 'failures',
  text: 'SELECT count, last_at FROM sluice.sign_in_failures WHERE name_hash = $1',
};

/**
 * $1: the hash of a name, $2: the time, $3: what is older is forgotten, and $4: what is later,
 * since the clock that wrote it was wrong. Names that nobody tries any more go with the next
 * failure of another, some at a time, so that guessing fills no table.
 */
const NOTE_FAILURE: Statement = {
  name: 'note-failure',
  text: `
    WITH forgotten AS (
      DELETE FROM sluice.sign_in_failures WHERE name_hash IN (
        SELECT name_hash FROM sluice.sign_in_failures
        WHERE last_at < $3::bigint AND name_hash <> $1
        ORDER BY last_at LIMIT 100 FOR UPDATE SKIP LOCKED
      )
    )
    INSERT INTO sluice.sign_in_failures AS f (name_hash, count, last_at)
    VALUES ($1, 1, $2::bigint)
    ON CONFLICT (name_hash) DO UPDATE SET
      count = CASE WHEN f.last_at < $3::bigint OR f.last_at > $4::bigint THEN 1
        ELSE least(f.count, 1000000) + 1 END,
      last_at = CASE WHEN f.last_at > $4::bigint THEN excluded.last_at
        ELSE greatest(f.last_at, excluded.last_at) END
    RETURNING count`,
};

/** $1: the hash of a name. */
const CLEAR_FAILURES: Statement = {
  name: 'clear-failures',
  text: 'DELETE FROM sluice.sign_in_failures WHERE name_hash = $1',
};

/** How often in a row this name failed. */
export async function failures(
  ask: Asking,
  nameHash: string,
): ReturnType<DirectoryStore['failures']> {
  const values = [storedText(nameHash)];
  const [row] = await ask.read<{ count: number; last_at: number | string }>(FAILURES, values);
  return { count: row?.count ?? 0, lastAt: Number(row?.last_at ?? 0) };
}

/** One more failure; gives the new count. */
export async function noteFailure(
  ask: Asking,
  nameHash: string,
  { at, forgetBefore }: { readonly at: number; readonly forgetBefore: number },
): Promise<number> {
  const values = [storedText(nameHash), at, forgetBefore, at + ACCESS_LIMITS.clockSkewMs];
  const [row] = await ask.write<{ count: number }>(NOTE_FAILURE, values);
  return row?.count ?? 1;
}

/** The name begins anew. */
export async function clearFailures(ask: Asking, nameHash: string): Promise<void> {
  await ask.write(CLEAR_FAILURES, [storedText(nameHash)]);
}
