import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { settingsFileMode } from './read-file.ts';
import { writeNewFile } from './write-file.ts';

let folder: string;
let umask: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  umask = process.umask();
});

afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

function codeOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'done';
}

describe('writeNewFile', () => {
  it.each([0o000, 0o022, 0o077, 0o777])('G2.126 writes mode 0600 under the umask %o', (mask) => {
    const path = join(folder, '.env');
    process.umask(mask);
    writeNewFile(path, 'A=1\n');
    process.umask(umask);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(settingsFileMode(path)).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('A=1\n');
  });

  it('G1.015 never touches what is there: a file, a folder, a link, a link to nowhere', () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'kept');
    mkdirSync(join(folder, 'folder'));
    symlinkSync(target, join(folder, 'link'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    for (const name of ['target', 'folder', 'link', 'dangling']) {
      expect(codeOf(() => writeNewFile(join(folder, name), 'new'))).toBe('FILE_EXISTS');
    }
    expect(readFileSync(target, 'utf8')).toBe('kept');
    expect(settingsFileMode(join(folder, 'nowhere'))).toBeUndefined();
  });

  it('says which file it could not write, and why', () => {
    expect(() => writeNewFile(join(folder, 'none', '.env'), 'x')).toThrow(
      /its folder is not there/,
    );
    expect(codeOf(() => writeNewFile(join(folder, 'none', '.env'), 'x'))).toBe('FILE_NOT_WRITTEN');
  });
});
