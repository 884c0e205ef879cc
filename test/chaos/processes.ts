import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
export const CHAOS_KEY = 'chaos-5f1d08c3b7e24a9690dd71f2ac83be46'; // not-a-secret
const START_MS = 30_000;

const SECRETS = {
  JWT_SECRET_KEY: '6b0f2d9c81e7a4539cd0b1f2e3a4958677f6e5d4c3b2a1908f7e6d5c4b3a2918', // not-a-secret
  JWT_REFRESH_SECRET_KEY: 'c09e7b5d3f1a2846e8c0a4b6d2f19375b8d6f4e2a0c19e7d5b3f1a29486e0c7d', // not-a-secret
  ENCRYPTION_KEY: '2f8a1c9e7b5d30f64e82a6c0d4b8f197e3a5c7091b2d4f6880ace1357924680b', // not-a-secret
  ADMIN_API_KEYS: CHAOS_KEY,
};

/** The shipped command as a process that may be killed and started again. */
export class Sluice {
  readonly #words: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
  #child: ChildProcess | undefined;
  log = '';

  constructor(kind: 'start' | 'worker', environment: Readonly<Record<string, string>>) {
    this.#words = [command, kind];
    this.#environment = environment;
  }

  /** Resolves when it has said that it serves. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [...this.#words], {
      cwd: this.#folder,
      env: {
        PATH: process.env.PATH,
        HOME: this.#folder,
        // Clients that try again for as long as a server is away.
        RATE_LIMIT_REQUESTS: '10000000',
        ...SECRETS,
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk) => {
      this.log = `${this.log}${chunk}`.slice(-20_000);
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no start: ${this.log}`)), START_MS);
      child.stdout.once('data', () => {
        clearTimeout(timer);
        resolve();
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${code} before it served: ${this.log}`));
      });
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** A clean end; gives the exit code. */
  async close(): Promise<number | null> {
    const code = await this.#end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
    return code;
  }

  #end(name: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return Promise.resolve(null);
    return new Promise((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.kill(name);
    });
  }
}

/** What a flow did to the world outside, by idempotency key. */
export interface Effects {
  readonly url: string;
  /** Bodies by key, each once however often it was sent. */
  readonly byKey: ReadonlyMap<string, string>;
  /** Calls that should never have come: without a key, or with another body under a known one. */
  readonly wrong: readonly string[];
  readonly calls: () => number;
  close(): Promise<void>;
}

/** A service of the outside world that remembers every call and takes its time to answer. */
export async function effectsService(answerMs = 0): Promise<Effects> {
  const byKey = new Map<string, string>();
  const wrong: string[] = [];
  let calls = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      calls += 1;
      const key = request.headers['idempotency-key'];
      if (typeof key !== 'string') wrong.push(`no key: ${body}`);
      else if (byKey.has(key) && byKey.get(key) !== body) wrong.push(`${key}: another body`);
      else byKey.set(key, body);
      response.setHeader('content-type', 'application/json');
      setTimeout(() => response.end(JSON.stringify({ seen: body.length })), answerMs);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    byKey,
    wrong,
    calls: () => calls,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
