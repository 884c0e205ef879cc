import { type Clock, RATE_STORE_LIMITS } from '../base/index.ts';

/** A connection to Redis that is opened again whenever it is lost. */
export interface RedisLink {
  /** Resolves when it is connected; rejects with the last failure after so long. */
  untilReady(ms: number): Promise<void>;
  /** Runs the script; rejects after RATE_STORE_LIMITS.redisMs, and at once while not connected. */
  run(keys: readonly string[], values: readonly string[]): Promise<readonly number[]>;
  /** Whether it answers; a connection that stays silent is given up for a new one. */
  probe(): Promise<void>;
  close(): void;
}

/** Questions that wait for their answer; more are refused, which counts as gone. */
const QUESTIONS_MAX = 10_000;
const RECONNECT_MS_MAX = 2_000;
const SILENT_PROBES_MAX = 3;

/** Begins to connect; the package is loaded only here, where somebody has a Redis. */
export async function openRedisLink(options: {
  readonly url: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly script: string;
}): Promise<RedisLink> {
  const { url, clock, script } = options;
  const { createClient, defineScript } = await import('./rate-redis-client.ts');
  const { SHA1: hash } = defineScript({ SCRIPT: script, parseCommand: () => {}, transformReply });
  let lastFailure: unknown = new Error('not connected yet');
  const open = () => {
    const made = createClient({
      url,
      socket: {
        connectTimeout: RATE_STORE_LIMITS.redisConnectMs,
        reconnectStrategy: (tries) => Math.min(100 * 2 ** Math.min(tries, 10), RECONNECT_MS_MAX),
      },
      // What cannot be asked now is counted here; nothing waits for a Redis that is gone.
      disableOfflineQueue: true,
      commandsQueueMaxLength: QUESTIONS_MAX,
      disableClientInfo: true,
      maintNotifications: 'disabled',
    });
    made.on('error', (thrown: unknown) => {
      lastFailure = thrown;
    });
    const connected = made.connect();
    connected.catch(() => undefined); // Told by whoever waits for it, and tried again.
    return { made, connected };
  };
  let client = open();
  let silent = 0;
  const ask = async (words: readonly string[]): Promise<unknown> => {
    if (!client.made.isReady) throw lastFailure;
    return inTime(client.made.sendCommand([...words]), clock, RATE_STORE_LIMITS.redisMs);
  };
  return {
    untilReady: async (ms) => {
      await inTime(client.connected, clock, ms).catch(() => {
        throw lastFailure;
      });
    },
    run: async (keys, values) => {
      const rest = [String(keys.length), ...keys, ...values];
      const answer = await ask(['EVALSHA', hash, ...rest]).catch((thrown: unknown) => {
        // A Redis that was started again does not know the script any more.
        if (!String(thrown).includes('NOSCRIPT')) throw thrown;
        return ask(['EVAL', script, ...rest]);
      });
      return levelsOf(answer, keys.length);
    },
    probe: async () => {
      try {
        await ask(['PING']);
        silent = 0;
      } catch (thrown) {
        silent = client.made.isReady ? silent + 1 : 0;
        if (silent >= SILENT_PROBES_MAX) {
          silent = 0;
          client.made.destroy();
          client = open();
        }
        throw thrown;
      }
    },
    close: () => client.made.destroy(),
  };
}

function transformReply(): undefined {
  return undefined;
}

/** What a promise gives, if it does so in time. */
async function inTime<T>(promise: Promise<T>, clock: Pick<Clock, 'sleep'>, ms: number): Promise<T> {
  const ended = new AbortController();
  const late = clock.sleep(ms, ended.signal).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  late.catch(() => undefined); // It lost the race.
  promise.catch(() => undefined); // It may end after the race.
  try {
    return await Promise.race([promise, late]);
  } finally {
    ended.abort();
  }
}

function levelsOf(answer: unknown, count: number): readonly number[] {
  const levels = Array.isArray(answer) ? answer.map(Number) : [];
  if (levels.length === count && levels.every((level) => level >= 0)) return levels;
  throw new Error('Redis answered something else than the script does');
}
