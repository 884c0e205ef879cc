import { ownerOf, type Principal } from '../auth/index.ts';
import { type Clock, RATE_LIMITS, RATE_STORE_LIMITS } from '../base/index.ts';
import type { RateClass, Route } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import {
  limitedAddress,
  type RateLimit,
  type RateLimiter,
  type Taking,
  type Verdict,
} from '../guard/index.ts';
import { after } from './after.ts';
import type { Judged } from './judged.ts';

/**
 * How often who may ask (claims G2.066 to G2.070, G4.220, G4.224, G5.279, G5.280). Who is nobody
 * counts by address. Who is somebody counts as that, whatever address they share, so that one of an
 * office does not shut out the others; what comes from one address in all is bounded besides,
 * before anybody is asked who it is. Each throws RATE_LIMITED, or LIMITER_UNAVAILABLE.
 */
export interface RequestLimits {
  /** Before anybody is identified; all that a public route counts against. */
  arrive(route: Pick<Route, 'permission' | 'rate'>, judged: Judged): Limited;
  /** After it was found that nobody sent it. */
  stranger(route: Pick<Route, 'rate'>, judged: Judged): Limited;
  known(route: Pick<Route, 'rate'>, judged: Judged, principal: Principal): Limited;
  /** What is at no address, such as `/.env`, counts as a stranger's. */
  nowhere(judged: Judged): Limited;
}

export type Limited = undefined | Promise<undefined>;

export interface LimitSettings {
  readonly isOn: boolean;
  /** RATE_LIMIT_REQUESTS and RATE_LIMIT_WINDOW. */
  readonly api: RateLimit;
}

/** Limits nobody. */
export const NO_LIMITS: RequestLimits = Object.freeze({
  arrive: () => undefined,
  stranger: () => undefined,
  known: () => undefined,
  nowhere: () => undefined,
});

/** Opens the limits of all requests over a limiter, which stays the caller's. */
export function openLimits(options: {
  readonly settings: LimitSettings;
  readonly rates: RateLimiter;
  readonly clock: Pick<Clock, 'now'>;
}): RequestLimits {
  const { settings, rates } = options;
  if (!settings.isOn) return NO_LIMITS;
  const isFirst = episodes(options.clock);
  const take = (judged: Judged, takings: readonly Taking[], isSensitive = false): Limited =>
    after(rates.take(takings, { isSensitive }), (verdict) => {
      if (verdict === undefined) return undefined;
      noteVerdict(judged, verdict);
      if (verdict.isAllowed) return undefined;
      judged.isToldAlready = !isFirst(verdict);
      throw limitedError(verdict);
    });
  const { api } = settings;
  const ofStranger = (rate: RateClass | undefined, judged: Judged): Taking => {
    const subject = limitedAddress(judged.caller.address);
    if (rate === 'jobs') {
      return { name: 'jobs', by: 'address', subject, limit: RATE_LIMITS['jobs-address'] };
    }
    return { name: 'api', by: 'address', subject, limit: api };
  };
  return {
    arrive: ({ permission, rate }, judged) => {
      if (rate === 'none') return undefined;
      const subject = limitedAddress(judged.caller.address);
      const takings: Taking[] = [{ name: 'requests', by: 'address', subject, limit: times(api) }];
      if (rate === 'sign-in') {
        takings.push({ name: rate, by: 'address', subject, limit: RATE_LIMITS[rate] });
      } else if (rate === 'create' || rate === 'upload') {
        takings.push({ name: rate, by: 'address', subject, limit: times(RATE_LIMITS[rate]) });
      }
      if (permission === 'public' && rate !== 'sign-in') takings.push(ofStranger(rate, judged));
      return take(judged, takings, rate === 'sign-in');
    },
    stranger: ({ rate }, judged) => {
      return rate === 'none' ? undefined : take(judged, [ofStranger(rate, judged)]);
    },
    known: ({ rate = 'api' }, judged, principal) => {
      if (rate === 'none') return undefined;
      return take(judged, ofKnown(principal, rate, api), rate === 'sign-in');
    },
    nowhere: (judged) => take(judged, [ofStranger('api', judged)]),
  };
}

