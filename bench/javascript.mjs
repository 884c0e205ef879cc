// `node bench/javascript.mjs`: what a JavaScript step costs, beside `node -e 0`. It bundles the
// sandbox and its worker into a temporary folder first.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const CALLS = 400;
const STARTS = 15;
const CODE = 'return a.map((item) => ({ ...item, twice: item.n * 2 }));';

function quantiles(samples) {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `median ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms`;
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function repeat(times, work) {
  const samples = [];
  for (let index = 0; index < times; index += 1) samples.push(await timed(work));
  return samples;
}

function listOf(bytes) {
  const item = { id: 'item-000', n: 12, text: 'some words of text' };
  return Array.from({ length: Math.ceil(bytes / JSON.stringify(item).length) }, () => item);
}

function request(code, names) {
  const signal = new AbortController().signal;
  const memoryBytes = 64 * 1024 * 1024;
  return { code, names, timeoutMs: 10_000, memoryBytes, seed: 1, nowMs: 0, signal };
}

async function bundle(folder) {
  await build({
    entryPoints: ['src/sandbox/index.ts', 'src/sandbox/javascript-worker.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  const wasm = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  copyFileSync(wasm, join(folder, 'emscripten-module.wasm'));
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    await bundle(folder);
    const { javascriptPool } = await import(pathToFileURL(join(folder, 'index.mjs')));
    const workerFile = join(folder, 'javascript-worker.mjs');

    const bare = await repeat(STARTS, () => spawnSync(process.execPath, ['-e', '0']));
    console.log(`node -e 0             ${quantiles(bare)}`);
    const cold = await repeat(STARTS, async () => {
      const pool = javascriptPool({ workerFile });
      await pool.run(request('return 1', {}));
      await pool.close();
    });
    console.log(`first call and close  ${quantiles(cold)}`);

    for (const workers of [1, 2]) {
      const pool = javascriptPool({ workerFile, workers });
      const parallel = Array.from({ length: workers }, () => pool.run(request('return 1', {})));
      await Promise.all(parallel);
      for (const [label, bytes] of [
        ['empty', 0],
        ['1 KB', 1024],
        ['100 KB', 102_400],
      ]) {
        const names = { a: listOf(bytes) };
        const warm = () => pool.run(request(CODE, names));
        await repeat(30, warm);
        const paused = [];
        for (let index = 0; index < CALLS / 4; index += 1) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          paused.push(await timed(warm));
        }
        const samples = await repeat(CALLS, warm);
        const name = `${label}, ${workers} worker${workers === 1 ? '' : 's'}`.padEnd(21);
        console.log(`${name} ${quantiles(samples)}; with pauses ${quantiles(paused)}`);
      }
      await pool.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
