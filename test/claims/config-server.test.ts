import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What the guides promise of settings and the log, tried with a server that was started. */

const COMMAND = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

let folder: string;
let secrets: readonly string[];
const said = { out: '', err: '', exit: 0 as number | null };

/** One life of a server, from its generated settings to a clean end, with a few requests. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-claims-'));
  await ended(sluice(['config', 'generate']));
  const dotenv = readFileSync(join(folder, '.env'), 'utf8');
  secrets = dotenv.match(/[0-9a-f]{64}/g) ?? [];
  const key = /^ADMIN_API_KEYS=(.*)$/m.exec(dotenv)?.[1] ?? '';
  const server = sluice(['start'], { PORT: '0', DATA_DIR: 'elsewhere/data', LOG_LEVEL: 'debug' });
  const end = ended(server);
  const address = await new Promise<string>((resolve, reject) => {
    server.stdout?.on('data', (chunk) => {
      said.out += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said.out);
      if (found !== null) resolve(found[0]);
    });
    server.stderr?.on('data', (chunk) => {
      said.err += chunk;
    });
    void end.then(() => reject(new Error(`the server ended: ${said.err}`)));
  });
  const url = `${address}/api/v1/flows`;
  await fetch(url, { headers: { 'x-api-key': key } });
  await fetch(url, { headers: { authorization: `Bearer ${key}x` } });
  await fetch(`${url}?token=${key}&name=a%0a{"level":"info"}`, { headers: { 'x-api-key': key } });
  server.kill('SIGTERM');
  said.exit = await end;
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function sluice(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [COMMAND, ...words], {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}

describe('a server with generated settings', () => {
  it('G1.008 G1.010 starts, and ends cleanly when it is asked to', () => {
    expect(said.exit).toBe(0);
    expect(secrets.length).toBeGreaterThanOrEqual(4);
  });

  it('G5.282 logs one JSON object a line, with level, time and message', () => {
    // The command itself says for people that it stops; everything else is the log.
    const lines = said.err
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('stopping'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.stringMatching(/^(?:debug|info|warn|error)$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        message: expect.any(String),
      });
    }
  });

  it('G3.146 shows no key and no secret in what it prints and logs', () => {
    for (const secret of secrets) {
      expect(said.out).not.toContain(secret);
      expect(said.err).not.toContain(secret);
    }
  });

  it('G3.179 keeps its data where DATA_DIR says, and nowhere else', () => {
    expect(existsSync(join(folder, 'elsewhere/data/postgres'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['.env', 'elsewhere']);
  });
});
