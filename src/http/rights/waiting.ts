import type { Principal } from '../../auth/index.ts';
import { decideFlow } from '../../guard/index.ts';
import type { WaitingFacts, WaitingGroup } from '../../store/index.ts';
import { ACTS_OF_LEVEL } from './giving.ts';
import { askingOf } from './rights.ts';

/** Why what waits may not go on, and whether that holds for all that was started alike. */
export interface Refusal {
  readonly why: string;
  /** Of any flow: it has nothing to do with this one. */
  readonly isOfAll: boolean;
}

/**
 * By whom it is judged: the key that acted for a person, which may do at most what they may; who
 * made the link; or whoever started it.
 */
export function judgedBy({ startedBy, key, link }: WaitingFacts): string {
  if (isByLink(startedBy)) return link?.createdBy ?? startedBy;
  return key === undefined ? startedBy : `key:${key}`;
}

/**
 * The one judgement about what waits, by the sweep and when its turn comes. `principal` is whom
 * `judgedBy` names, as they stand now. Of a flow that was deleted, executions end as they began, as
 * long as who started them may execute anything; by a link they do not. Pure.
 */
export function whyNotOn(
  facts: WaitingFacts,
  principal: Principal | undefined,
): Refusal | undefined {
  const { status, flow, startedBy, share } = facts;
  if (status !== 'active') return { why: `the account is ${STATUS[status]}`, isOfAll: true };
  if (isByLink(startedBy)) return whyNotByLink(facts, principal);
  if (principal === undefined) return { why: NOBODY, isOfAll: true };
  if (!principal.permissions.has('flows:execute')) {
    return { why: 'this needs the permission flows:execute', isOfAll: true };
  }
  if (flow === undefined || flow.isDeleted) return undefined;
  const { owner, isPublic } = flow;
  const known = share === undefined ? { owner, isPublic } : { owner, isPublic, share };
  const { isAllowed, why } = decideFlow(askingOf(principal), 'execute', known);
  return isAllowed ? undefined : { why, isOfAll: false };
}

/** A link is as good as its maker's right to share and run the flow; see `isLinkGood`. */
function whyNotByLink(
  { flow, link }: WaitingFacts,
  maker: Principal | undefined,
): Refusal | undefined {
  if (flow === undefined || flow.isDeleted) return { why: 'its flow was deleted', isOfAll: true };
  const isGood =
    link !== undefined &&
    maker !== undefined &&
    ['share' as const, ...ACTS_OF_LEVEL.execute].every(
      (act) => decideFlow(askingOf(maker), act, flow).isAllowed,
    );
  return isGood
    ? undefined
    : { why: 'the link by which it was started is not good any more', isOfAll: true };
}

/** What to cancel for a refusal: never more than it is about. */
export function refusedOf(
  { account, startedBy, flowId, key }: WaitingGroup,
  { isOfAll }: Refusal,
): Omit<WaitingGroup, 'flowId'> & { readonly flowId?: WaitingGroup['flowId'] } {
  const all = { account, startedBy, ...(key === undefined ? {} : { key }) };
  return isOfAll ? all : { ...all, flowId };
}

const isByLink = (startedBy: string) => startedBy.startsWith('link:');
const NOBODY = 'who started it may do nothing here any more';
const STATUS = { suspended: 'suspended', deleting: 'being deleted' } as const;
