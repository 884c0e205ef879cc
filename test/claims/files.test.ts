import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice } from '../cli/spawn-command.ts';
import { type ClaimServer, claimServer } from './support.ts';

/** What the guides promise of the files that flows read and write. */

let outside: string;
let server: ClaimServer;
const MEGABYTE = 1024 * 1024;

beforeAll(async () => {
  outside = mkdtempSync(join(tmpdir(), 'sluice-claims-files-'));
  for (const name of ['allowed', 'allowed-not', 'uploads']) mkdirSync(join(outside, name));
  const put = (name: string) => writeFileSync(join(outside, name), 'text\n');
  put('outside.txt');
  for (const name of ['good.txt', 'a.key', 'a.pem', 'Passwords.txt', 'SECRET.KEY']) {
    put(`allowed/${name}`);
  }
  put('allowed-not/good.txt');
  put('uploads/good.txt');
  symlinkSync(join(outside, 'outside.txt'), join(outside, 'allowed/link.txt'));
  symlinkSync(join(outside, 'allowed-not'), join(outside, 'allowed/folder'));
  server = await claimServer({
    ENABLE_RATE_LIMITING: 'false',
    FILE_SECURITY_ALLOWED_DIRS: [join(outside, 'allowed'), join(outside, 'uploads')].join(','),
    FILE_SECURITY_DENIED_PATTERNS: '*.key,*.pem,*password*',
    FILE_SECURITY_MAX_SIZE_MB: '100',
  });
});
afterAll(async () => {
  await server?.close();
  rmSync(outside, { recursive: true, force: true });
});

const flowOf = (path: string) =>
  JSON.stringify({
    name: 'read',
    inputs: { path: 'string' },
    nodes: { a: { type: 'file', config: { path, format: 'txt' } } },
    outputs: { text: 'a' },
  });
const read = (path: string) => server.run(flowOf('{{ inputs.path }}'), { path });
const inAllowed = (name: string) => join(outside, 'allowed', name);

async function expectRefused(path: string, code: RegExp): Promise<void> {
  const { status, error } = await read(path);
  expect(status, path).toBe('failed');
  expect(error.code, `${path}: ${error.message}`).toMatch(code);
}

describe('a path in a flow', () => {
  it('G1.036 G4.249 does not climb, however it is written', async () => {
    const up = `${'../'.repeat(12)}etc/passwd`;
    for (const path of [
      '../x',
      'a/../../x',
      up,
      '..\\x',
      'a\\..\\..\\x',
      '%2e%2e/x',
      '%2e%2e%2fx',
      '%252e%252e/x',
      '..%2fx',
      '/etc/passwd',
      `${inAllowed('..')}/outside.txt`,
      'a\u0000.txt',
    ]) {
      await expectRefused(path, /^PATH_REFUSED$/);
    }
    expect(await read(inAllowed('good.txt'))).toMatchObject({ outputs: { text: 'text\n' } });
  });

  it('G1.037 G4.250 leads into folders that are allowed, also through links', async () => {
    for (const path of [inAllowed('good.txt'), join(outside, 'uploads/good.txt')]) {
      expect((await read(path)).status).toBe('completed');
    }
    for (const path of [
      join(outside, 'allowed-not/good.txt'),
      join(outside, 'outside.txt'),
      inAllowed('link.txt'),
      inAllowed('folder/good.txt'),
    ]) {
      await expectRefused(path, /^PATH_REFUSED$/);
    }
  });

  it('G1.038 names no file of a denied pattern, in any letter case', async () => {
    for (const name of ['a.key', 'a.pem', 'Passwords.txt', 'SECRET.KEY']) {
      await expectRefused(inAllowed(name), /^PATH_DENIED$/);
    }
    expect((await read(inAllowed('good.txt'))).status).toBe('completed');
  });

  it('G1.041 obeys the example of the guide: folders, patterns and 100 MB', async () => {
    expect((await read(join(outside, 'uploads/good.txt'))).status).toBe('completed');
    for (const name of ['a.key', 'a.pem', 'Passwords.txt']) {
      await expectRefused(inAllowed(name), /^PATH_DENIED$/);
    }
    const large = inAllowed('large.txt');
    writeFileSync(large, '');
    truncateSync(large, 100 * MEGABYTE + 1);
    await expectRefused(large, /^FILE_TOO_LARGE$/);
  });

  it('G1.039 sluice run obeys the same guards, with a limit of its own', async () => {
    const env = { FILE_SECURITY_MAX_SIZE_MB: '1' };
    const words = ['run', '-', '--json', '--workspace', join(outside, 'allowed'), '-i'];
    const run = async (path: string) => {
      const input = flowOf('{{ inputs.path }}');
      const { out } = await sluice([...words, `path=${path}`], { cwd: outside, env, input });
      return JSON.parse(out);
    };
    const sized = (bytes: number) => {
      writeFileSync(inAllowed('sized.txt'), '');
      truncateSync(inAllowed('sized.txt'), bytes);
      return run('sized.txt');
    };
    expect((await sized(MEGABYTE + 1)).error.code).toBe('FILE_TOO_LARGE');
    expect((await sized(MEGABYTE)).status).toBe('completed');
    expect((await run('../outside.txt')).error.code).toBe('PATH_REFUSED');
    expect((await run('good.txt')).status).toBe('completed');
  });
});
