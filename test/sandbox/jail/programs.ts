import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Programs {
  readonly folder: string;
  readonly url: URL;
  remove(): void;
}

/** The programs of the sandbox, built from the sources as they are. */
export async function buildProgramsForTest(): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-programs-'));
  // Outside of what the compiler of the tests reads.
  const script: string = new URL('../../../scripts/programs.js', import.meta.url).href;
  const { buildPrograms } = await import(script);
  await buildPrograms(folder);
  return {
    folder,
    url: pathToFileURL(`${folder}/`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
