/** What somebody gets who guesses passwords, or only wants to shut the owner out. */
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/index.ts';
import { openMemoryRates } from '../../../src/guard/index.ts';
import { asker, testPerson } from '../../support/people.ts';
import {
  TEST_KEY,
  type TestServer,
  type TestServerOptions,
  testServer,
} from '../../support/server.ts';

const PASSWORD = 'quiet-otter-lamp-91'; // not-a-secret
const DAY = 86_400_000;
const PROXY = { edge: { proxies: ['127.0.0.1'] } };
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

/** The system's clock, so far off as a test says. */
const time = { off: 0 };
const clock = { ...systemClock, now: () => systemClock.now() + time.off };

let server: TestServer | undefined;
async function start(options: TestServerOptions = {}): Promise<TestServer> {
  time.off = 0;
  server = await testServer({ clock, ...options });
  return server;
}
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const limited = () => ({ ...PROXY, rates: openMemoryRates({ clock }) });
const signIn = (on: TestServer, from: string, username: string, password: string) =>
  asker(on, { 'x-forwarded-for': from }).ask('POST', '/api/v1/auth/sign-in', {
    username,
    password,
  });

describe('HTTP Basic', () => {
  it('takes five passwords a minute of an address, over all names and routes', async () => {
    const on = await start({ rates: openMemoryRates({ clock }) });
    await testPerson(on, 'target'); // One sign-in of this address.
    for (let index = 0; index < 10; index += 1) {
      await asker(on, basic(`name${index}`, 'wrong')).ask('GET', '/api/v1/me');
    }
    const right = await asker(on, basic('target', PASSWORD)).ask('GET', '/api/v1/me');
    expect([right.status, right.json.error.details.by]).toEqual([429, 'address']);
  });

  it('goes on being taken from an address that many use', async () => {
    const on = await start(limited());
    const names = ['ann', 'ben', 'cid', 'dot', 'eve', 'fay'];
    for (const [index, name] of names.entries()) {
      await testPerson(on, name);
      time.off += 60_000;
      const headers = { ...basic(name, PASSWORD), 'x-forwarded-for': '198.51.100.9' };
      expect((await asker(on, headers).ask('GET', '/api/v1/me')).status, `${index}`).toBe(200);
    }
    time.off += 90_000;
    for (const name of names) {
      const headers = { ...basic(name, PASSWORD), 'x-forwarded-for': '198.51.100.9' };
      expect((await asker(on, headers).ask('GET', '/api/v1/me')).status, name).toBe(200);
    }
  });
});

describe('a stranger who types a name without end', () => {
  const siege = async (on: TestServer) => {
    for (let minute = 0; minute < 20; minute += 1) {
      time.off += 60_000;
      await signIn(on, `2001:db8:${minute.toString(16)}::1`, 'owner', 'wrong');
    }
    time.off += 2_000;
  };

  it('does not shut the owner out of where she signs in from', async () => {
    const on = await start(limited());
    await testPerson(on, 'owner');
    time.off += 60_000;
    expect((await signIn(on, '198.51.100.7', 'owner', PASSWORD)).status).toBe(200);
    await siege(on);
    expect((await signIn(on, '198.51.100.7', 'owner', PASSWORD)).status).toBe(200);
    const rows = await on.ask('GET', '/api/v1/audit?action=auth.sign-in&outcome=done&limit=1');
    expect(rows.json.items[0].details.notice).toContain('after-failures');
    expect((await signIn(on, '203.0.113.50', 'owner', PASSWORD)).status).toBe(429);
  });

  it('does not keep who is signed in from a new password', async () => {
    const on = await start(limited());
    const owner = await testPerson(on, 'owner');
    await siege(on);
    const moved = asker(on, { ...owner.headers, 'x-forwarded-for': '203.0.113.50' });
    const body = { current: PASSWORD, new: 'gentle-heron-door-47' };
    expect((await moved.ask('POST', '/api/v1/me/password', body)).status).toBe(204);
  });

  it('guesses no more from the network of the owner, or with a session, than from elsewhere', async () => {
    const on = await start(PROXY);
    const owner = await testPerson(on, 'owner');
    expect((await signIn(on, '198.51.100.7', 'owner', PASSWORD)).status).toBe(200);
    for (let index = 0; index < 5; index += 1) {
      await signIn(on, '198.51.100.7', 'owner', 'wrong');
      await owner.ask('POST', '/api/v1/me/password', { current: 'wrong', new: PASSWORD });
    }
    expect((await signIn(on, '198.51.100.7', 'owner', PASSWORD)).status).toBe(429);
    const body = { current: PASSWORD, new: 'gentle-heron-door-47' };
    expect((await owner.ask('POST', '/api/v1/me/password', body)).status).toBe(429);
  });

  it('learns from the answers to strangers nothing about who is known where', async () => {
    const on = await start(PROXY);
    await testPerson(on, 'owner');
    const answers = async (name: string) => {
      const all: unknown[] = [];
      for (let index = 0; index < 6; index += 1) {
        const { status, json } = await signIn(on, '203.0.113.50', name, 'wrong');
        all.push([status, json.error.code]);
      }
      return all;
    };
    expect(await answers('owner')).toEqual(await answers('nobody'));
  });

  it('reaches the count of nobody by a name that looks like one', async () => {
    const on = await start(PROXY);
    await testPerson(on, 'owner');
    for (const name of ['["owner","network 127.0.0.1"]', 'known:owner', 'owner|127.0.0.1']) {
      for (let index = 0; index < 6; index += 1) await signIn(on, '203.0.113.50', name, 'wrong');
    }
    expect((await signIn(on, '127.0.0.1', 'owner', PASSWORD)).status).toBe(200);
  });
});

