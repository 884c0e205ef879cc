/** Security decisions: one file a concern, each with the threat in its first lines. */
export { SECURITY_HEADERS } from './browser.ts';
export { type GuardedHttp, type GuardedHttpOptions, guardedHttp } from './egress.ts';
export { type AllowList, parseAllowList, type Target } from './egress-allow.ts';
export type { Resolve, ResolvedAddress } from './egress-connect.ts';
export { type JudgedUrl, judgeAddress, judgeUrl } from './egress-judge.ts';
export { openWorkspace, type WorkspaceOptions } from './paths.ts';
export { type Redactor, redactor } from './redact.ts';
