/**
 * Which limit a route counts against. The numbers are in RATE_LIMITS (base/limits/access.ts) and in
 * settings; the guard is `guard/rate`.
 *
 * - `api`: every ordinary route; per address, and per person or key, and per account.
 * - `create`: making flows; counts against `api` as well.
 * - `upload`: sending files; counts against `api` as well.
 * - `sign-in`: what takes a password or a one-time token; per address and per name.
 * - `jobs`: the API of media jobs; per address and per key, by the hour.
 * - `none`: health and documents that cost nothing.
 */
export const RATE_CLASSES = ['api', 'create', 'upload', 'sign-in', 'jobs', 'none'] as const;
export type RateClass = (typeof RATE_CLASSES)[number];
