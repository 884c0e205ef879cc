// `node bench/javascript.mjs`: what a JavaScript step costs through the whole sandbox, in the jail
// and without one, beside `node -e 0`. It builds the sandbox and its programs into a temporary
// folder first. `--json` prints one line of JSON instead.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildPrograms } from '../scripts/programs.js';
import { ROOT } from '../scripts/run-process.js';

const CALLS = 400;
const PAUSED_CALLS = 100;
const PAUSE_MS = 5;
const WARM_UP = 50;
const STARTS = 11;
const MEMORY_BYTES = 64 * 1024 * 1024;
const PAYER = 'bench';
const CODE = 'return a.map((item) => ({ ...item, twice: item.n * 2 }));';
const SIZES = [
  ['0', 0],
  ['1 KB', 1024],
  ['100 KB', 102_400],
];
const NO_JAIL = { why: 'the benchmark wants none', remedy: 'none is needed' };

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function repeat(times, work, pauseMs = 0) {
  const samples = [];
  for (let index = 0; index < times; index += 1) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    samples.push(await timed(work));
  }
  samples.sort((left, right) => left - right);
  const at = (share) => samples[Math.min(times - 1, Math.floor(times * share))];
  return { median: at(0.5), p99: at(0.99) };
}

function listOf(bytes) {
  const item = { id: 'item-000', n: 12, text: 'some words of text' };
  return Array.from({ length: Math.ceil(bytes / JSON.stringify(item).length) }, () => item);
}

function request(code, names) {
  const { signal } = new AbortController();
  const seeds = { seed: 1, nowMs: 0, report() {} };
  return { code, names, timeoutMs: 10_000, memoryBytes: MEMORY_BYTES, signal, ...seeds };
}

/** The sandbox as a module, and its programs beside it. */
async function buildSandbox(folder) {
  await buildPrograms(join(folder, 'programs'));
  await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: "export { openSandbox } from './open-sandbox.ts'; export * from './machine.ts';",
      resolveDir: `${ROOT}/src/sandbox`,
      loader: 'ts',
    },
    outfile: join(folder, 'sandbox.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return await import(pathToFileURL(join(folder, 'sandbox.mjs')));
}

/** Opens a sandbox with a jail or, on the same machine, as if there were none. */
function opener({ openSandbox, thisMachine }, folder) {
  return ({ jailed, workers }) => {
    const options = {
      programs: pathToFileURL(`${join(folder, 'programs')}/`),
      jail: jailed ? 'required' : 'auto',
      javascriptTimeoutMs: 10_000,
      python: {
        level: 'normal',
        levelMax: 'normal',
        timeoutMs: 10_000,
        outputBytesMax: 1e6,
        memoryBytesMax: 2 ** 30,
      },
      workers,
    };
    if (jailed) return openSandbox(options);
    return openSandbox(options, { ...thisMachine(options), findJail: async () => NO_JAIL });
  };
}

async function measure(open, kind, results) {
  results[`${kind}: open, first call, close`] = await repeat(STARTS, async () => {
    const sandbox = open({ workers: 1 });
    await sandbox.javascript(request('return 1', {}), PAYER);
    await sandbox.close();
  });
  const sandbox = open({ workers: 1 });
  try {
    for (const [size, bytes] of SIZES) {
      const names = { a: listOf(bytes) };
      const call = () => sandbox.javascript(request(CODE, names), PAYER);
      await repeat(WARM_UP, call);
      results[`${kind}: ${size}, back to back`] = await repeat(CALLS, call);
      results[`${kind}: ${size}, with pauses`] = await repeat(PAUSED_CALLS, call, PAUSE_MS);
    }
  } finally {
    await sandbox.close();
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const results = {};
  try {
    const open = opener(await buildSandbox(folder), folder);
    results['node -e 0'] = await repeat(STARTS, () => spawnSync(process.execPath, ['-e', '0']));
    for (const jailed of [true, false]) {
      const kind = jailed ? 'jail' : 'no jail';
      try {
        await measure((options) => open({ jailed, ...options }), kind, results);
      } catch (error) {
        console.error(`${kind}: ${error.message}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (process.argv.includes('--json')) return console.log(JSON.stringify(results));
  for (const [name, { median, p99 }] of Object.entries(results)) {
    console.log(`${name.padEnd(34)} median ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
  }
}

await main();
