import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';
import { processPlace } from './process-table.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function take(path: string, silenceMs?: number): Promise<void> {
  const lock = await lockFolder(path, silenceMs);
  onTestFinished(() => lock.release());
}

const locks = (path: string) => readdirSync(path).sort();

test('gives the folder to one at a time and again after it is released', async () => {
  const path = folder();
  const first = await lockFolder(path);
  await expect(lockFolder(path)).rejects.toMatchObject({
    code: 'DATA_DIR_TAKEN',
    details: { pid: process.pid },
  });
  await first.release();
  await take(path);
  expect(locks(path)).toEqual(['.lock-3']);
});

test('gives it to one of many that ask at once, also where the last holder died', async () => {
  for (const stale of [undefined, `999999999,1,${await processPlace()}`, 'no lock of ours']) {
    const path = folder();
    if (stale !== undefined) symlinkSync(stale, join(path, '.lock-7'));
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => take(path)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') continue;
      expect(attempt.reason).toMatchObject({ code: 'DATA_DIR_TAKEN' });
    }
  }
});

test('takes it from a dead holder whose process number another program has now', async () => {
  const path = folder();
  symlinkSync(`${process.ppid},1,${await processPlace()}`, join(path, '.lock-41'));
  await take(path);
  expect(locks(path)).toEqual(['.lock-42']);
  expect(readlinkSync(join(path, '.lock-42'))).toMatch(new RegExp(`^${process.pid},\\d+,`));
});

test('refuses it where a holder of another container gives a sign of life', async () => {
  const path = folder();
  const foreign = await lockFolder(path);
  const [link = ''] = locks(path);
  const text = readlinkSync(join(path, link));
  await foreign.release();
  const lock = await lockFolder(path);
  onTestFinished(() => lock.release());
  // The heartbeat goes on under the same name; only the place in it is another one.
  const [name = ''] = locks(path);
  rmSync(join(path, name));
  symlinkSync(text.replace(/,[^,]*$/, ',another-machine/1'), join(path, name));
  await expect(take(path)).rejects.toMatchObject({
    code: 'DATA_DIR_TAKEN',
    message: expect.stringContaining('of another machine or container'),
  });
});

test('takes it from a holder of another container that is silent', async () => {
  const path = folder();
  // Its number is one that lives here, which says nothing about there.
  symlinkSync(`${process.pid},1,another-machine/1`, join(path, '.lock-1'));
  await take(path, 1_000);
  expect(locks(path)).toEqual(['.lock-2']);
  expect(lstatSync(join(path, '.lock-2')).isSymbolicLink()).toBe(true);
});
