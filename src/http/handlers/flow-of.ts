import type { Principal } from '../../auth/index.ts';
import type { ExecutionId, FlowId } from '../../base/index.ts';
import type { ExecutionAct, FlowAct } from '../../guard/index.ts';
import type { ExecutionRecord, FlowRecord, Store } from '../../store/index.ts';
import { allowExecution, allowFlow } from '../rights/index.ts';
import { noExecution, noFlow } from './not-found.ts';

/** What a call says of who asks for what; params are those of a route with `{id}`. */
interface AskedById {
  readonly principal: Principal;
  readonly params: { readonly id: string };
}

/**
 * The flow of a call, once it is decided that the principal may do this with it. Errors:
 * FLOW_NOT_FOUND, alike for a flow of another account; FORBIDDEN with why.
 */
export async function flowFor(
  store: Pick<Store, 'account'>,
  { principal, params }: AskedById,
  act: FlowAct,
): Promise<FlowRecord> {
  const account = store.account(principal.account);
  const flow = await account.flows.get(params.id as FlowId); // Read by the schema of the route.
  if (flow === undefined) throw noFlow(params.id);
  await allowFlow(account, principal, { act, flow });
  return flow;
}

/** As `flowFor`, for an execution. Errors: EXECUTION_NOT_FOUND; FORBIDDEN with why. */
export async function executionFor(
  store: Pick<Store, 'account'>,
  { principal, params }: AskedById,
  act: ExecutionAct,
): Promise<ExecutionRecord> {
  const account = store.account(principal.account);
  // Read by the schema of the route.
  const execution = await account.executions.get(params.id as ExecutionId);
  if (execution === undefined) throw noExecution(params.id);
  await allowExecution(account, principal, { act, execution });
  return execution;
}
