// ASVS 5.0 V16.2.2, V16.3.2 and V6.3.5: what is written down, of what, and when.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES, type Route } from '../../src/contract/index.ts';
import { createLog } from '../../src/log/index.ts';
import { addPerson, GOOD_PASSWORD, heldClock, signIn } from '../auth-flows/people.ts';
import { bodyOf, pathOf } from '../http/matrix/samples.ts';
import { makeWorld, type World } from '../http/matrix/world.ts';
import { type TestServer, testServer } from '../support/server.ts';

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function records(server: Pick<TestServer, 'ask'>, query: string) {
  const { json } = await server.ask('GET', `/api/v1/audit?limit=200&${query}`);
  return json.items;
}

describe('the time of a line', () => {
  it('is UTC to the millisecond in log and records, in any zone and when clocks jump', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'Asia/Kathmandu';
    const clock = heldClock(Date.UTC(2031, 5, 7, 3, 4, 5, 6));
    const server = await testServer({ clock });
    try {
      expect(new Date().getTimezoneOffset()).toBe(-345);
      const lines: string[] = [];
      const destination = { write: (line: string) => void lines.push(line) };
      const log = createLog({ level: 'info', destination, secrets: [], clock, form: 'json' });
      // On by a day and back by a year, as when a wrong clock is set right.
      for (const ms of [0, 86_400_000, -365 * 86_400_000]) {
        clock.pass(ms);
        log.info('said');
        await signIn(server, `nobody-${ms}`, GOOD_PASSWORD);
      }
      expect(lines.map((line) => JSON.parse(line).time)).toEqual([
        '2031-06-07T03:04:05.006Z',
        '2031-06-08T03:04:05.006Z',
        '2030-06-08T03:04:05.006Z',
      ]);
      const rows = await records(server, 'action=auth.sign-in');
      expect(rows.map(({ at }: { at: string }) => at).sort()).toEqual([
        '2030-06-08T03:04:05.006Z',
        '2031-06-07T03:04:05.006Z',
        '2031-06-08T03:04:05.006Z',
      ]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
      await server.close();
    }
  });
});

describe('a sign-in that is unusual', () => {
  it('leaves a record that says so: after failures, or from a new address', async () => {
    const clock = heldClock();
    const server = await testServer({ clock });
    try {
      const { username, id } = await addPerson(server);
      const tried = (address: string, password: string) => {
        clock.pass(1_000);
        const place = { address, agent: 'x', requestId: 'r', arrivedAt: clock.now() };
        return server.auth.signIn({ username, password }, place);
      };
      const from = async (address: string) => {
        await tried(address, GOOD_PASSWORD);
        const [last] = await records(server, `action=auth.sign-in&targetId=${id}`);
        expect(last).toMatchObject({ outcome: 'done', address });
        return last.details.notice;
      };
      expect(await from('127.0.0.1')).toBeUndefined();
      expect(await from('198.51.100.7')).toEqual(['new-address']);
      expect(await from('198.51.100.7')).toBeUndefined();
      await expect(tried('203.0.113.9', 'not the password')).rejects.toThrow();
      expect(await from('198.51.100.7')).toEqual(['after-failures']);
      expect(await from('203.0.113.9')).toEqual(['after-failures', 'new-address']);
    } finally {
      await server.close();
    }
  });
});

describe('a refusal', () => {
  const routes = (ROUTES as readonly Route[]).filter(
    ({ permission, transport }) =>
      permission !== 'public' && permission !== 'signed-in' && transport === undefined,
  );
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
  }, 120_000);
  afterAll(() => world?.server.close());

  it('at any route leaves a record with who, what, from where and in which request', async () => {
    const { server, as, mine } = world;
    const asked = new Map<string, string>();
    for (const route of routes) {
      const body = route.body === undefined ? {} : { body: bodyOf(route.id as never, mine) };
      const path = pathOf(route.path, mine);
      const answer = await server.ask(route.method, path, { headers: as.nothing, ...body });
      expect(answer.status, route.id).toBe(403);
      asked.set(route.id, answer.json.error.requestId);
    }
    const written = async () => {
      const rows = await records(server, 'action=access.denied&outcome=denied');
      return new Map<string, string>(
        rows.map(({ targetId, requestId }: Record<string, string>) => [targetId, requestId]),
      );
    };
    await expect.poll(async () => (await written()).size).toBe(asked.size);
    expect([...(await written())].sort()).toEqual([...asked].sort());
    for (const row of await records(server, 'action=access.denied')) {
      expect(row.at).toMatch(UTC);
      expect(row.actor).toMatch(/^person:/);
      expect(row.address).toBe('127.0.0.1');
    }
  });

  it('of input names the request in no record, but its kind in the answer', async () => {
    const before = await records(world.server, 'outcome=denied');
    const answer = await world.server.ask('POST', '/api/v1/people', { body: { username: 1 } });
    expect([answer.status, answer.json.error.code]).toEqual([422, 'BODY_INVALID']);
    expect(await records(world.server, 'outcome=denied')).toHaveLength(before.length);
  });
});