describe('an admin who adds people without end', () => {
  it('adds ten a minute, so that neither hashes nor names are asked for without end', async () => {
    const on = await start({ rates: openMemoryRates({ clock }) });
    const boss = await testPerson(on, 'boss', 'admin');
    const all = await Promise.all(
      Array.from({ length: 30 }, () => boss.ask('POST', '/api/v1/people', { username: 'boss' })),
    );
    const refused = all.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused[0]?.json.error.details).toMatchObject({ limit: 'create', by: 'person' });
  });
});

describe('a clock that was ahead', () => {
  it('locks no name until that time has come', async () => {
    const on = await start();
    time.off = 365 * DAY;
    for (let index = 0; index < 5; index += 1) await signIn(on, '', 'owner', 'wrong');
    time.off = 0;
    const body = { username: 'owner', password: PASSWORD };
    await on.ask('POST', '/api/v1/people', { body });
    for (let index = 0; index < 5; index += 1) await signIn(on, '', 'owner', 'wrong');
    expect((await signIn(on, '', 'owner', PASSWORD)).json.error.details.retryAfterMs).toBeLessThan(
      31_000,
    );
    time.off = 31_000;
    expect((await signIn(on, '', 'owner', PASSWORD)).status).toBe(200);
  });
});

describe('what is typed as a name', () => {
  it.each([
    ['a password with signs', 'My-Secret-Passw0rd!'],
    ['a key', `sk_${'a1B2'.repeat(10)}xyz`],
    ['a part of a key', 'sk_a1B2c3'],
    ['an operator key', TEST_KEY],
    ['a one-time token', 'aB3-'.repeat(10).concat('xyz')],
    ['a hexadecimal secret', '0123456789abcdef0123456789abcdef'],
    ['a password that was made here', 'ABCD2-abcd3-ef4g5-hjkm6-npqr7'],
    ['more than a name has', 'long'.repeat(20)],
    ['lines', 'owner\nadmin'],
  ])('stands in no record where it is %s', async (_what, typed) => {
    const on = await start();
    await signIn(on, '', typed, 'x');
    await signIn(on, '', typed, 'y');
    await asker(on, basic(typed, 'x')).ask('GET', '/api/v1/me');
    const page = async () => await on.ask('GET', '/api/v1/audit?limit=50');
    await expect.poll(async () => (await page()).json.items.length).toBeGreaterThan(2);
    const { json, text } = await page();
    expect(text.toLowerCase()).not.toContain(JSON.stringify(typed).slice(1, -1).toLowerCase());
    const names = json.items
      .filter((row: { action: string }) => row.action === 'auth.sign-in')
      .map((row: { details: { username: string } }) => row.details.username);
    expect(names).toHaveLength(2);
    expect(names[0]).toMatch(/^unusual [0-9a-f]{8}$/);
    expect(names[1]).toBe(names[0]);
  });

  it('stands there where it is a name, known or not', async () => {
    const on = await start();
    for (const name of ['Ann@Example.com', 'admin']) await signIn(on, '', name, 'x');
    const { text } = await on.ask('GET', '/api/v1/audit?limit=50');
    expect(text).toContain('"username":"ann@example.com"');
    expect(text).toContain('"username":"admin"');
  });
});
