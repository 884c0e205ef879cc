// ASVS 5.0 V16.5.4, with the shipped command.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, SECRETS } from '../claims/support.ts';
import { startSluice } from '../cli/spawn-command.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

/** Lets a test cause what nobody catches, in a program that has no such fault of its own. */
const FAULT = "process.on('SIGUSR2',()=>{Promise.reject(new Error('password=hunter2-hunter2 "
  .concat("in select 1 from people'))})")
  .replaceAll(' ', '%20');

const WAITING = `name: waiting
nodes:
  start: {type: template, config: {template: begun}}
  wait: {type: delay, depends_on: [start], config: {duration: 3s}}
outputs: {text: start}
`;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'sluice-last-'));
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: Readonly<Record<string, string>> = {}) {
  const env = { PORT: '0', DATABASE_URL: database.url, ...SECRETS, HOME: folder, ...more };
  const started = startSluice(['start'], { cwd: folder, env });
  const out = await started.printed('stop     Ctrl-C');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '';
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json' };
    const init =
      body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const json: ReturnType<typeof JSON.parse> = await (await fetch(url + path, init)).json();
    return json;
  };
  return { ...started, ask };
}

describe('an error that nobody caught', () => {
  it('is one line of the log, ends the server with 1, and loses no execution', async () => {
    const first = await start({ NODE_OPTIONS: `--import=data:text/javascript,${FAULT}` });
    const flow = await first.ask('POST', '/api/v1/flows', { source: WAITING });
    const run = await first.ask('POST', `/api/v1/flows/${flow.id}/execute`, {});
    first.child.kill('SIGUSR2');
    const { exit, out, err } = await first.ended;
    expect(exit).toBe(1);
    const lines = err.split('\n').filter((line) => line.includes('nobody caught an error'));
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({ level: 'error', error: { name: 'Error' } });
    expect(out + err).not.toContain('hunter2');
    // What a person reads tells neither the statement nor the stack.
    const spoken = (out + err)
      .split('\n')
      .filter((one) => !one.startsWith('{'))
      .join('\n');
    expect(spoken).toContain('INTERNAL');
    expect(spoken).not.toMatch(/select 1|\bat \S+ \(|\.js:\d/);
    const second = await start();
    try {
      const ended = () => second.ask('GET', `/api/v1/executions/${run.id}`);
      await expect.poll(async () => (await ended()).status, { timeout: 30_000 }).toBe('completed');
    } finally {
      second.child.kill('SIGTERM');
      expect((await second.ended).exit).toBe(0);
    }
  }, 90_000);
});
