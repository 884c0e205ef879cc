import { ownerOf, type Principal } from '../../auth/index.ts';
import type { FlowId } from '../../base/index.ts';
import type { AccountStore } from '../../store/index.ts';
import type { Caller } from '../call.ts';
import {
  asOfNow,
  decideAboutExecution,
  type ExecutionOrigin,
  isLongAgo,
  mayRunOf,
} from '../rights/index.ts';
import type { HandlerOptions } from './handler-options.ts';
import { noLink } from './not-found.ts';

/**
 * Whether whoever started an execution, and waited for it, may still be told how it ended. Asked
 * again only where the wait was long. Errors: UNAUTHENTICATED, LINK_NOT_FOUND.
 */
export async function mayStillBeTold(
  { principal, arrivedAt }: Caller & { readonly principal: Principal },
  options: Pick<HandlerOptions, 'store' | 'auth' | 'clock'>,
  execution: ExecutionOrigin,
): Promise<boolean> {
  const { store, auth, clock } = options;
  if (!isLongAgo(clock, arrivedAt)) return true;
  const { account, id: startedBy } = principal;
  if (principal.kind === 'link') {
    const flowId = execution.flowId as FlowId; // Of an execution that was started just before.
    const why = await mayRunOf({ store, auth, clock })({ account, flowId, startedBy });
    if (why !== undefined) throw noLink();
    return true;
  }
  return await mayBeTold(store.account(account), await asOfNow(auth, principal), execution);
}

/** Whoever may start is told of what they started, whatever else they may see. */
export async function mayBeTold(
  account: AccountStore,
  principal: Principal,
  execution: ExecutionOrigin,
): Promise<boolean> {
  const isOwn = execution.startedBy === ownerOf(principal);
  if (isOwn && principal.permissions.has('flows:execute')) return true;
  const about = { act: 'view', execution } as const;
  return (await decideAboutExecution(account, principal, about)).isAllowed;
}
