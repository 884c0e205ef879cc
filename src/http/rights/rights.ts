import { ownerOf, type Principal } from '../../auth/index.ts';
import { AppError } from '../../errors/index.ts';
import {
  type Asking,
  type Decision,
  decideExecution,
  decideFlow,
  type ExecutionAct,
  type FlowAct,
} from '../../guard/index.ts';
import type { AccountStore, ExecutionRecord, FlowRecord, FlowViewer } from '../../store/index.ts';

/** What decisions are asked of: the part of an account that knows flows and their shares. */
export interface RightsStore {
  readonly flows: Pick<AccountStore['flows'], 'get'>;
  readonly sharing: Pick<AccountStore['sharing'], 'levels'>;
}

/** Whom a decision is about; whatever may act for somebody else acts as them. */
export type Actor = Pick<Principal, 'id' | 'permissions' | 'person'>;

/** The principal as decisions see it. */
export function askingOf(principal: Actor): Asking {
  return { owner: ownerOf(principal), permissions: principal.permissions };
}

/** Who looks at a list; undefined for those who see everything, so that no question is asked. */
export function viewerOf(principal: Actor): FlowViewer | undefined {
  if (principal.permissions.has('accounts:admin')) return undefined;
  const { person } = principal;
  const who = { everything: false, owner: ownerOf(principal) };
  return person === undefined ? who : { ...who, person: person.id };
}

/**
 * Decides about a flow that was read for this very request. The share is looked up only where the
 * answer may depend on it.
 */
export async function decideAboutFlow(
  { sharing }: Pick<RightsStore, 'sharing'>,
  principal: Actor,
  { act, flow }: { readonly act: FlowAct; readonly flow: FlowRecord },
): Promise<Decision> {
  const asking = askingOf(principal);
  const { owner, isPublic, id } = flow;
  const alone = decideFlow(asking, act, { owner, isPublic });
  const { person } = principal;
  if (alone.isAllowed || person === undefined) return alone;
  const share = (await sharing.levels(person.id, [id])).get(id);
  return share === undefined ? alone : decideFlow(asking, act, { owner, isPublic, share });
}

/** Errors: FORBIDDEN with why. */
export async function allowFlow(
  store: Pick<RightsStore, 'sharing'>,
  principal: Actor,
  about: { readonly act: FlowAct; readonly flow: FlowRecord },
): Promise<void> {
  refuseUnless(about.act, await decideAboutFlow(store, principal, about));
}

/** What is known of an execution when it is decided about; neither ever changes. */
export type ExecutionOrigin = Pick<ExecutionRecord, 'startedBy' | 'flowId'>;

/**
 * Decides about an execution; its flow is read only where the answer may depend on it. Executions
 * of a deleted flow are its owner's as before, as lists show them.
 */
export async function decideAboutExecution(
  { flows, sharing }: RightsStore,
  principal: Actor,
  { act, execution }: { readonly act: ExecutionAct; readonly execution: ExecutionOrigin },
): Promise<Decision> {
  const asking = askingOf(principal);
  const { startedBy, flowId } = execution;
  const alone = decideExecution(asking, act, { startedBy });
  const isAdmin = asking.permissions.has('accounts:admin');
  if (isAdmin || (alone.isAllowed && act !== 'retry')) return alone;
  const found = await flows.get(flowId, { withDeleted: true });
  if (found === undefined) return alone;
  const { owner, isPublic, id } = found;
  const byOwner = decideExecution(asking, act, { startedBy, flow: { owner, isPublic } });
  const { person } = principal;
  if (byOwner.isAllowed || person === undefined) return byOwner;
  const share = (await sharing.levels(person.id, [id])).get(id);
  if (share === undefined) return byOwner;
  return decideExecution(asking, act, { startedBy, flow: { owner, isPublic, share } });
}

/** Errors: FORBIDDEN with why. */
export async function allowExecution(
  store: RightsStore,
  principal: Actor,
  about: { readonly act: ExecutionAct; readonly execution: ExecutionOrigin },
): Promise<void> {
  refuseUnless(about.act, await decideAboutExecution(store, principal, about));
}

function refuseUnless(act: FlowAct | ExecutionAct, { isAllowed, why }: Decision): void {
  if (!isAllowed) throw forbidden(act, why);
}

/** The refusal of something within the account: it says why, since that it exists is no secret. */
export function forbidden(act: string, why: string): AppError {
  return new AppError('FORBIDDEN', { message: why, details: { act, why } });
}
