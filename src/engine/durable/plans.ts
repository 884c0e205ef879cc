import { type AccountId, DISPATCH_LIMITS, type FlowId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Compiled, Plan } from '../../language/index.ts';
import type { FlowVersionRecord, Store } from '../../store/index.ts';

/** Plans of flow versions; a version never changes, so neither does its plan. */
export interface Plans {
  /**
   * Errors: FLOW_VERSION_NOT_FOUND; FLOW_INVALID where this version of the server does not accept
   * the text (any more); STORE_UNAVAILABLE.
   */
  get(account: AccountId, flow: FlowId, version: number): Promise<Plan>;
}

/** The plans used last stay in memory, DISPATCH_LIMITS.plansCached of them. */
export function openPlans(
  store: Pick<Store, 'account'>,
  compile: (version: FlowVersionRecord) => Pick<Compiled, 'plan' | 'problems'>,
): Plans {
  /** In the order of their last use. */
  const cached = new Map<string, Promise<Plan>>();
  return {
    get: (account, flow, version) => {
      const key = `${account} ${flow} ${version}`;
      const known = cached.get(key);
      const plan = known ?? loadPlan(account, flow, version);
      cached.delete(key);
      cached.set(key, plan);
      if (known === undefined) bound(key, plan);
      return plan;
    },
  };

  function bound(key: string, plan: Promise<Plan>): void {
    const [oldest] = cached.keys();
    if (cached.size > DISPATCH_LIMITS.plansCached && oldest !== undefined) cached.delete(oldest);
    plan.catch(() => {
      // Whoever asked is told; the next one asks the store again.
      if (cached.get(key) === plan) cached.delete(key);
    });
  }

  async function loadPlan(account: AccountId, flow: FlowId, version: number): Promise<Plan> {
    const record = await store.account(account).flows.version(flow, version);
    if (record === undefined) {
      const message = `flow ${flow} has no version ${version}`;
      throw new AppError('FLOW_VERSION_NOT_FOUND', { message });
    }
    const { plan, problems } = compile(record);
    if (plan !== undefined) return plan;
    const [first] = problems;
    const message = `version ${version} of flow ${flow} is not valid here: ${first?.message ?? ''}`;
    throw new AppError('FLOW_INVALID', {
      message,
      remedy: 'Mend each problem shown and save the flow again.',
      details: { problems },
    });
  }
}
