import { defineConfig } from 'vitest/config';

/** What starts, stops and kills whole processes: one after the other, when the rest is through. */
const CAMPAIGNS = 'test/chaos/**/*.test.ts';

const common = {
  globalSetup: ['test/support/database-server.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
};

export default defineConfig({
  test: {
    // Most tests wait for processes that they started, so a core would stand idle with fewer.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...common,
          name: 'house',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [CAMPAIGNS],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'campaigns',
          include: [CAMPAIGNS],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
