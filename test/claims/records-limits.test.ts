import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryRates } from '../../src/guard/index.ts';
import { addPerson, ask, heldClock } from '../auth-flows/people.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { freePort } from './records-support.ts';
import { type ClaimServer, claimServer, KEY } from './support.ts';

/** What guides 4 and 5 promise of limits: by a clock that stands still, and as they are shipped. */

const HOUR = 60 * 60_000;
const MINUTE = 60_000;
const clock = heldClock();
let server: TestServer;
beforeAll(async () => {
  server = await testServer({
    clock,
    rates: openMemoryRates({ clock }),
    auth: { isLimited: false, accessMs: 1_000 * HOUR, idleMs: 1_000 * HOUR },
    edge: { proxies: ['127.0.0.1'] },
  });
}, 60_000);
afterAll(() => server?.close());

/** Each test begins when everything is forgotten. */
function later(): void {
  clock.pass(48 * HOUR);
}

type Headers = Readonly<Record<string, string>>;
const from = (address: string, headers: Headers = {}): Headers => ({
  ...headers,
  'x-forwarded-for': address,
});
const statusOf = async (path: string, headers: Headers, at: Pick<TestServer, 'url'> = server) =>
  (await ask(at, 'GET', path, { headers })).status;

/** How many of so many requests no limit refused. */
async function taken(
  count: number,
  [path, headers, at]: readonly [string, Headers, Pick<TestServer, 'url'>?],
): Promise<number> {
  let passed = 0;
  for (let begun = 0; begun < count; begun += 50) {
    const some = Array.from({ length: Math.min(50, count - begun) }, () =>
      statusOf(path, headers, at),
    );
    passed += (await Promise.all(some)).filter((status) => status !== 429).length;
  }
  return passed;
}

const ME = '/api/v1/me';
const JOBS = '/v1/jobs';
const bearerOf = async () => {
  const { accessToken } = await addPerson(server);
  return { authorization: `Bearer ${accessToken}` };
};

describe('limits', () => {
  it('G4.220 count people of one address apart, strangers by address', async () => {
    const [ada, bob] = [await bearerOf(), await bearerOf()];
    later();
    expect(await taken(101, [ME, from('192.0.2.1', ada)])).toBe(100);
    expect(await statusOf(ME, from('192.0.2.1', bob))).toBe(200);
    // One person at another address is still one person.
    expect(await statusOf(ME, from('198.51.100.1', ada))).toBe(429);
    expect(await taken(101, [ME, from('203.0.113.1')])).toBe(100);
    expect(await statusOf(ME, from('203.0.113.2'))).toBe(401);
  });

  it('G4.221 let no burst through at the edge of a window', async () => {
    const ada = await bearerOf();
    later();
    // The end of one window of a minute, and the beginning of the next one.
    clock.pass(MINUTE - 1);
    expect(await taken(150, [ME, from('192.0.2.1', ada)])).toBe(100);
    clock.pass(2);
    expect(await taken(150, [ME, from('192.0.2.1', ada)])).toBe(0);
    clock.pass(MINUTE / 2);
    expect(await taken(150, [ME, from('192.0.2.1', ada)])).toBe(50);
  });

  it('G4.222 answer 429 and say when to come again', async () => {
    const ada = await bearerOf();
    later();
    expect(await taken(100, [ME, from('192.0.2.1', ada)])).toBe(100);
    const refused = await ask(server, 'GET', ME, { headers: from('192.0.2.1', ada) });
    expect(refused.status).toBe(429);
    expect(refused.json.error.code).toBe('RATE_LIMITED');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    clock.pass(seconds * 1_000);
    expect(await statusOf(ME, from('192.0.2.1', ada))).toBe(200);
  });

  it('G4.223 leave one record while who is refused goes on', async () => {
    const [ada, bob] = [await bearerOf(), await bearerOf()];
    const rows = async () => {
      const { json } = await server.ask('GET', '/api/v1/audit?action=rate.limited&limit=200');
      return json.items as readonly object[];
    };
    later();
    const before = (await rows()).length;
    await taken(130, [ME, from('192.0.2.9', ada)]);
    await taken(101, [ME, from('192.0.2.9', bob)]);
    await expect.poll(async () => (await rows()).length).toBe(before + 2);
    expect((await rows())[0]).toMatchObject({
      outcome: 'denied',
      address: '192.0.2.9',
      details: { code: 'RATE_LIMITED' },
    });
    later();
    await taken(130, [ME, from('192.0.2.9', ada)]);
    await expect.poll(async () => (await rows()).length).toBe(before + 3);
  });
});

