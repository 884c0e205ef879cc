import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mappedLibraries } from '../../../src/sandbox/jail/node-libraries.ts';
import { isOpenToAll, resolveReads } from '../../../src/sandbox/jail/reads.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-reads-')));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'usr/lib'), { recursive: true });
  writeFileSync(join(folder, 'usr/lib/x.so.1.2'), '');
  symlinkSync('x.so.1.2', join(folder, 'usr/lib/x.so.1'));
  symlinkSync('usr/lib', join(folder, 'lib'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (path: string) => join(folder, path);

describe('what is read in the jail', () => {
  it('has every link on the way and the file behind them', () => {
    expect(resolveReads([at('lib/x.so.1')])).toEqual({
      links: [
        { path: at('lib'), target: 'usr/lib' },
        { path: at('usr/lib/x.so.1'), target: 'x.so.1.2' },
      ],
      mounts: [at('usr/lib/x.so.1.2')],
    });
  });

  it('follows links to an absolute place', () => {
    symlinkSync(at('usr'), at('also'));
    expect(resolveReads([at('also/lib/x.so.1.2')])).toEqual({
      links: [{ path: at('also'), target: at('usr') }],
      mounts: [at('usr/lib/x.so.1.2')],
    });
  });

  it('mounts nothing twice and makes no link where a folder has it already', () => {
    const reads = resolveReads([at('usr/lib'), at('lib/x.so.1'), at('usr/lib/x.so.1.2')]);
    expect(reads).toEqual({
      links: [{ path: at('lib'), target: 'usr/lib' }],
      mounts: [at('usr/lib')],
    });
  });

  it('gives up where links go round and where there is nothing', () => {
    symlinkSync('round', at('round'));
    expect(() => resolveReads([at('round')])).toThrow(/links lead to an end/);
    expect(() => resolveReads([at('nothing')])).toThrow(/ENOENT/);
  });

  it('is open to all only where every folder on the way is', () => {
    expect(isOpenToAll(at('usr/lib/x.so.1.2'))).toBe(true);
    chmodSync(at('usr/lib/x.so.1.2'), 0o640);
    expect(isOpenToAll(at('usr/lib/x.so.1.2'))).toBe(false);
    chmodSync(at('usr/lib/x.so.1.2'), 0o644);
    chmodSync(at('usr'), 0o700);
    expect(isOpenToAll(at('usr/lib/x.so.1.2'))).toBe(false);
  });
});

describe('the libraries of a process', () => {
  it('are the shared objects that hold code, each once', () => {
    const maps = [
      '55af5979a000-55af5979c000 r-xp 00000000 fe:00 260131   /usr/bin/node',
      '7f0035358000-7f00353c3000 r-xp 00002000 fe:00 339807   /usr/lib/libz.so.1.2',
      '7f0035358000-7f00353c3000 r--p 00002000 fe:00 339807   /usr/lib/libz.so.1.2',
      '7f0035416000-7f003556c000 r-xp 00026000 fe:00 339380   /usr/lib/libc.so.6',
      '7f0035416000-7f003556c000 r-xp 00026000 fe:00 339380   /usr/lib/libc.so.6',
      '7f0035416000-7f003556c000 r--p 00026000 fe:00 339380   /usr/lib/data.so',
      '7f003561c000-7f003561e000 r-xp 00000000 00:00 0                          [vdso]',
      '7f003561c000-7f003561e000 r-xp 00000000 fe:00 1   /srv/add-on.node',
    ];
    expect(mappedLibraries(maps.join('\n'))).toEqual([
      '/usr/lib/libz.so.1.2',
      '/usr/lib/libc.so.6',
    ]);
  });
});
