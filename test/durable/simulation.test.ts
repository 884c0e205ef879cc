import { describe, expect, it } from 'vitest';
import { survive } from './simulation.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 200);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);

describe('executions on processes that die, stand still and lose answers', () => {
  it(`all end once, and as without that, over ${RUNS} random worlds`, async () => {
    const seen = { crashes: 0, takeovers: 0, waits: 0 };
    const statuses = new Set<string>();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      const survived = await survive(seed);
      seen.crashes += survived.crashes;
      seen.takeovers += survived.takeovers;
      seen.waits += survived.waits;
      for (const status of survived.statuses) statuses.add(status);
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
    expect(statuses).toContain('completed');
  }, 600_000);
});
