import { describe, expect, it } from 'vitest';
import type { Plan } from '../language/index.ts';
import { limitsOf } from './execution-limits.ts';

/** Only `limits` of a plan is read. */
const flow = (limits: Plan['limits']) => ({ limits }) as Plan;

describe('limitsOf', () => {
  it('takes what the operator gives where the flow says nothing, more than the default too', () => {
    const operator = { timeoutMs: 7_200_000, concurrency: 100, steps: 50 };
    expect(limitsOf(flow({}), operator)).toMatchObject(operator);
    expect(limitsOf(flow({}), {})).toMatchObject({ timeoutMs: 3_600_000, concurrency: 16 });
  });

  it('lets a flow lower them and never raise them', () => {
    const own = { timeoutMs: 1_000, concurrency: 2, steps: 10 };
    expect(limitsOf(flow(own), { timeoutMs: 5_000 })).toMatchObject(own);
    const greedy = flow({ timeoutMs: 10_000, concurrency: 500, steps: 100_000 });
    const operator = { timeoutMs: 5_000, concurrency: 8, steps: 20 };
    expect(limitsOf(greedy, operator)).toMatchObject(operator);
    expect(limitsOf(flow({ concurrency: 500 }), {}).concurrency).toBe(16);
  });
});
