import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import type { RateLimiter, Taking } from './rate.ts';
import { openMemoryRates } from './rate-memory.ts';
import { openRedisRates } from './rate-redis.ts';

const PASSWORD = 'made-for-tests-and-nothing-else';

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isThere = isInstalled();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}

const ACL = `user limiter on >${PASSWORD}2 ~sluice:rate:* -@all +eval +evalsha +time +get +set +ping +hello +auth`;

async function startRedis(port: number): Promise<ChildProcess> {
  const redis = spawn(
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'].concat([
      '--requirepass',
      PASSWORD,
      '--user',
      ...ACL.split(' ').slice(1),
    ]),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const piece of redis.stdout ?? []) {
    if (`${piece}`.includes('Ready to accept connections')) break;
  }
  return redis;
}

async function stop(redis: ChildProcess | undefined): Promise<void> {
  if (redis === undefined || redis.exitCode !== null) return;
  redis.kill('SIGKILL');
  await once(redis, 'exit');
}

function lines() {
  const said: string[] = [];
  const log = {
    warn: (message: string) => said.push(`warn ${message}`),
    info: (message: string) => said.push(`info ${message}`),
  };
  return { said, log };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let count = 0; count < 500; count += 1) {
    if (await isTrue()) return;
    await systemClock.sleep(20);
  }
  throw new Error('it did not happen');
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BUNDLED = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
} as const;

/** Asks 100 times at once, and says how often it was let through. */
const ASKS = `
import { systemClock } from '../base/index.ts';
import { openMemoryRates } from './rate-memory.ts';
import { openRedisRates } from './rate-redis.ts';
const [url, taking] = process.argv.slice(2);
const log = { info: console.error, warn: console.error };
const fallback = openMemoryRates({ clock: systemClock });
const rates = await openRedisRates({ url, clock: systemClock, log, fallback });
const asked = Array.from({ length: 100 }, () => rates.take([JSON.parse(taking)]));
const verdicts = await Promise.all(asked);
console.log(verdicts.filter((verdict) => verdict.isAllowed).length);
await rates.close();
`;

const by = (subject: string, amount: number, windowMs = 3_600_000): Taking => ({
  name: 'sign-in',
  by: 'name',
  subject,
  limit: { amount, windowMs },
});

