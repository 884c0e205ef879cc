import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createCluster,
  findBinaries,
  findIdentity,
  startPostmaster,
} from '../../src/store/postgres/index.ts';

export const SERVER_USER = 'postgres';
export const SERVER_PASSWORD = 'tests-only-0123456789abcdef'; // not-a-secret

export interface PostgresServer {
  readonly port: number;
  readonly folder: string;
  /** postgresql://user:password@host:port/postgres with these parameters. */
  url(parameters?: Readonly<Record<string, string>>, host?: string): string;
  close(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Settings of PostgreSQL; `<folder>` in a value stands for the folder of the certificates. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf that come before the usual ones. */
  readonly access?: readonly string[];
  /** Writes what the settings name into the folder before the start. */
  readonly prepare?: (folder: string) => void;
}

/** A PostgreSQL of one test's own, for tests about how it is spoken to. */
export async function startPostgresServer(
  options: PostgresServerOptions = {},
): Promise<PostgresServer> {
  const { settings = {}, access = [], prepare } = options;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-pg-'));
  const dataFolder = join(folder, 'data');
  const binaries = await findBinaries();
  const identity = await findIdentity(binaries);
  const made = { binaries, identity, dataFolder, superuser: SERVER_USER };
  await createCluster({ ...made, password: SERVER_PASSWORD, isSynced: false });
  prepare?.(folder);
  const hba = join(dataFolder, 'pg_hba.conf');
  writeFileSync(hba, `${access.join('\n')}\n${readFileSync(hba, 'utf8')}`);
  const port = await freePort();
  const postmaster = await startPostmaster({
    binaries,
    identity,
    dataFolder,
    port,
    settings: {
      fsync: 'off',
      ...Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, value.replace('<folder>', folder)]),
      ),
    },
  });
  return {
    port,
    folder,
    url: (parameters = {}, host = '127.0.0.1') => {
      const query = new URLSearchParams(parameters).toString();
      const login = `${SERVER_USER}:${SERVER_PASSWORD}`;
      return `postgresql://${login}@${host}:${port}/postgres${query === '' ? '' : `?${query}`}`;
    },
    close: async () => {
      await postmaster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Files of an authority (ca.crt), of a server that it vouches for under the name `localhost`
 * alone, of a client named `postgres`, and of a stranger's authority (other.crt).
 */
export function makeCertificates(folder: string): void {
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other']) {
    const out = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
    openssl('req', '-x509', ...key, ...out, '-days', '2', '-subj', `/CN=${name} authority`);
  }
  for (const [name, subject] of [
    ['server', 'localhost'],
    ['client', SERVER_USER],
  ]) {
    const out = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
    openssl('req', ...key, ...out, '-subj', `/CN=${subject}`);
    writeFileSync(join(folder, `${name}.ext`), 'subjectAltName=DNS:localhost\n');
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    const names = ['-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, ...names, '-out', `${name}.crt`);
  }
}

/** Settings of a server that speaks TLS with the certificates above. */
export const TLS_SETTINGS = {
  ssl: 'on',
  ssl_cert_file: '<folder>/server.crt',
  ssl_key_file: '<folder>/server.key',
  ssl_ca_file: '<folder>/ca.crt',
} as const;

/** Another program may take it before PostgreSQL does; then the test fails and is run again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