describe('limits of the jobs API', () => {
  it('G5.279 take 100 requests an hour of an address without a key', async () => {
    later();
    expect(await taken(100, [JOBS, from('192.0.2.1')])).toBe(100);
    expect(await statusOf(JOBS, from('192.0.2.1'))).toBe(429);
    expect(await statusOf(JOBS, from('192.0.2.2'))).toBe(401);
    clock.pass(30 * MINUTE);
    expect(await taken(100, [JOBS, from('192.0.2.1')])).toBe(50);
  });

  it('G5.280 take 1000 requests an hour of a key', async () => {
    const body = { name: 'jobs', scopes: ['executions:read'] };
    const { key } = (await server.ask('POST', '/api/v1/keys', { body })).json;
    const by = { 'x-api-key': key };
    later();
    expect(await taken(500, [JOBS, from('192.0.2.1', by)])).toBe(500);
    expect(await taken(500, [JOBS, from('192.0.2.2', by)])).toBe(500);
    expect(await statusOf(JOBS, from('192.0.2.1', by))).toBe(429);
    clock.pass(HOUR);
    expect(await statusOf(JOBS, from('192.0.2.1', by))).toBe(200);
  });
});

describe('limits that the settings say', () => {
  const byKey = { 'x-api-key': KEY };

  it('G4.224 FLOWRUNNER_RATE_LIMIT_REQUESTS and _WINDOW: 1000 an hour, and no more', async () => {
    const shipped = await claimServer({
      FLOWRUNNER_RATE_LIMIT_REQUESTS: '1000',
      FLOWRUNNER_RATE_LIMIT_WINDOW: '3600',
    });
    try {
      const begun = performance.now();
      const passed = await taken(1_020, [ME, byKey, shipped]);
      // One more comes back every 3.6 s, however slow this machine is.
      const back = Math.ceil((performance.now() - begun) / 3_600);
      expect(passed).toBeGreaterThanOrEqual(1_000);
      expect(passed).toBeLessThanOrEqual(1_000 + back);
      const { headers } = await shipped.ask('GET', ME);
      expect(headers.get('ratelimit-policy')).toBe('"api";q=1000;w=3600');
    } finally {
      await shipped.close();
    }
  });
});

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!isInstalled())('limits of several servers', () => {
  const PASSWORD = 'made-for-tests-and-nothing-else';
  let redis: ChildProcess | undefined;
  const servers: ClaimServer[] = [];
  beforeAll(async () => {
    const port = String(await freePort());
    const words = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    redis = spawn('redis-server', [...words, '--requirepass', PASSWORD], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const piece of redis.stdout ?? []) {
      if (`${piece}`.includes('Ready to accept connections')) break;
    }
    const settings = {
      REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${port}`,
      RATE_LIMIT_REQUESTS: '20',
      RATE_LIMIT_WINDOW: '86400',
    };
    servers.push(...(await Promise.all([claimServer(settings), claimServer(settings)])));
  });
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.close()));
    redis?.kill('SIGKILL');
  });

  it('G5.281 are one, whichever of them is asked', async () => {
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error('both have started');
    const byKey = { 'x-api-key': KEY };
    expect(await taken(12, [ME, byKey, first])).toBe(12);
    expect(await taken(12, [ME, byKey, second])).toBe(8);
    expect(await statusOf(ME, byKey, first)).toBe(429);
    const strangers = await Promise.all(
      Array.from({ length: 40 }, (_none, index) => statusOf(ME, {}, servers[index % 2])),
    );
    expect(strangers.filter((status) => status !== 429)).toHaveLength(20);
  });
});