function ofKnown(principal: Principal, rate: RateClass, api: RateLimit): readonly Taking[] {
  const { id, kind } = principal;
  const by = kind === 'person' || kind === 'link' ? kind : 'key';
  const all = [{ name: 'api', by, subject: id, limit: api }, ...ofMany(principal, 'api', api)];
  switch (rate) {
    case 'jobs': {
      const limit = RATE_LIMITS['jobs-key'];
      return [{ name: rate, by, subject: id, limit }, ...ofMany(principal, rate, limit)];
    }
    case 'create':
    case 'upload':
    case 'sign-in': {
      // By the person, of whom there is one, and not by a key, of which there may be many.
      const own: Taking = {
        name: rate,
        by: principal.person === undefined ? by : 'person',
        subject: ownerOf(principal),
        limit: RATE_LIMITS[rate],
      };
      return [own, ...all];
    }
    default:
      return all;
  }
}

/**
 * What all keys of one person share, so that nobody with many keys uses up what their account has;
 * and the account. Keys of the settings are no part of it: with them such a thing is ended.
 */
function ofMany(principal: Principal, name: 'api' | 'jobs', limit: RateLimit): readonly Taking[] {
  const { kind, account, person } = principal;
  if (kind === 'operator') return [];
  const whole: Taking = { name, by: 'account', subject: account, limit: times(limit) };
  if (kind !== 'key' || person === undefined) return [whole];
  const shared = times(limit, RATE_STORE_LIMITS.keysFactor);
  // Not the bucket of the person themselves, who has the limit of one.
  const keys = { name: `${name}-keys`, by: 'person', subject: ownerOf(principal), limit: shared };
  return [keys, whole];
}

function times(
  { amount, windowMs }: RateLimit,
  factor: number = RATE_STORE_LIMITS.accountFactor,
): RateLimit {
  return { amount: amount * factor, windowMs };
}

/** What an answer shows: a refusal, else the bucket that has the least left. */
function noteVerdict(judged: Judged, verdict: Verdict): void {
  const before = judged.verdict;
  if (before !== undefined && verdict.isAllowed && before.remaining <= verdict.remaining) return;
  judged.verdict = verdict;
  judged.note(rateHeaders(verdict));
}

/**
 * RateLimit and RateLimit-Policy as draft-ietf-httpapi-ratelimit-headers has them, and the three
 * older names that many clients read. Seconds, rounded up.
 */
export function rateHeaders(verdict: Verdict): Readonly<Record<string, string>> {
  const { taking, remaining, resetMs } = verdict;
  const { amount, windowMs } = taking.limit;
  const reset = Math.ceil(resetMs / 1_000);
  return {
    'ratelimit-policy': `"${taking.name}";q=${amount};w=${Math.ceil(windowMs / 1_000)}`,
    ratelimit: `"${taking.name}";r=${remaining};t=${reset}`,
    'ratelimit-limit': String(amount),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(reset),
  };
}

function limitedError({ taking, retryAfterMs }: Verdict): AppError {
  const { name, by, limit } = taking;
  const seconds = Math.ceil(limit.windowMs / 1_000);
  return new AppError('RATE_LIMITED', {
    message: `more than ${limit.amount} requests in ${seconds} s of one ${by} (limit ${name})`,
    details: { limit: name, by, retryAfterMs },
  });
}

const EPISODES_MAX = 10_000;

/** One record for a bucket that refuses, until the window has passed: not one for each request. */
function episodes(clock: Pick<Clock, 'now'>): (verdict: Verdict) => boolean {
  const until = new Map<string, number>();
  return ({ taking }) => {
    const { name, by, subject, limit } = taking;
    const key = `${name}|${by}|${subject}`;
    const now = clock.now();
    const leftMs = (until.get(key) ?? 0) - now;
    // A clock that went back keeps no record away until it is there again.
    if (leftMs > 0 && leftMs <= limit.windowMs) return false;
    until.delete(key);
    for (const oldest of until.keys()) {
      if (until.size < EPISODES_MAX) break;
      until.delete(oldest);
    }
    until.set(key, now + limit.windowMs);
    return true;
  };
}
