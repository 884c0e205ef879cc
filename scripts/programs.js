// The programs that run in processes of their own: what hostile code can reach of ours.
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { ROOT } from './run-process.js';

const SANDBOX = `${ROOT}/src/sandbox`;

/** Bundled to one file each; its name there, by its source. */
const BUNDLES = {
  'javascript-worker': `${SANDBOX}/javascript-worker.ts`,
  'jail-probe': `${SANDBOX}/jail/probe-javascript.ts`,
};

/** Puts all programs of the sandbox into a folder, built from the sources as they are. */
export async function buildPrograms(folder) {
  const esbuild = await import('esbuild');
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(BUNDLES)
      .filter(([, path]) => existsSync(path))
      .map(([out, path]) => ({ in: path, out })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'linked',
    logLevel: 'warning',
  });
  copyWebAssembly(folder);
  if (!existsSync(`${SANDBOX}/python`)) return;
  cpSync(`${SANDBOX}/python`, `${folder}/python`, { recursive: true, filter: isProgram });
}

/** QuickJS itself; its module looks for the file beside the program. */
function copyWebAssembly(folder) {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  copyFileSync(file, `${folder}/emscripten-module.wasm`);
}

function isProgram(path) {
  const name = basename(path);
  return !name.includes('.') || (name.endsWith('.py') && !name.startsWith('test_'));
}
