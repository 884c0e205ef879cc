// Starts the shipped server (or a worker) for a benchmark, in a folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
export const KEY = 'bench-4bf1e07c2d9a58f3661b0c97ae25d418'; // not-a-secret

const SECRETS = {
  JWT_SECRET_KEY: 'b4f0c1d7a9e25836f7c0d1b2a3948576e5f60718293a4b5c6d7e8f9012345670', // not-a-secret
  JWT_REFRESH_SECRET_KEY: '17c3e5a7d9fb0c2e4a6b8d0f1c3e5a7b9d1f3a5c7e9b0d2f4a6c8e0b1d3f5a79', // not-a-secret
  ENCRYPTION_KEY: '9a3f7c1e5b0d8246af91c3e7b5d20f684e1a9c3b7d5f0e2846ac8b1d3f7e5092', // not-a-secret
  ADMIN_API_KEYS: KEY,
};

/** Gives { address, request(method, path, body), pid, kill(signal), close() }. */
export async function sluiceServer({ env = {}, kind = 'start' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const child = spawn(
    process.execPath,
    [...(process.env.NODE_FLAGS?.split(' ') ?? []), command, kind],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        PORT: '0',
        LOG_LEVEL: 'warn',
        // Counted as ever, and high enough for a load generator.
        RATE_LIMIT_REQUESTS: '10000000',
        ...SECRETS,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((done) => child.once('exit', done));
  const address = await new Promise((resolve, reject) => {
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
      const found = /https?:\/\/[\d.:]+/.exec(told);
      if (found !== null || kind === 'worker') resolve(found?.[0]);
    });
    ended.then(() => reject(new Error('the server ended')));
  });
  const headers = { 'x-api-key': KEY, 'content-type': 'application/json' };
  return {
    address,
    headers,
    pid: child.pid,
    ended,
    kill: (signal) => child.kill(signal),
    request: async (method, path, body) => {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: body === undefined ? { 'x-api-key': KEY } : headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
