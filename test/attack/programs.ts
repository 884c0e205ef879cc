import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The programs of the sandbox as the build makes them, from the sources as they are. */
export async function buildReal(folder: string): Promise<void> {
  const file = pathToFileURL(join(process.cwd(), 'scripts/programs.js')).href;
  const { buildPrograms } = await import(file);
  await buildPrograms(folder);
}

/** The same with a hole in the JavaScript worker. */
export async function buildOpened(folder: string): Promise<void> {
  await buildReal(folder);
  const hole = join(process.cwd(), 'test/attack/opened/hole-javascript.mjs');
  copyFileSync(hole, join(folder, 'javascript-worker.mjs'));
}

/** The same with a hole in the child of the Python server, behind its lock. */
export async function buildOpenedPython(folder: string): Promise<void> {
  await buildReal(folder);
  copyFileSync(
    join(process.cwd(), 'test/attack/opened/hole_python.py'),
    join(folder, 'python/runner.py'),
  );
}
