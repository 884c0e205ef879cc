import { describe, expect, it } from 'vitest';
import { type AccountId, DISPATCH_LIMITS, type FlowId } from '../../base/index.ts';
import type { Plan } from '../../language/index.ts';
import type { FlowVersionRecord, Store } from '../../store/index.ts';
import { openPlans } from './plans.ts';

const A = 'a' as AccountId;

function plansOf(compiles: (source: string) => boolean) {
  const asked: string[] = [];
  // Plans read versions and nothing else, and never look into a plan.
  const store = {
    account: (account: AccountId) => ({
      flows: {
        version: async (flow: FlowId, version: number) => {
          asked.push(`${account} ${flow} ${version}`);
          return flow === 'none' ? undefined : ({ source: flow } as unknown as FlowVersionRecord);
        },
      },
    }),
  } as unknown as Store;
  const plans = openPlans(store, ({ source }) =>
    compiles(source)
      ? { plan: { name: source } as Plan, problems: [] }
      : { plan: undefined, problems: [] },
  );
  return { plans, asked };
}

describe('plans', () => {
  it('are made once for each version of an account', async () => {
    const { plans, asked } = plansOf(() => true);
    const flow = 'f' as FlowId;
    const [one, two] = await Promise.all([plans.get(A, flow, 1), plans.get(A, flow, 1)]);
    expect(one).toBe(two);
    await plans.get(A, flow, 2);
    await plans.get('b' as AccountId, flow, 1);
    expect(asked).toEqual(['a f 1', 'a f 2', 'b f 1']);
  });

  it('say what is missing and what is not valid, and keep neither', async () => {
    let isValid = false;
    const { plans } = plansOf(() => isValid);
    const none = plans.get(A, 'none' as FlowId, 1);
    await expect(none).rejects.toMatchObject({ code: 'FLOW_VERSION_NOT_FOUND' });
    const flow = 'f' as FlowId;
    await expect(plans.get(A, flow, 1)).rejects.toMatchObject({ code: 'FLOW_INVALID' });
    isValid = true;
    expect((await plans.get(A, flow, 1)).name).toBe('f');
  });

  it('are bounded; those used last stay', async () => {
    const { plans, asked } = plansOf(() => true);
    const get = (index: number) => plans.get(A, `f${index}` as FlowId, 1);
    for (let index = 0; index < DISPATCH_LIMITS.plansCached; index += 1) await get(index);
    await get(0);
    await get(DISPATCH_LIMITS.plansCached);
    asked.length = 0;
    await get(0);
    await get(1);
    expect(asked).toEqual(['a f1 1']);
  });
});
