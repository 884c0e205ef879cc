import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataDir } from './make-data-dir.ts';

let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sluice-folder-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const STORE_SETUP = 'STORE_SETUP';

describe('makeDataDir', () => {
  it('makes the folder and those above it, for our user alone', async () => {
    const folder = join(home, 'a b', 'ü☃', 'data');
    await makeDataDir(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('takes what is there: a folder, and a link to one', async () => {
    await mkdir(join(home, 'real'));
    await symlink(join(home, 'real'), join(home, 'link'));
    await makeDataDir(join(home, 'real'));
    await makeDataDir(join(home, 'link'));
  });

  it('says why it cannot: a file, a file above, a link to nowhere, a long name', async () => {
    await writeFile(join(home, 'file'), '');
    await symlink(join(home, 'nowhere'), join(home, 'link'));
    const refused = (path: string, message: RegExp) =>
      expect(makeDataDir(path)).rejects.toMatchObject({
        code: STORE_SETUP,
        message: expect.stringMatching(message),
      });
    await refused(join(home, 'file'), /something that is no folder has this name/);
    await refused(join(home, 'file', 'data'), /a part of the path is no folder/);
    await refused(join(home, 'link'), /something that is no folder has this name/);
    await refused(join(home, 'n'.repeat(300)), /a name in it is too long/);
    await refused(join(home, ...Array<string>(6).fill('n'.repeat(200))), /path .* is too long/);
  });

  // Node's recursive mkdir never came back from /proc, and no signal ended the start.
  it.runIf(process.platform === 'linux')('gives up where nothing can be made', async () => {
    await expect(makeDataDir('/proc/data/sluice')).rejects.toMatchObject({ code: STORE_SETUP });
  });
});
