import type { Pool, PoolClient } from 'pg';

/**
 * All of `act` is committed, or nothing when it throws. A connection that is lost between two
 * statements tells of it by an event, which would end the process if nobody listened; the next
 * statement then fails.
 */
export async function inTransaction<T>(
  pool: Pool,
  act: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const onLost = () => undefined;
  client.on('error', onLost);
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const result = await act(client);
    await client.query('COMMIT');
    isBroken = false;
    return result;
  } finally {
    // Closing the connection rolls back, whatever state it is in; it may still tell that it ended.
    if (!isBroken) client.off('error', onLost);
    client.release(isBroken);
  }
}
