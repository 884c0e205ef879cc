import type { Audit } from '../audit/index.ts';
import type { Route } from '../contract/index.ts';
import type { RouteHandler } from './pipeline.ts';

/** What shows nothing that is worth copying; the handlers of the audit count its own lines. */
const UNCOUNTED: ReadonlySet<Route['permission']> = new Set<Route['permission']>([
  'public',
  'signed-in',
  'server:read',
  'audit:read',
]);

/**
 * Threat: somebody who may read takes everything along (claim G2.132). What each route shows counts
 * for whoever asked, a page as often as it has items; the audit raises the alert.
 */
export function observedReads(
  { method, permission }: Pick<Route, 'method' | 'permission'>,
  handle: RouteHandler,
  audit: Pick<Audit, 'observe'>,
): RouteHandler {
  if (method !== 'GET' || UNCOUNTED.has(permission)) return handle;
  return async (call) => {
    const reply = await handle(call);
    const { principal, address } = call;
    // A stream that was sent is one thing that was read.
    const count = reply === undefined || reply.status === 200 ? (reply?.items ?? 1) : 0;
    if (principal !== undefined && count > 0) {
      const { account, id: actor } = principal;
      audit.observe({ kind: 'read', account, actor, address, count });
    }
    return reply;
  };
}
