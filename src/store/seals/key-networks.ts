import type { Pool } from 'pg';
import { ACCESS_LIMITS, type AccountId } from '../../base/index.ts';
import { storedText } from '../stored-text.ts';
import { inTransaction } from './transaction.ts';

/** Where a key is used from; see `SealStore.noteKeyNetwork`. */
export function noteKeyNetwork(
  pool: Pool,
  account: AccountId,
  { key, network, at }: { readonly key: string; readonly network: string; readonly at: number },
): Promise<'first' | 'known' | 'new'> {
  return inTransaction(pool, async (client) => {
    // Of two processes that see a new network at once one tells of it.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `sluice key network ${account} ${key}`,
    ]);
    const values = [account, storedText(key), storedText(network)];
    const { rows } = await client.query<{ readonly known: number; readonly hit: number }>(
      `SELECT count(*)::integer AS known, count(*) FILTER (WHERE network = $3)::integer AS hit
      FROM sluice.key_networks WHERE account_id = $1 AND key = $2`,
      values,
    );
    const { known, hit } = rows[0] ?? { known: 0, hit: 0 };
    if (hit > 0) return 'known';
    if (known >= ACCESS_LIMITS.networksAKey) await client.query(FORGET, values.slice(0, 2));
    await client.query(
      `INSERT INTO sluice.key_networks (account_id, key, network, first_seen_at)
      VALUES ($1, $2, $3, $4)`,
      [...values, at],
    );
    return known === 0 ? 'first' : 'new';
  });
}

const FORGET = `DELETE FROM sluice.key_networks AS n USING (
    SELECT network FROM sluice.key_networks WHERE account_id = $1 AND key = $2
    ORDER BY first_seen_at, network LIMIT 1) AS oldest
  WHERE n.account_id = $1 AND n.key = $2 AND n.network = oldest.network`;
