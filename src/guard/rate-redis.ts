/**
 * Threat: who is limited in one process asks the next one, or waits until the counter is out of
 * reach (claim G5.281; OWASP API4). Processes share one Redis, where one script takes from all
 * buckets at once; while it is gone, what takes passwords is closed and the rest counts in memory.
 */
import { type Clock, every, RATE_STORE_LIMITS } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import type { RateLimiter, Taking, Verdict } from './rate.ts';
import { openRedisLink, type RedisLink } from './rate-redis-link.ts';
import { TAKE_SCRIPT } from './rate-script.ts';
import { verdictOf } from './rate-verdict.ts';

export interface RedisRatesOptions {
  /** `redis://` or `rediss://`, with the password or the user and password of an ACL in it. */
  readonly url: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: {
    warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
    info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  };
  /** Counts while Redis is gone. Closed with this limiter. */
  readonly fallback: RateLimiter;
}

/** How often a Redis that is gone is asked whether it is back. */
const PROBE_MS = 1_000;

/**
 * Opens a limiter over Redis. Waits for Redis for RATE_STORE_LIMITS.redisConnectMs at most; where
 * it is not there yet, that is told, and it is used as soon as it comes. Never rejects.
 */
export async function openRedisRates(options: RedisRatesOptions): Promise<RateLimiter> {
  const { url, clock, log, fallback } = options;
  const state = { isAway: false, isClosed: false };
  const link = await openRedisLink({ url, clock, script: TAKE_SCRIPT });
  const isGone = (reason: string) => {
    if (state.isAway || state.isClosed) return;
    state.isAway = true;
    log.warn('Redis does not answer: limits count in this process, sign-ins are not served', {
      reason,
    });
  };
  const isBack = () => {
    if (!state.isAway || state.isClosed) return;
    state.isAway = false;
    log.info('Redis answers again: limits are shared');
  };
  await link.untilReady(RATE_STORE_LIMITS.redisConnectMs).catch((thrown: unknown) => {
    isGone(reasonOf(thrown));
  });
  const stop = every(PROBE_MS, () => {
    if (state.isAway) link.probe().then(isBack, () => undefined); // It stays gone.
  });
  return {
    take: (takings, { isSensitive = false } = {}) => {
      if (takings.length === 0) return undefined;
      if (state.isAway) return instead(fallback, takings, isSensitive);
      return askRedis(link, takings).catch((thrown: unknown) => {
        isGone(reasonOf(thrown));
        return instead(fallback, takings, isSensitive);
      });
    },
    close: async () => {
      state.isClosed = true;
      stop();
      link.close();
      await fallback.close();
    },
  };
}

async function askRedis(link: RedisLink, takings: readonly Taking[]): Promise<Verdict | undefined> {
  const keys = takings.map(
    ({ name, by, subject }) => `sluice:rate:${sha256Hex(`${name}|${by}|${subject}`)}`,
  );
  const limits = takings.flatMap(({ limit }) => [String(limit.amount), String(limit.windowMs)]);
  const levels = await link.run(keys, limits);
  return verdictOf(takings, levels);
}

async function instead(
  fallback: RateLimiter,
  takings: readonly Taking[],
  isSensitive: boolean,
): Promise<Verdict | undefined> {
  if (!isSensitive) return fallback.take(takings);
  throw new AppError('LIMITER_UNAVAILABLE', {
    message: 'attempts cannot be counted now, so none is taken',
  });
}

/** Such as ECONNREFUSED; the driver's own words name no password. */
function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : 'unknown';
}
