import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettingsFile, readText } from './read-file.ts';

describe('readSettingsFile', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-settings-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (name: string) => readText(readSettingsFile, join(folder, name));

  it('reads a file, also through a link, and takes off the byte order mark', () => {
    writeFileSync(join(folder, 'plain'), '\uFEFFA=ä');
    symlinkSync('plain', join(folder, 'link'));
    expect(read('plain')).toEqual({ text: 'A=ä' });
    expect(read('link')).toEqual({ text: 'A=ä' });
  });

  it('finds nothing where there is nothing, or a folder', () => {
    mkdirSync(join(folder, '.env'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    expect(read('.env')).toBeUndefined();
    expect(read('none')).toBeUndefined();
    expect(read('none/deeper')).toBeUndefined();
    expect(read('dangling')).toBeUndefined();
  });

  it('refuses a pipe, which might never end, and a device', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(read('pipe')).toEqual({ reason: 'is not a regular file' });
    expect(readText(readSettingsFile, '/dev/zero')).toEqual({ reason: 'is not a regular file' });
  });

  it('refuses a file that is too large, is no text, or is a link to itself', () => {
    writeFileSync(join(folder, 'large'), 'x'.repeat(65_537));
    writeFileSync(join(folder, 'binary'), Buffer.from([0xc3, 0x28]));
    symlinkSync('loop', join(folder, 'loop'));
    expect(read('large')).toEqual({ reason: 'is larger than 64 KiB' });
    expect(read('binary')).toEqual({ reason: 'is not UTF-8 text' });
    expect(read('loop')).toEqual({ reason: 'cannot be read (ELOOP)' });
  });
});
