// `npm run bench [name...]`: runs bench/*.mjs one after the other, all or those named.
import { readdirSync } from 'node:fs';
import { ensureReady } from './prepare.js';
import { ROOT, run, runMain } from './run-process.js';
import { paint } from './terminal.js';

/** Names of the benchmarks, sorted. */
export function benchmarkNames() {
  const files = readdirSync(`${ROOT}/bench`).filter((file) => file.endsWith('.mjs'));
  return files.map((file) => file.slice(0, -'.mjs'.length)).sort();
}

async function main(wanted) {
  const known = benchmarkNames();
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  await ensureReady();
  for (const name of wanted.length > 0 ? wanted : known) {
    console.log(paint('bold', `\n${name}`));
    const { exit } = await run(process.execPath, [`bench/${name}.mjs`]);
    if (exit !== 0) process.exitCode = 1;
  }
}

await runMain(import.meta.url, main);
