/** Security decisions: one file a concern, each with the threat in its first lines. */
export {
  type Asking,
  type Decision,
  decideExecution,
  decideFlow,
  type ExecutionAct,
  FLOW_ACTS,
  type FlowAct,
  type FlowFacts,
} from './access.ts';
export { SECURITY_HEADERS } from './browser.ts';
export {
  type Cors,
  type CorsHeaders,
  corsOf,
  isForeign,
  type PageHeaders,
} from './browser-origin.ts';
export {
  type Client,
  type ClientAddress,
  openClientAddress,
  type ProxyHeaders,
} from './client-address.ts';
export {
  type CookieKind,
  type CookieNames,
  clearCookie,
  cookieNames,
  REFRESH_COOKIE_PATH,
  readCookie,
  setCookie,
} from './cookies.ts';
export { type GuardedHttp, type GuardedHttpOptions, guardedHttp } from './egress.ts';
export { type AllowList, parseAllowList, type Target } from './egress-allow.ts';
export type { Resolve, ResolvedAddress } from './egress-connect.ts';
export { type JudgedUrl, judgeAddress, judgeUrl } from './egress-judge.ts';
export { isNetwork, limitedAddress, type Networks, parseNetworks } from './network-list.ts';
export { openWorkspace, type WorkspaceOptions } from './paths.ts';
export type { RateLimit, RateLimiter, Taking, Verdict } from './rate.ts';
export { type MemoryRates, openMemoryRates } from './rate-memory.ts';
export { openRedisRates, type RedisRatesOptions } from './rate-redis.ts';
export { type Redactor, redactor } from './redact.ts';
