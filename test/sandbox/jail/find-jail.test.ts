import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findJail } from '../../../src/sandbox/jail/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-find-jail-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Stands in for bwrap: says something and fails. */
function brokenBwrap(says: string): void {
  writeFileSync(join(folder, 'bwrap'), `#!/bin/sh\necho '${says}' >&2\nexit 1\n`);
  chmodSync(join(folder, 'bwrap'), 0o755);
  for (const name of ['prlimit', 'setpriv']) passOn(name);
}

/** Stands in for a tool that changes something and runs the rest of its arguments. */
function passOn(name: string): void {
  const script = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n';
  writeFileSync(join(folder, name), script, { mode: 0o755 });
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const find = () => findJail({ folders: [folder], root: folder, isRoot: true });

describe('without a jail, a person is told why and what to do', () => {
  it.each(['darwin', 'win32', 'freebsd'])('on %s', async (platform) => {
    expect(await findJail({ platform })).toEqual({
      why: `the jail is made of parts of Linux, and this system is ${platform}`,
      remedy: expect.stringContaining('container'),
    });
  });

  it('on a processor for which there is no filter', async () => {
    const found = await findJail({ platform: 'linux', architecture: 'riscv64' });
    expect(found).toMatchObject({ why: expect.stringContaining('kind of processor') });
  });

  it('where bubblewrap is not installed', async () => {
    expect(await find()).toEqual({
      why: `bubblewrap is not installed: there is no bwrap in ${folder}`,
      remedy: expect.stringContaining('apt install bubblewrap'),
    });
  });

  it('where a tool that sets limits or drops root is missing', async () => {
    brokenBwrap('never asked');
    rmSync(join(folder, 'setpriv'));
    expect(await find()).toMatchObject({ why: expect.stringContaining('no setpriv in') });
    rmSync(join(folder, 'prlimit'));
    expect(await find()).toMatchObject({
      why: expect.stringContaining('no prlimit in'),
      remedy: expect.stringContaining('apt install util-linux'),
    });
  });

  it('does without setpriv where the server is not root', async () => {
    brokenBwrap('bwrap: no');
    rmSync(join(folder, 'setpriv'));
    const found = await findJail({ folders: [folder], root: folder, isRoot: false });
    expect(found).toMatchObject({ why: 'a trial of the jail failed: bwrap: no' });
  });

  it.each([
    ['proc/sys/kernel/unprivileged_userns_clone', '0\n', 'kernel.unprivileged_userns_clone=1'],
    ['proc/sys/user/max_user_namespaces', '0\n', 'user.max_user_namespaces=10000'],
    ['proc/self/status', 'Name:\tx\nSeccomp:\t2\n', 'seccomp=deploy/seccomp.json'],
    [
      'proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      '1\n',
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['proc/self/attr/current', 'docker-default (enforce)\n', 'apparmor=unconfined'],
  ])('where the machine says so in %s', async (path, text, remedy) => {
    brokenBwrap('bwrap: Creating new namespace failed: Operation not permitted');
    put(path, text);
    expect(await find()).toMatchObject({
      why: expect.stringContaining('Creating new namespace failed: Operation not permitted'),
      remedy: expect.stringContaining(remedy),
    });
  });

  it('names both profiles of a container where it has both', async () => {
    brokenBwrap('bwrap: no');
    put('proc/self/status', 'Seccomp:\t2\n');
    put('proc/self/attr/current', 'docker-default (enforce)\n');
    const found = await find();
    expect(found).toMatchObject({ remedy: expect.stringContaining('seccomp=deploy/seccomp.json') });
    expect(found).toMatchObject({ remedy: expect.stringContaining('apparmor=unconfined') });
  });

  it('where the trial fails for no reason that we know', async () => {
    brokenBwrap('bwrap: something new');
    put('proc/self/status', 'Seccomp:\t0\n');
    put('proc/sys/user/max_user_namespaces', '5\n');
    expect(await find()).toEqual({
      why: 'a trial of the jail failed: bwrap: something new',
      remedy: expect.stringContaining('docs/code.md'),
    });
  });

  it('does not take a trial that was cut off for a machine without a jail', async () => {
    brokenBwrap('');
    const starts = join(folder, 'starts');
    const script = `#!/bin/sh\necho one >> ${starts}\nkill -KILL $$\n`;
    writeFileSync(join(folder, 'bwrap'), script, { mode: 0o755 });
    expect(await find()).toMatchObject({
      why: 'a trial of the jail gave no answer: it was killed',
      mayPass: true,
    });
    // Nor for one with a weaker jail.
    expect(readFileSync(starts, 'utf8')).toBe('one\n');
  });

  it('takes no answer but the right one for a jail', async () => {
    brokenBwrap('');
    writeFileSync(join(folder, 'bwrap'), '#!/bin/sh\necho v0.0.0\n', { mode: 0o755 });
    expect(await find()).toMatchObject({ why: expect.stringContaining('a trial') });
  });

  it('never looks for its tools on PATH', async () => {
    const before = process.env.PATH;
    process.env.PATH = `${folder}:${before}`;
    try {
      symlinkSync('/bin/true', join(folder, 'bwrap'));
      const found = await findJail({ folders: [join(folder, 'nothing')] });
      expect(found).toMatchObject({ why: expect.stringContaining('not installed') });
    } finally {
      process.env.PATH = before;
    }
  });
});
