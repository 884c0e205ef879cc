import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Text that only the host can have given: its files, its commands, its objects. */
const HOST_SIGNS = /root:x:0|uid=\d+|\bnative code\b|\[object \w+\]|HOST OBJECT|PRETTY_NAME=/;

/** What lies outside and must be as it was after each attack, and whose content nobody may tell. */
export interface Canary {
  /** Nobody knows it but the environment and the file. */
  readonly secret: string;
  readonly file: string;
  readonly folder: string;
  /** Of a socket that listens on the loopback address. */
  readonly port: number;
  /** What of the outside `text` tells, or what was touched; undefined where all is well. */
  judge(text: string): string | undefined;
  close(): Promise<void>;
}

/** Plants a file, a variable of this process and a listening socket. */
export async function plantCanary(): Promise<Canary> {
  const secret = `canary${randomBytes(12).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-canary-'));
  const file = join(folder, 'secret.txt');
  writeFileSync(file, secret);
  process.env.SLUICE_CANARY = secret;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.end(secret);
  });
  const port = await listen(server);
  const clean = new Set(Object.getOwnPropertyNames(Object.prototype));
  const judge = (text: string) => {
    if (text.includes(secret)) return 'the secret of the canary';
    const sign = HOST_SIGNS.exec(text)?.[0];
    if (sign !== undefined) return `a sign of the host: ${sign}`;
    if (connections > 0) return 'a connection to the loopback address';
    if (readFileSync(file, 'utf8') !== secret) return 'the canary file was changed';
    if (readdirSync(folder).length !== 1) return 'a file beside the canary file';
    const strange = Object.getOwnPropertyNames(Object.prototype).find((name) => !clean.has(name));
    return strange === undefined ? undefined : `Object.prototype has ${strange}`;
  };
  const close = async () => {
    delete process.env.SLUICE_CANARY;
    rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => server.close(resolve));
  };
  return { secret, file, folder, port, judge, close };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
