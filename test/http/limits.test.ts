import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/store/index.ts';
import { jsonOf, type SmallServer, smallServer } from './small-server.ts';

const open: SmallServer[] = [];
const start = async (...args: Parameters<typeof smallServer>) => {
  const one = await smallServer({ edge: { proxies: ['127.0.0.1'] }, ...args[0] });
  open.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const as = (who: string, address = '192.0.2.1', way = 'key') => ({
  'x-api-key': `${way} ${who} flows:read,flows:write`,
  'x-forwarded-for': address,
});
const from = (address: string) => ({ 'x-forwarded-for': address });
const json = { method: 'POST', body: '{}' };
const typed = { 'content-type': 'application/json' };

/** How many of so many requests were not refused by a limit. */
async function taken(count: number, ask: () => Promise<Response>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, ask));
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  return answers.filter(({ status }) => status !== 429).length;
}

const limited = (rows: readonly AuditEntry[]) =>
  rows.filter(({ action }) => action === 'rate.limited');

describe('the API', () => {
  it('takes 100 a minute of one who is known, and not the 101st', async () => {
    const server = await start();
    expect(await taken(100, () => server.ask('/things', { headers: as('a') }))).toBe(100);
    const answer = await server.ask('/things', { headers: as('a') });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await jsonOf(answer)).error).toMatchObject({
      code: 'RATE_LIMITED',
      details: { limit: 'api', by: 'key', retryAfterMs: 600 },
    });
    server.time.now += 600;
    expect((await server.ask('/things', { headers: as('a') })).status).toBe(200);
  });

  it('counts two of one address apart, and one of two addresses together', async () => {
    const server = await start();
    expect(await taken(100, () => server.ask('/things', { headers: as('a') }))).toBe(100);
    expect((await server.ask('/things', { headers: as('b') })).status).toBe(200);
    expect((await server.ask('/things', { headers: as('a', '203.0.113.5') })).status).toBe(429);
  });

  it('takes 100 a minute of an address that nobody is known at', async () => {
    const server = await start();
    const ask = () => server.ask('/things', { headers: from('192.0.2.1') });
    expect(await taken(150, ask)).toBe(100);
    expect((await server.ask('/things', { headers: from('192.0.2.2') })).status).toBe(401);
    // Who has a key is not shut out by a neighbour who has none.
    expect((await server.ask('/things', { headers: as('a') })).status).toBe(200);
  });

  it('asks nobody who they are beyond ten times as much of one address', async () => {
    const server = await start({ api: { amount: 3, windowMs: 60_000 } });
    let who = 0;
    const ask = () => {
      who += 1;
      return server.ask('/things', { headers: as(`${who}`, '192.0.2.7') });
    };
    expect(await taken(40, ask)).toBe(30);
  });

  it('counts what one account does in all', async () => {
    const server = await start({ api: { amount: 3, windowMs: 60_000 } });
    let who = 0;
    const ask = () => {
      who += 1;
      return server.ask('/things', { headers: as(`${who}`, `192.0.2.${who}`) });
    };
    expect(await taken(40, ask)).toBe(30);
  });

  it('believes no address of who is no proxy', async () => {
    const server = await start({ edge: { proxies: [] } });
    let last = 0;
    const ask = () => {
      last += 1;
      return server.ask('/open', { headers: from(`192.0.2.${last}`) });
    };
    expect(await taken(120, ask)).toBe(100);
  });

  it('follows the settings: 1000 in an hour, and not 1001', async () => {
    const server = await start({ api: { amount: 1_000, windowMs: 3_600_000 } });
    expect(await taken(1_001, () => server.ask('/things', { headers: as('a') }))).toBe(1_000);
    const answer = await server.ask('/things', { headers: as('a') });
    expect(answer.headers.get('retry-after')).toBe('4');
  });

  it('counts the keys of the settings as any other', async () => {
    const server = await start();
    const headers = as('admin-1', '192.0.2.1', 'operator-key');
    expect(await taken(120, () => server.ask('/things', { headers }))).toBe(100);
  });

  it('counts what is looked for and not there, such as /.env', async () => {
    const server = await start();
    const paths = ['/.env', '/wp-login.php', '/.git/config', '/admin', '/server-status'];
    let count = 0;
    const ask = () => {
      count += 1;
      return server.ask(paths[count % paths.length] ?? '', { headers: from('192.0.2.1') });
    };
    expect(await taken(120, ask)).toBe(100);
    expect((await server.ask('/.env', { headers: from('192.0.2.2') })).status).toBe(404);
  });

  it('never limits health', async () => {
    const server = await start({ api: { amount: 1, windowMs: 60_000 } });
    expect(await taken(50, () => server.ask('/health'))).toBe(50);
    expect((await server.ask('/health')).headers.get('ratelimit')).toBe(null);
  });
});

describe('what costs more', () => {
  it('takes five sign-ins a minute of an address, and the next when the time is over', async () => {
    const server = await start();
    const ask = (address = '192.0.2.1') =>
      server.ask('/sign-in', { ...json, headers: { ...typed, ...from(address) } });
    expect(await taken(6, ask)).toBe(5);
    expect((await ask()).headers.get('retry-after')).toBe('12');
    expect((await ask('192.0.2.2')).status).toBe(200);
    server.time.now += 60_000;
    expect(await taken(6, ask)).toBe(5);
  });

  it.each(['/make', '/upload'])('takes ten a minute of one person: %s', async (path) => {
    const server = await start();
    const ask = (who = 'a', way = 'bearer') =>
      server.ask(path, { ...json, headers: { ...typed, ...as(who, '192.0.2.1', way) } });
    expect(await taken(11, () => ask())).toBe(10);
    expect((await ask('b')).status).toBe(200);
    expect((await server.ask('/things', { headers: as('a', '192.0.2.1', 'bearer') })).status).toBe(
      200,
    );
  });

  it('takes 100 jobs an hour of a stranger’s address, and 1000 of a key', async () => {
    const server = await start({ api: { amount: 1_000, windowMs: 60_000 } });
    expect(await taken(101, () => server.ask('/job', { headers: from('192.0.2.1') }))).toBe(100);
    expect(await taken(1_001, () => server.ask('/job', { headers: as('a') }))).toBe(1_000);
  });
});

describe('every answer', () => {
  it('says how much is left, in the new form and the old', async () => {
    const server = await start();
    const { headers } = await server.ask('/things', { headers: as('a') });
    expect(headers.get('ratelimit-policy')).toBe('"api";q=100;w=60');
    expect(headers.get('ratelimit')).toBe('"api";r=99;t=1');
    expect(headers.get('ratelimit-limit')).toBe('100');
    expect(headers.get('ratelimit-remaining')).toBe('99');
    expect(headers.get('ratelimit-reset')).toBe('1');
  });
});

describe('a violation', () => {
  it('leaves one record for a bucket and its window', async () => {
    const server = await start();
    await taken(150, () => server.ask('/things', { headers: as('a') }));
    expect(limited(server.rows)).toEqual([
      expect.objectContaining({
        actor: 'key:a',
        action: 'rate.limited',
        targetId: 'read',
        outcome: 'denied',
        address: '192.0.2.1',
        details: { code: 'RATE_LIMITED', way: 'key', limit: 'api', by: 'key' },
      }),
    ]);
    await taken(150, () => server.ask('/open', { headers: from('192.0.2.1') }));
    expect(limited(server.rows)).toHaveLength(2);
    server.time.now += 60_000;
    await taken(150, () => server.ask('/things', { headers: as('a') }));
    expect(limited(server.rows)).toHaveLength(3);
  });
});
