// TypeScript of the repository, for scripts.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './run-process.js';

/**
 * Imports a TypeScript file of the repository, by its path from the root. Node 20 cannot do that
 * itself, so the file is bundled, imported once and removed.
 */
export async function importTypescript(path) {
  const esbuild = await import('esbuild');
  const file = `${ROOT}/.cache/${basename(path, '.ts')}-${process.pid}.mjs`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: [path],
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
