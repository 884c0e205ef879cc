// Installs the programs that benchmarks compare with, once, into bench/peers/node_modules.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../peers/', import.meta.url));
const require = createRequire(`${folder}package.json`);

/** Imports a module of bench/peers; installs them all first where that has not happened. */
export async function peer(name) {
  if (!existsSync(`${folder}node_modules`)) {
    const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
    const { status } = spawnSync('npm', words, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error('the peers of the benchmarks could not be installed');
  }
  return import(require.resolve(name));
}
