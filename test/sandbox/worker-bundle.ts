import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPrograms } from '../../scripts/programs.js';

export interface WorkerBundle {
  /** The folder of all programs, as SandboxOptions take it. */
  readonly programs: URL;
  /** The one that runs JavaScript. */
  readonly workerFile: string;
  remove(): void;
}

/**
 * Builds the programs as the build does, into a folder of its own, so that the tests run the
 * sources as they are and not the last build.
 */
export async function bundleWorker(): Promise<WorkerBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-programs-'));
  // Root's processes without a jail run as nobody, where nobody can read their program.
  chmodSync(folder, 0o755);
  await buildPrograms(folder);
  return {
    programs: pathToFileURL(`${folder}/`),
    workerFile: join(folder, 'javascript-worker.mjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