describe.skipIf(!isThere)('a limiter over Redis (skipped without redis-server)', () => {
  let port = 0;
  let redis: ChildProcess | undefined;
  const opened: RateLimiter[] = [];
  const open = async (user = `:${PASSWORD}`, log = lines().log) => {
    const fallback = openMemoryRates({ clock: systemClock });
    const url = `redis://${user}@127.0.0.1:${port}`;
    const rates = await openRedisRates({ url, clock: systemClock, log, fallback });
    opened.push(rates);
    return rates;
  };
  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
  });
  afterAll(async () => {
    await Promise.all(opened.map((rates) => rates.close()));
    await stop(redis);
  });

  it('gives the last unit to exactly one of 200 over two clients', async () => {
    const [one, two] = [await open(), await open(`limiter:${PASSWORD}2`)];
    const taking = by('shared', 10);
    for (let count = 0; count < 9; count += 1) {
      expect((await one.take([taking]))?.remaining).toBe(9 - count);
    }
    const asked = Array.from({ length: 200 }, (_, index) => (index % 2 ? one : two).take([taking]));
    const verdicts = await Promise.all(asked);
    expect(verdicts.filter((verdict) => verdict?.isAllowed)).toHaveLength(1);
    expect(verdicts.at(-1)).toMatchObject({ taking, remaining: 0 });
  });

  it('gives the last unit to exactly one of 200 over two processes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-rates-'));
    const program = join(folder, 'asks.mjs');
    buildSync({ stdin: { contents: ASKS, resolveDir: HERE }, outfile: program, ...BUNDLED });
    const url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
    const taking = by('processes', 1);
    const counts = await Promise.all(
      [1, 2].map(async () => {
        const child = spawn(process.execPath, [program, url, JSON.stringify(taking)]);
        let text = '';
        child.stderr.pipe(process.stderr);
        for await (const piece of child.stdout) text += piece;
        return Number(text);
      }),
    );
    await rm(folder, { recursive: true });
    expect(counts.toSorted()).toEqual([0, 1]);
  });

  it('takes from all buckets or from none', async () => {
    const rates = await open();
    const [wide, narrow] = [by('wide', 10), by('narrow', 1)];
    expect(await rates.take([wide, narrow])).toMatchObject({ isAllowed: true, taking: narrow });
    expect(await rates.take([wide, narrow])).toMatchObject({ isAllowed: false, taking: narrow });
    expect(await rates.take([wide])).toMatchObject({ isAllowed: true, remaining: 8 });
    expect(rates.take([])).toBe(undefined);
  });

  it('gives back evenly, and forgets what is empty', async () => {
    const rates = await open();
    const quick = by('quick', 2, 200);
    await rates.take([quick]);
    await rates.take([quick]);
    const refused = await rates.take([quick]);
    expect(refused?.isAllowed).toBe(false);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(100);
    await until(async () => (await rates.take([quick]))?.isAllowed === true);
  });

  it('is as full as it was where the clock of Redis went back, and runs out from now', async () => {
    const rates = await open();
    const taking = by('ahead', 2, 400);
    const key = `sluice:rate:${sha256Hex('sign-in|name|ahead')}`;
    const ahead = Date.now() + 3_600_000;
    const cli = ['-p', `${port}`, '--no-auth-warning', '-a', PASSWORD];
    execFileSync('redis-cli', [...cli, 'set', key, `2.000000000 ${ahead}.000`]);
    expect(await rates.take([taking])).toMatchObject({ isAllowed: false });
    await until(async () => (await rates.take([taking]))?.isAllowed === true);
  });

  it('keeps no name in Redis', async () => {
    const rates = await open();
    await rates.take([by('ada@example.com', 5)]);
    const cli = ['-p', `${port}`, '--no-auth-warning', '-a', PASSWORD, 'keys', '*'];
    const keys = execFileSync('redis-cli', cli, { encoding: 'utf8' });
    expect(keys.trim().split('\n').length).toBeGreaterThan(0);
    for (const key of keys.trim().split('\n')) expect(key).toMatch(/^sluice:rate:[0-9a-f]{64}$/);
  });

  it('is closed where a password is asked for and Redis is gone, and open again after', async () => {
    const { said, log } = lines();
    const rates = await open(undefined, log);
    await rates.take([by('x', 5)]);
    await stop(redis);
    const taking = by('away', 2);
    const sensitive = { isSensitive: true };
    await expect(rates.take([taking], sensitive)).rejects.toMatchObject({
      code: 'LIMITER_UNAVAILABLE',
    });
    expect(await rates.take([taking])).toMatchObject({ isAllowed: true, remaining: 1 });
    expect(await rates.take([taking])).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(await rates.take([taking])).toMatchObject({ isAllowed: false });
    await expect(rates.take([taking], sensitive)).rejects.toThrow('counted');
    expect(said).toEqual([expect.stringMatching(/^warn Redis does not answer/)]);
    redis = await startRedis(port);
    await until(() => said.length > 1);
    expect(said[1]).toMatch(/^info Redis answers again/);
    expect(await rates.take([taking], sensitive)).toMatchObject({ isAllowed: true, remaining: 1 });
    expect(said).toHaveLength(2);
  }, 30_000);

  it('does not wait for a Redis that hangs', async () => {
    const { said, log } = lines();
    const rates = await open(undefined, log);
    redis?.kill('SIGSTOP');
    try {
      const asked = Array.from({ length: 50 }, () => rates.take([by('hangs', 10)]));
      const allowed = (await Promise.all(asked)).filter((verdict) => verdict?.isAllowed);
      expect(allowed).toHaveLength(10);
      expect(said).toHaveLength(1);
    } finally {
      redis?.kill('SIGCONT');
    }
    await until(() => said.length === 2);
  }, 30_000);

  it('starts without Redis, says so, and uses it when it comes', async () => {
    const [known, other] = [port, await freePort()];
    port = other;
    const { said, log } = lines();
    const rates = await open(undefined, log);
    expect(said).toHaveLength(1);
    expect(await rates.take([by('early', 1)])).toMatchObject({ isAllowed: true });
    const late = await startRedis(other);
    await until(() => said.length === 2);
    expect(await rates.take([by('early', 1)])).toMatchObject({ isAllowed: true });
    expect(await rates.take([by('early', 1)])).toMatchObject({ isAllowed: false });
    await rates.close();
    await stop(late);
    port = known;
  }, 30_000);

  it.each([
    ['a wrong password', ':wrong'],
    ['no password', ''],
    ['a user who may not', `limiter:${PASSWORD}`],
  ])(
    'counts for itself with %s, and never says which',
    async (_what, user) => {
      const { said, log } = lines();
      const rates = await open(user, log);
      expect(await rates.take([by('wrong', 1)])).toMatchObject({ isAllowed: true });
      expect(said.join()).not.toContain(PASSWORD);
      expect(said).toHaveLength(1);
      await rates.close();
    },
    30_000,
  );
});
