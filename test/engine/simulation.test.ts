import { describe, expect, it } from 'vitest';
import { play, relive, resume } from './simulation.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 1_000);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);

describe('the engine on stub ports', () => {
  it(`keeps its invariants over ${RUNS} random executions`, async () => {
    const counts: Record<string, number> = {};
    let suspensions = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      const first = await play(seed);
      const again = await play(seed);
      expect(again.told, `seed ${seed} replays byte for byte`).toBe(first.told);
      await resume(first);
      suspensions += await relive(first);
      const { status } = first.result;
      counts[status] = (counts[status] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual(['cancelled', 'completed', 'failed']);
    expect(suspensions).toBeGreaterThan(0);
  }, 600_000);
});
