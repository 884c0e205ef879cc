import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryRates } from '../../src/guard/index.ts';
import { addPerson, ask, GOOD_PASSWORD, heldClock, signIn } from '../auth-flows/people.ts';
import { HELLO } from '../support/flows.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** What guide 2 promises of limits, and of waiting for time to pass: the clock is the test's. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WRONG = 'not the password of anybody'; // not-a-secret

let opened: TestServer[] = [];
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
});

/** A server with the limits of the settings; who is behind which address, a proxy says. */
async function open() {
  const clock = heldClock();
  const rates = openMemoryRates({ clock });
  const server = await testServer({ clock, rates, edge: { proxies: ['127.0.0.1'] } });
  opened.push(server);
  return { server, clock };
}

function login(server: TestServer, username: string, address: string, password = WRONG) {
  return ask(server, 'POST', '/api/auth/login', {
    body: { username, password },
    headers: { 'x-forwarded-for': address },
  });
}

/** Statuses in their order, one request after the other. */
async function statuses(
  count: number,
  act: (index: number) => Promise<{ readonly status: number }>,
) {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await act(index)).status);
  return found;
}

describe('sign-in', () => {
  it('G2.066 G2.087 five a minute of one address are taken, and the sixth answers 429', async () => {
    const { server } = await open();
    const person = await server.ask('POST', '/api/v1/people', {
      body: { username: 'ada', password: GOOD_PASSWORD },
    });
    expect(person.status).toBe(201);
    const tried = await statuses(6, (index) => login(server, `name-${index}`, '192.0.2.1'));
    expect(tried).toEqual([401, 401, 401, 401, 401, 429]);
    const right = await login(server, 'ada', '192.0.2.1', GOOD_PASSWORD);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    // All names of the door count as one, and somebody else is not shut out.
    expect(
      (
        await ask(server, 'POST', '/api/v1/auth/sign-in', {
          body: { username: 'ada', password: GOOD_PASSWORD },
          headers: { 'x-forwarded-for': '192.0.2.1' },
        })
      ).status,
    ).toBe(429);
    expect((await login(server, 'ada', '192.0.2.2', GOOD_PASSWORD)).status).toBe(200);
  });

  it('G2.067 after the window the next attempts are handled', async () => {
    const { server, clock } = await open();
    const five = () => statuses(6, (index) => login(server, `other-${index}`, '192.0.2.1'));
    expect((await five()).at(-1)).toBe(429);
    clock.pass(MINUTE / 5 - 1);
    expect((await login(server, 'one-more', '192.0.2.1')).status).toBe(429);
    clock.pass(1);
    expect((await login(server, 'one-more', '192.0.2.1')).status).toBe(401);
    clock.pass(MINUTE);
    expect(await five()).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('G2.087 five failures of one name make it wait, from however many addresses', async () => {
    const { server, clock } = await open();
    await addPerson(server, { username: 'grace' });
    clock.pass(MINUTE);
    const tried = await statuses(5, (index) => login(server, 'grace', `192.0.2.${index}`));
    expect(tried).toEqual([401, 401, 401, 401, 401]);
    const from = (index: number) => login(server, 'grace', `198.51.100.${index}`, GOOD_PASSWORD);
    expect((await from(1)).status).toBe(429);
    // The bucket of the name is full again, and it waits for its failures all the same.
    clock.pass(29_999);
    expect((await from(2)).status).toBe(429);
    clock.pass(1);
    expect((await from(3)).status).toBe(200);
  });
});

describe('the API', () => {
  it('G2.068 a hundred requests a minute are taken, and the next answers 429', async () => {
    const { server, clock } = await open();
    const read = () => server.ask('GET', '/api/v1/flows');
    expect(new Set(await statuses(100, read))).toEqual(new Set([200]));
    expect((await read()).status).toBe(429);
    expect((await server.ask('GET', '/health')).status).toBe(200);
    clock.pass(MINUTE);
    expect((await read()).status).toBe(200);
  });

  it('G2.070 ten new flows a minute are taken, and the eleventh answers 429', async () => {
    const { server, clock } = await open();
    const save = () => server.ask('POST', '/api/v1/flows', { body: { source: HELLO } });
    expect(new Set(await statuses(10, save))).toEqual(new Set([201]));
    const refused = await save();
    expect([refused.status, refused.json.error.code]).toEqual([429, 'RATE_LIMITED']);
    const alias = await server.ask('POST', '/api/workflows', { body: { yaml_content: HELLO } });
    expect(alias.status).toBe(429);
    expect((await server.ask('GET', '/api/v1/flows')).json.items).toHaveLength(10);
    clock.pass(MINUTE);
    expect((await save()).status).toBe(201);
  });
});

describe('a token with which a password is set', () => {
  it('G2.086 is good for an hour and once; after that it answers 400', async () => {
    const { server, clock } = await open();
    const person = await addPerson(server);
    const make = async () =>
      (await server.ask('POST', `/api/v1/people/${person.id}/password-reset`)).json.token;
    const set = async (token: string) => {
      clock.pass(MINUTE);
      const password = 'silent comet over 12 barns'; // not-a-secret
      const body = { token, password };
      const answer = await ask(server, 'POST', '/api/v1/auth/reset-password', { body });
      return [answer.status, answer.json?.error.code];
    };
    const bad = [400, 'TOKEN_INVALID'];
    const late = await make();
    clock.pass(59 * MINUTE);
    expect(await set(late)).toEqual(bad);
    const good = await make();
    clock.pass(59 * MINUTE - 1);
    expect(await set(good)).toEqual([204, undefined]);
    expect(await set(good)).toEqual(bad);
    expect(await set(`${good.slice(0, -1)}_`)).toEqual(bad);
    const replaced = await make();
    await make();
    expect(await set(replaced)).toEqual(bad);
  });
});

describe('a sign-in that is refused', () => {
  it('G2.081 takes as long for a name that nobody has as for a wrong password', async () => {
    const clock = heldClock();
    // As many rounds as take far longer than all else that a sign-in does.
    const server = await testServer({ clock, auth: { passwordRounds: 9 } });
    opened.push(server);
    const { username } = await addPerson(server);
    const took = async (name: string) => {
      const before = performance.now();
      expect((await signIn(server, name, WRONG)).status).toBe(401);
      return performance.now() - before;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let count = 0; count < 50; count += 1) {
      clock.pass(DAY + 1); // Failures are forgotten, so neither name has to wait.
      known.push(await took(username));
      unknown.push(await took('nobody-at-all'));
    }
    const ratio = median(unknown) / median(known);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  }, 60_000);
});

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
