import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Ended, type Started, sluice as spawnSluice, startSluice } from './spawn-command.ts';

/** The shipped command against the shipped server: a person's first hour. */

let folder = '';
let port = 0;
let database: TestDatabase;
let server: ReturnType<typeof startSluice>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'served-'));
  database = await testDatabase();
  port = await freePort();
  const generated = await sluice(['config', 'generate']);
  expect(generated.exit).toBe(0);
  server = startSluice(['start'], { cwd: folder, env: environment() });
  await server.printed('stop     Ctrl-C');
});
afterAll(async () => {
  server?.child.kill('SIGKILL');
  await server?.ended;
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  return { PORT: String(port), DATABASE_URL: database.url, XDG_CONFIG_HOME: join(folder, 'xdg') };
}

function sluice(words: readonly string[], started: Partial<Started> = {}): Promise<Ended> {
  const env = { ...environment(), ...started.env };
  return spawnSluice(words, { cwd: folder, ...started, env });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function put(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

function adminKey(): string {
  return /^ADMIN_API_KEYS=(\S+)$/m.exec(readFileSync(join(folder, '.env'), 'utf8'))?.[1] ?? '';
}

const GREET = `name: greet
inputs:
  who: string
  times: {type: integer, default: 1}
nodes:
  text:
    type: template
    config: {template: "{{ ['Hello ' ~ inputs.who] * inputs.times }}"}
outputs: {text: text}
`;
const SLOW = `name: slow
nodes:
  first: {type: template, config: {template: go}}
  wait: {type: delay, depends_on: [first], config: {duration: 10m}}
`;

describe('in the folder of the server', () => {
  it('the commands just work: create, run, list, show, export', async () => {
    const created = await sluice(['flows', 'create', put('greet.yaml', GREET)]);
    expect(created.err).toBe('');
    expect(created.out).toMatch(/^created greet, version 1: [0-9a-f-]{36}\n$/);
    const run = await sluice(['flows', 'run', 'greet', '-i', 'who=Ada', '-i', 'times=2']);
    expect(run.exit).toBe(0);
    expect(run.out).toContain('done      text');
    expect(run.out).toContain('"Hello Ada"');
    const document = await sluice(['flows', 'run', 'greet', '-i', 'who=Bo', '--json']);
    const { id, status, outputs, steps } = JSON.parse(document.out);
    expect({ status, outputs }).toEqual({ status: 'completed', outputs: { text: ['Hello Bo'] } });
    expect(steps).toMatchObject([{ node: 'text', status: 'completed', attempts: 1 }]);
    const list = await sluice(['executions', 'list', '--flow', 'greet', '--json']);
    expect(JSON.parse(list.out).items[0]).toMatchObject({ id, status: 'completed' });
    const shown = await sluice(['executions', 'show', id, '--steps', '--json']);
    expect(JSON.parse(shown.out)).toMatchObject({
      inputs: { who: 'Bo' },
      steps: [{ node: 'text' }],
    });
    const events = await sluice(['executions', 'follow', id, '--json']);
    expect(events.exit).toBe(0);
    const kinds = events.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect(kinds.at(0)).toBe('execution.started');
    expect(kinds.at(-1)).toBe('execution.ended');
    expect((await sluice(['flows', 'export', 'greet'])).out).toBe(GREET);
  });

  it('every version stays, and an earlier one comes back', async () => {
    await sluice(['flows', 'create', put('v.yaml', GREET.replace('name: greet', 'name: v'))]);
    const two = put('v2.yaml', GREET.replace('name: greet', 'name: v').replace('Hello', 'Bye'));
    expect((await sluice(['flows', 'update', 'v', two])).out).toContain('saved v, version 2');
    const stale = await sluice(['flows', 'update', 'v', two, '--if-version', '1']);
    expect(stale.exit).toBe(2);
    expect(stale.err).toContain('[FLOW_CHANGED]');
    expect((await sluice(['flows', 'restore', 'v', '1'])).out).toContain('version 3');
    const versions = await sluice(['flows', 'versions', 'v', '--json']);
    expect(JSON.parse(versions.out).items).toHaveLength(3);
    const first = await sluice(['flows', 'run', 'v', '--version', '2', '-i', 'who=Bo', '--json']);
    expect(JSON.parse(first.out).outputs).toEqual({ text: ['Bye Bo'] });
    expect((await sluice(['flows', 'delete', 'v'])).exit).toBe(0);
    expect((await sluice(['flows', 'show', 'v'])).err).toContain('[FLOW_NOT_FOUND]');
  });

  it('a refused flow and a refused input are told with place and remedy', async () => {
    const wrong = put('wrong.yaml', 'name: w\nnodes:\n  a: {type: tempalte}\n');
    const flow = await sluice(['flows', 'create', wrong]);
    expect(flow.exit).toBe(2);
    expect(flow.err).toContain('wrong.yaml:3:');
    expect(flow.err).toContain('[UNKNOWN_NODE_TYPE]');
    const input = await sluice(['flows', 'run', 'greet']);
    expect(input.exit).toBe(2);
    expect(input.err).toContain('[INPUT_MISSING]');
  });

  it('what fails exits 1, and can be run again', async () => {
    const text =
      'name: throws\nnodes:\n  a: {type: javascript, config: {code: "throw new Error(1)"}}\n';
    await sluice(['flows', 'create', put('throws.yaml', text)]);
    const run = await sluice(['flows', 'run', 'throws', '--json']);
    expect(run.exit).toBe(1);
    const { id, status, error } = JSON.parse(run.out);
    expect({ status, code: error.code }).toEqual({ status: 'failed', code: 'CODE_ERROR' });
    const again = await sluice(['executions', 'retry', id, '--json']);
    expect(again.exit).toBe(1);
    expect(JSON.parse(again.out).id).not.toBe(id);
  });

  it('Ctrl-C leaves an execution alone, or cancels it where that was asked for', async () => {
    await sluice(['flows', 'create', put('slow.yaml', SLOW)]);
    const stop = { once: 'waiting   wait', signal: 'SIGINT' } as const;
    const left = await sluice(['flows', 'run', 'slow'], { stop });
    expect(left.exit).toBe(1);
    expect(left.err).toContain('stopped following; the execution goes on');
    const [, id = ''] = /sluice executions cancel (\S+)/.exec(left.err) ?? [];
    const shown = await sluice(['executions', 'show', id, '--json']);
    expect(JSON.parse(shown.out).status).toBe('waiting');
    expect((await sluice(['executions', 'cancel', id])).exit).toBe(0);
    const ended = await sluice(['executions', 'follow', id]);
    expect(ended.exit).toBe(1);
    expect(ended.out).toContain('cancelled in');
    const both = await sluice(['flows', 'run', 'slow', '--cancel-on-interrupt'], { stop });
    expect(both.exit).toBe(1);
    expect(both.out).toContain('[EXECUTION_CANCELLED]');
  });

  it('the same idempotency key starts one execution', async () => {
    const words = ['flows', 'run', 'greet', '-i', 'who=Ada', '--json', '--idempotency-key', 'k-1'];
    const ids = (await Promise.all([sluice(words), sluice(words)])).map(
      ({ out }) => JSON.parse(out).id,
    );
    expect(ids[0]).toBe(ids[1]);
    const other = await sluice([...words, '-i', 'times=2']);
    expect(other.exit).toBe(2);
    expect(JSON.parse(other.out).error.code).toBe('IDEMPOTENCY_MISMATCH');
  });
});

describe('from elsewhere', () => {
  it('sluice login keeps a key for its owner alone, and only one that the server takes', async () => {
    const away = mkdtempSync(join(tmpdir(), 'away-'));
    const env = { PORT: '1', XDG_CONFIG_HOME: join(away, 'config') };
    const address = `http://127.0.0.1:${port}`;
    try {
      const wrong = await sluice(['login', '--server', address, '--key-stdin'], {
        cwd: away,
        env,
        input: 'not-a-key-of-this-server-0123456789\n',
      });
      expect(wrong.exit).toBe(2);
      expect(wrong.err).toContain('[UNAUTHENTICATED]');
      const without = await sluice(['flows', 'list', '--server', address], { cwd: away, env });
      expect(without.exit).toBe(2);
      expect(without.err).toContain('no API key is known');
      const login = await sluice(['login', '--server', address, '--key-stdin'], {
        cwd: away,
        env,
        input: `${adminKey()}\n`,
      });
      expect(login.exit).toBe(0);
      expect(login.out + login.err).not.toContain(adminKey());
      const profile = join(away, 'config', 'sluice', 'profile.json');
      expect(statSync(profile).mode & 0o777).toBe(0o600);
      expect((await sluice(['flows', 'list'], { cwd: away, env })).exit).toBe(0);
      chmodSync(profile, 0o644);
      const loose = await sluice(['flows', 'list'], { cwd: away, env });
      expect(loose.exit).toBe(2);
      expect(loose.err).toContain('chmod 600');
      expect(loose.err).not.toContain(adminKey());
      expect((await sluice(['logout'], { cwd: away, env })).exit).toBe(0);
    } finally {
      rmSync(away, { recursive: true, force: true });
    }
  });

  it('the environment names server and key', async () => {
    const away = mkdtempSync(join(tmpdir(), 'away-'));
    try {
      const env = { SLUICE_SERVER: `127.0.0.1:${port}`, SLUICE_API_KEY: adminKey() };
      const { exit, out } = await sluice(['flows', 'list', '--json'], { cwd: away, env });
      expect(exit).toBe(0);
      expect(Array.isArray(JSON.parse(out).items)).toBe(true);
    } finally {
      rmSync(away, { recursive: true, force: true });
    }
  });
});

describe('sluice start', () => {
  it('refuses a port that is taken, and names it', async () => {
    const second = await sluice(['start', '--data-dir', 'other']);
    expect(second.exit).toBe(2);
    expect(second.err).toContain(String(port));
    expect(second.err).toContain('[PORT_TAKEN]');
  });

  it('refuses to serve without its secrets, and names each', async () => {
    const away = mkdtempSync(join(tmpdir(), 'away-'));
    try {
      const { exit, err } = await sluice(['start'], { cwd: away });
      expect(exit).toBe(2);
      for (const name of ['JWT_SECRET_KEY', 'ENCRYPTION_KEY', 'ADMIN_API_KEYS']) {
        expect(err).toContain(name);
      }
    } finally {
      rmSync(away, { recursive: true, force: true });
    }
  });

  it('prints no secret, ends cleanly on SIGTERM, and keeps what was saved', async () => {
    const printed = await server.printed('stop     Ctrl-C');
    expect(printed).toContain(`address  http://127.0.0.1:${port}`);
    server.child.kill('SIGTERM');
    const { exit, out, err } = await server.ended;
    expect(exit).toBe(0);
    expect(out.endsWith('stopped\n')).toBe(true);
    expect(out + err).not.toContain(adminKey());
    const gone = await sluice(['flows', 'list']);
    expect(gone.exit).toBe(1);
    expect(gone.err).toContain('[SERVER_UNREACHABLE]');
    server = startSluice(['start'], { cwd: folder, env: environment() });
    await server.printed('stop     Ctrl-C');
    expect((await sluice(['flows', 'show', 'greet'])).exit).toBe(0);
    // npm passes on the Ctrl-C that the terminal has sent already: twice at once is once.
    server.child.kill('SIGINT');
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ exit: 0 });
  });
});
