import type { Pool } from 'pg';
import type { SealStore } from '../seal-store.ts';

/** By the clock of the database, which all processes share. */
const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** Who may send to a sink now, and how far it has come. */
export function deliveries(pool: Pool): Pick<SealStore, 'claimDelivery' | 'endDelivery'> {
  return {
    claimDelivery: async (sink, account, forMs) => {
      const { rows } = await pool.query<{ readonly sequence: number }>(
        `INSERT INTO sluice.audit_deliveries AS d (account_id, sink, sequence, claimed_until)
        VALUES ($1, $2, 0, ${NOW} + $3)
        ON CONFLICT (account_id, sink) DO UPDATE SET claimed_until = EXCLUDED.claimed_until
        WHERE d.claimed_until <= ${NOW}
        RETURNING sequence`,
        [account, sink, forMs],
      );
      return rows[0]?.sequence;
    },
    endDelivery: async (sink, account, sequence) => {
      await pool.query(
        `UPDATE sluice.audit_deliveries SET sequence = greatest(sequence, $3), claimed_until = 0
        WHERE account_id = $1 AND sink = $2`,
        [account, sink, sequence],
      );
    },
  };
}
