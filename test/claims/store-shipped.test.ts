import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, sluice, startSluice } from '../cli/spawn-command.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
  freePort,
  makeCertificates,
  type PostgresServer,
  startPostgresServer,
  TLS_SETTINGS,
} from '../support/postgres-server.ts';
import { made, SECRETS } from './support.ts';

/** What the guides promise of the connection to the database, with `sluice start` itself. */

let folder: string;
let plain: TestDatabase;
let tls: PostgresServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
  plain = await testDatabase();
  tls = await startPostgresServer({ settings: TLS_SETTINGS, prepare: makeCertificates });
});
afterAll(async () => {
  await tls?.close();
  await plain?.close();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (DATABASE_URL: string) => ({
  PORT: '0',
  HOME: folder,
  ...SECRETS,
  DATABASE_URL,
  DATABASE_CONNECT_TIMEOUT: '2s',
});
const start = (url: string): Promise<Ended> =>
  sluice(['start'], { cwd: folder, env: environment(url) });

/** Starts, and ends it as soon as it serves. */
async function serves(url: string): Promise<number | null> {
  const started = startSluice(['start'], { cwd: folder, env: environment(url) });
  await started.printed('stop     Ctrl-C');
  started.child.kill('SIGTERM');
  return (await started.ended).exit;
}

describe('sluice start', () => {
  it('G1.047 with sslmode=require refuses a database without TLS, and takes one with it', async () => {
    const { exit, out, err } = await start(`${plain.url}?sslmode=require`);
    expect(exit).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err).toContain('does not speak TLS, and sslmode asks for it');
    expect(await serves(tls.url({ sslmode: 'require' }))).toBe(0);
  });

  it('G1.048 with sslmode=verify-full refuses a certificate of an unknown authority', async () => {
    const { exit, err } = await start(tls.url({ sslmode: 'verify-full' }, 'localhost'));
    expect(exit).toBeGreaterThan(0);
    expect(err).toContain('shows a certificate that is refused');
    const known = { sslmode: 'verify-full', sslrootcert: join(tls.folder, 'ca.crt') };
    expect(await serves(tls.url(known, 'localhost'))).toBe(0);
  });

  it('G4.236 with a database that is not there ends with an error, and shows no password', async () => {
    const port = await freePort();
    const { exit, out, err } = await start(
      `postgresql://ada:${made('database')}@127.0.0.1:${port}/things`,
    );
    expect(exit).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err).toContain(`things at 127.0.0.1:${port} does not answer`);
    expect(err).not.toContain(made('database'));
  });
});
