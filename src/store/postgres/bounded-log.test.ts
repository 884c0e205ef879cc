import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BoundedLog } from './bounded-log.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('keeps the newest text in two files of bounded size, for its user alone', () => {
  const path = folder();
  const log = new BoundedLog(join(path, 'log'), 100);
  for (let line = 100; line < 200; line += 1) log.write(`line ${line}\n`);
  log.close();
  expect(readdirSync(path).sort()).toEqual(['log', 'log.1']);
  const both = readFileSync(join(path, 'log.1'), 'utf8') + readFileSync(join(path, 'log'), 'utf8');
  expect(both.length).toBeLessThanOrEqual(220);
  expect(both.endsWith('line 198\nline 199\n')).toBe(true);
  expect(statSync(join(path, 'log')).mode & 0o777).toBe(0o600);
});

test('goes on with the file of the run before, and counts what is in it', () => {
  const path = folder();
  for (let run = 0; run < 30; run += 1) {
    const log = new BoundedLog(join(path, 'log'), 100);
    log.write('0123456789');
    log.close();
  }
  expect(readFileSync(join(path, 'log.1'), 'utf8')).toHaveLength(100);
});

test('loses text rather than the server where it cannot write', () => {
  const log = new BoundedLog(join(folder(), 'missing', 'log'), 100);
  expect(() => log.write('text')).not.toThrow();
  log.close();
});
