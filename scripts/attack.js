// `npm run attack [-- words]`: replays every attack of test/attack, or the sets whose names hold
// one of the words. One line an attack with the layer that stopped it, one an advisory of a rival,
// then the layers and the counts. Exit 1 when one got through.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureReady } from './prepare.js';
import { ROOT, runMain } from './run-process.js';
import { printCounts } from './terminal.js';

/** Node 20 cannot import TypeScript, so the replay is bundled, imported once and removed. */
async function importReplay() {
  const esbuild = await import('esbuild');
  const file = `${ROOT}/.cache/attack-${process.pid}.mjs`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: ['test/attack/replay.ts'],
      outfile: file,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      logLevel: 'error',
    });
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(file, { force: true });
  }
}

async function main(words) {
  await ensureReady();
  process.chdir(ROOT);
  const { replay } = await importReplay();
  const { tried, failed, skipped } = await replay(words, (line) => console.log(line));
  if (skipped > 0) console.log(`${skipped} sets were skipped; their lines say why.`);
  printCounts({ passed: tried - failed, failed, skipped: 0 });
  process.exitCode = failed > 0 || tried === 0 ? 1 : 0;
}

await runMain(import.meta.url, main);
