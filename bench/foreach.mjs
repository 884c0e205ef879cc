// How much the engine itself costs for each item of a foreach whose one member does nothing:
// `node bench/foreach.mjs`. Linear means that the last two columns stay as they are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const SIZES = [100, 1_000, 10_000, 20_000];
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'bench-foreach-'));
const sluice = await bundled(folder);
const { memoryJournal, execute, spawnNode, systemClock, seededRandom, compile } = sluice;

const nodeTypes = [
  nodeType('test.each', 'foreach', {
    config: {},
    region: () => ({
      itemName: 'item',
      source: 'inputs.list',
      members: ['work'],
      parallel: true,
      onError: 'fail',
    }),
    run: (context) => {
      const items = context.lookup('inputs.list');
      return { value: items, items };
    },
  }),
  nodeType('test.work', 'step', { config: {}, run: () => ({ value: null }) }),
];
const { plan, problems } = compile(
  'name: bench\nnodes:\n  each: {type: test.each}\n  work: {type: test.work}\n',
  { nodeTypes },
);
if (plan === undefined) throw new Error(JSON.stringify(problems));

const ports = {
  clock: systemClock,
  random: seededRandom(1),
  spawn: spawnNode({}, systemClock),
};
console.log('items     ms in all   ms an item');
for (const size of SIZES) {
  const list = Array.from({ length: size }, (_, index) => index);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    const result = await execute(
      plan,
      { list },
      {
        executionId: `bench-${size}-${round}`,
        ports: { ...ports, journal: memoryJournal() },
      },
    );
    best = Math.min(best, performance.now() - startedAt);
    if (result.status !== 'completed') throw new Error(JSON.stringify(result.error));
    if (result.steps.length !== size + 1) throw new Error('not every item ran');
  }
  const each = (best / size).toFixed(4);
  console.log(`${String(size).padEnd(10)}${best.toFixed(1).padEnd(12)}${each}`);
}
rmSync(folder, { recursive: true });

function nodeType(id, role, rest) {
  const words = { title: id, summary: id, outputSummary: id, example: '' };
  return { id, version: 1, role, effect: 'pure', needs: [], output: 'any', ...words, ...rest };
}

async function bundled(into) {
  const outfile = join(into, 'sluice.cjs');
  await build({
    stdin: {
      contents: `
        export * from './src/engine/index.ts';
        export { compile } from './src/language/index.ts';
        export { seededRandom, systemClock } from './src/base/index.ts';`,
      resolveDir: new URL('..', import.meta.url).pathname,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
  });
  return (await import(pathToFileURL(outfile).href)).default;
}
