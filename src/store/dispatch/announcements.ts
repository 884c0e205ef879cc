import { Client, type ClientConfig, type Pool } from 'pg';
import { STORE_LIMITS } from '../../base/index.ts';

/** Processes of one database tell each other that there is something to do. */
export interface Announcements {
  announce(): Promise<void>;
  /** Calls `wake` after each announcement, and after each new connection, as some may be missed. */
  readonly listen: (wake: () => void) => () => void;
  close(): Promise<void>;
}

/** Not qualified by a schema: channels belong to the database. */
const CHANNEL = 'sluice_dispatch';

/**
 * Listens on a connection of its own, made with the first listener and again whenever it is lost.
 */
export function openAnnouncements(pool: Pool, config: ClientConfig): Announcements {
  const listeners = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of listeners) wake();
  };
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let waitMs: number = STORE_LIMITS.retryMsMin;

  const lost = (of: Client) => {
    if (client !== of) return;
    client = undefined;
    // A connection that broke may still hold a socket; nothing is awaited of it.
    of.end().catch(() => undefined);
    if (isClosed) return;
    timer = setTimeout(connect, waitMs);
    timer.unref();
    waitMs = Math.min(waitMs * 2, STORE_LIMITS.retryMsMax);
  };

  const connect = () => {
    timer = undefined;
    const made = new Client({ ...config, keepAlive: true });
    client = made;
    made.on('error', () => lost(made));
    made.on('end', () => lost(made));
    made.on('notification', wakeAll);
    made
      .connect()
      .then(() => made.query(`LISTEN ${CHANNEL}`))
      .then(
        () => {
          waitMs = STORE_LIMITS.retryMsMin;
          wakeAll();
        },
        () => lost(made),
      );
  };

  return {
    announce: async () => {
      await pool.query({ name: 'sluice-announce', text: `SELECT pg_notify('${CHANNEL}', '')` });
    },
    listen: (wake) => {
      const listener = () => wake();
      listeners.add(listener);
      if (client === undefined && timer === undefined && !isClosed) connect();
      return () => listeners.delete(listener);
    },
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      const open = client;
      client = undefined;
      listeners.clear();
      await open?.end().catch(() => undefined);
    },
  };
}
