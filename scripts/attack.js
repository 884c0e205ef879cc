// `npm run attack [-- words]`: replays every attack of test/attack, or the sets whose names hold
// one of the words. One line an attack with the layer that stopped it, one an advisory of a rival,
// then the layers and the counts. Exit 1 when one got through.
import { importTypescript } from './import-typescript.js';
import { ensureReady } from './prepare.js';
import { ROOT, runMain } from './run-process.js';
import { printCounts } from './terminal.js';

async function main(words) {
  await ensureReady();
  process.chdir(ROOT);
  const { replay } = await importTypescript('test/attack/replay.ts');
  const { tried, failed, skipped } = await replay(words, (line) => console.log(line));
  if (skipped > 0) console.log(`${skipped} sets were skipped; their lines say why.`);
  printCounts({ passed: tried - failed, failed, skipped: 0 });
  process.exitCode = failed > 0 || tried === 0 ? 1 : 0;
}

await runMain(import.meta.url, main);
