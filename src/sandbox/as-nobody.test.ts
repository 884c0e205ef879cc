import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asNobody } from './as-nobody.ts';
import type { Launch } from './launch.ts';

const isRoot = process.getuid?.() === 0;
// A command of every system that ends well with `--version`.
const COMMAND: Launch = { command: '/bin/true', args: [], env: {}, cwd: '/' };

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-nobody-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'program'));
  file = join(folder, 'program', 'worker.mjs');
  writeFileSync(file, '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function allow({ ofFile, ofFolder }: { readonly ofFile: number; readonly ofFolder: number }): void {
  chmodSync(file, ofFile);
  chmodSync(join(folder, 'program'), ofFolder);
}

it.runIf(isRoot)('gives up root where everybody can read the program', async () => {
  allow({ ofFile: 0o644, ofFolder: 0o755 });
  expect(await asNobody(COMMAND, [file])).toEqual({
    launch: { ...COMMAND, user: { uid: 65_534, gid: 65_534 } },
  });
});

it.each([
  ['the file is closed', { ofFile: 0o600, ofFolder: 0o755 }],
  ['its folder is closed', { ofFile: 0o644, ofFolder: 0o700 }],
])('stays root and says so where %s', async (_, modes) => {
  allow(modes);
  const { launch, problem } = await asNobody(COMMAND, [file], true);
  expect(launch).toEqual(COMMAND);
  expect(problem?.why).toBe(`not every user can read ${file}`);
  expect(problem?.remedy).toContain('install bubblewrap');
});

it('stays root where a file is missing, and leaves the telling to the start', async () => {
  const { launch, problem } = await asNobody(COMMAND, [join(folder, 'nowhere')], true);
  expect(launch).toEqual(COMMAND);
  expect(problem?.why).toContain('nowhere');
});

it('stays root where the command does not start as nobody', async () => {
  allow({ ofFile: 0o644, ofFolder: 0o755 });
  const { launch, problem } = await asNobody({ ...COMMAND, command: '/bin/false' }, [file], true);
  expect(launch.user).toBeUndefined();
  expect(problem?.why).toBe('it cannot start a process as the user nobody');
});

it('has nothing to give up where the server is not root', async () => {
  expect(await asNobody(COMMAND, ['/nowhere'], false)).toEqual({ launch: COMMAND });
});
