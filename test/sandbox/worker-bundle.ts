import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface WorkerBundle {
  readonly workerFile: string;
  remove(): void;
}

/**
 * Bundles the worker as the build does, into a folder of its own, so that the tests run the sources
 * as they are and not the last build. The name ends in .mjs because no package.json is near.
 */
export async function bundleWorker(): Promise<WorkerBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-worker-'));
  const workerFile = join(folder, 'javascript-worker.mjs');
  await build({
    entryPoints: [
      fileURLToPath(new URL('../../src/sandbox/javascript-worker.ts', import.meta.url)),
    ],
    outfile: workerFile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  const wasm = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  copyFileSync(wasm, join(folder, 'emscripten-module.wasm'));
  return { workerFile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
