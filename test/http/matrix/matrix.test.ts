// Every route, as everybody, with everything: generated from the table of routes, so that a new one
// is in it by being declared. Nothing may leak, nothing may answer 500, and every denial is kept.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS, errorAnswer, ROUTES, type Route } from '../../../src/contract/index.ts';
import { rawRequest, readAnswer, sendRaw } from '../../support/raw-http.ts';
import type { TestAnswer } from '../../support/server.ts';
import { bodyOf, pathOf, type Things } from './samples.ts';
import { OVERRIDES, SPELLINGS } from './spellings.ts';
import { FORBIDDEN_MEMBERS, variantsOf, withIds } from './variants.ts';
import { type Headers, makeWorld, type World } from './world.ts';

const all: readonly Route[] = ROUTES;
const plain = all.filter(({ transport }) => transport !== 'socket' && transport !== 'events');
const closed = plain.filter(({ permission }) => permission !== 'public');
const gated = closed.filter(({ permission }) => permission !== 'signed-in');
const withBody = plain.filter(({ body }) => body !== undefined);
const named = (routes: readonly Route[]) => routes.map((route) => [route.id, route] as const);

/** What would end the world that the other rows are about. */
const ENDING: ReadonlySet<string> = new Set([
  'deleteOwnAccount',
  'deleteAccount',
  'updateAccount',
  'updateOwnAccount',
  'signOut',
  'endMyOtherSessions',
]);

let world: World;
beforeAll(async () => {
  world = await makeWorld();
}, 120_000);
afterAll(() => world?.server.close());

interface Asked {
  readonly headers?: Headers;
  readonly body?: unknown;
  readonly things?: Things;
}

function ask(route: Route, { headers = {}, body, things = world.mine }: Asked = {}) {
  const own = route.body === undefined ? undefined : (body ?? bodyOf(route.id as never, things));
  return world.server.ask(route.method, pathOf(route.path, things), {
    headers,
    ...(own === undefined ? {} : { body: own }),
  });
}

const INSIDES = /\bat \w+ \(|node_modules|\.ts:\d|\bselect \w|ECONN|postgres|sluice\.\w+\b/i;

function expectClean(answer: TestAnswer, what: string): void {
  expect(answer.status, `${what}: ${answer.text}`).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(errorAnswer.safeParse(answer.json).error, what).toBeUndefined();
  expect(answer.text, what).not.toMatch(INSIDES);
}

async function denials(): Promise<number> {
  let count = 0;
  let cursor = '';
  do {
    const path = `/api/v1/audit?outcome=denied&limit=200${cursor}`;
    const { json } = await world.server.ask('GET', path);
    count += json.items.length;
    cursor = json.nextCursor === undefined ? '' : `&cursor=${json.nextCursor}`;
  } while (cursor !== '');
  return count;
}

describe('who is nobody', () => {
  it.each(named(closed))('%s answers 401', async (_id, route) => {
    const answer = await ask(route, { headers: { 'x-api-key': '' } });
    expect(answer.status, answer.text).toBe(401);
    expectClean(answer, route.id);
  });

  it('gets in by no other spelling of an address', async () => {
    for (const route of closed) {
      const path = pathOf(route.path, world.mine);
      for (const [what, spell] of Object.entries(SPELLINGS)) {
        const line = `${route.method} ${spell(path)}`;
        const { status, body } = readAnswer(await sendRaw(world.server.url, rawRequest(line)));
        const about = `${what}: ${line}`;
        expect([400, 401, 404, 405, 414], `${about} ${status} ${body}`).toContain(status);
        expect(body, about).not.toContain('greeting');
      }
    }
  }, 120_000);

  it('gets in by no header that names another method, path or person', async () => {
    for (const route of closed) {
      for (const headers of OVERRIDES) {
        const answer = await ask(route, { headers: { 'x-api-key': '', ...headers } });
        expect(answer.status, `${route.id} ${JSON.stringify(headers)}`).toBe(401);
      }
    }
  }, 120_000);

  it('leaves one record each time', async () => {
    const before = await denials();
    await ask(plain.find(({ id }) => id === 'readFlow') as Route, { headers: { 'x-api-key': '' } });
    await ask(plain.find(({ id }) => id === 'listPeople') as Route, { headers: world.as.viewer });
    await expect.poll(denials).toBe(before + 2);
  });
});

describe('who lacks the one permission of a route', () => {
  it.each(named(gated))('%s answers 403, whatever else they may do', async (_id, route) => {
    const scopes = ALL_PERMISSIONS.filter((permission) => permission !== route.permission);
    const made = await world.server.ask('POST', '/api/v1/keys', {
      body: { name: route.id, scopes },
    });
    expect(made.status, made.text).toBe(201);
    const answer = await ask(route, { headers: { 'x-api-key': made.json.key } });
    expect(answer.status, answer.text).toBe(403);
    expect(answer.json.error).toMatchObject({
      code: 'FORBIDDEN',
      details: { permission: route.permission },
    });
  });

  it.each(['user', 'viewer', 'nothing'] as const)(
    '%s: as the table of roles says',
    async (role) => {
      const { json } = await world.server.ask('GET', '/api/v1/me', { headers: world.as[role] });
      for (const route of gated) {
        const answer = await ask(route, { headers: world.as[role] });
        expectClean(answer, route.id);
        const { permission } = answer.json?.error?.details ?? {};
        const isHeld = json.permissions.includes(route.permission);
        expect(permission === route.permission, `${route.id}: ${answer.text}`).toBe(!isHeld);
      }
    },
    60_000,
  );
});

describe('another account', () => {
  const about = gated.filter(({ path }) => path.includes('{'));

  it.each(named(about.filter(({ id }) => !ENDING.has(id))))(
    '%s answers for its ids as for ids of nothing',
    async (_id, route) => {
      const theirAdmin = world.as.theirAdmin;
      const answer = await ask(route, { headers: theirAdmin, things: world.mine });
      expectClean(answer, route.id);
      // A role is named by what it is called, and both accounts have one of that name.
      if (route.path.includes('/roles/')) return;
      expect([403, 404], `${route.id}: ${answer.text}`).toContain(answer.status);
      if (answer.status === 403) expect(route.permission).toMatch(/^server:/);
      const UNKNOWN = '01890000-0000-7000-8000-000000000000';
      const nothing = Object.fromEntries(
        Object.entries(world.mine).map(([name, value]) => {
          return [name, /^[0-9a-f-]{36}$/.test(value) ? UNKNOWN : value];
        }),
      ) as unknown as Things;
      const other = await ask(route, { headers: theirAdmin, things: nothing });
      expect(other.json?.error?.code, route.id).toBe(answer.json.error.code);
    },
  );

  it('is in no list, whatever is asked for', async () => {
    const ids = Object.values(world.mine).filter((value) => /^[0-9a-f-]{36}$/.test(value));
    const lists = gated.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
    for (const route of lists) {
      for (const query of ['', `?flowId=${world.mine.flow}`, `?targetId=${world.mine.flow}`]) {
        const answer = await world.server.ask('GET', route.path + query, {
          headers: world.as.theirAdmin,
        });
        expectClean(answer, route.id);
        for (const id of ids) expect(answer.text, `${route.id}${query}`).not.toContain(id);
      }
    }
  });

  it('cannot be named in a body, neither plainly nor in lists and objects', async () => {
    const { mine, theirs, as } = world;
    const ids = [mine.flow, mine.execution, mine.person, mine.key, mine.account];
    for (const route of withBody.filter(({ id }) => !ENDING.has(id))) {
      for (const body of withIds(bodyOf(route.id as never, theirs), ids)) {
        const answer = await ask(route, { headers: as.theirAdmin, body, things: theirs });
        expectClean(answer, `${route.id} ${JSON.stringify(body)}`);
      }
    }
    for (const id of [mine.flow, mine.execution]) {
      const path = id === mine.flow ? `/api/v1/flows/${id}` : `/api/v1/executions/${id}`;
      const still = await world.server.ask('GET', path, { headers: as.owner });
      expect(still.status, still.text).toBe(200);
    }
  }, 120_000);
});

describe('bodies', () => {
  it.each(named(withBody))('%s takes no member that it does not declare', async (_id, route) => {
    for (const [name, value] of Object.entries(FORBIDDEN_MEMBERS)) {
      const known = bodyOf(route.id as never, world.mine);
      // The operator names accounts, and nobody else anything.
      if (Object.hasOwn(known, name) || `${route.id}.${name}` === 'createAccount.id') continue;
      const body = { ...known, [name]: value };
      const answer = await ask(route, { headers: world.as.owner, body });
      expectClean(answer, `${route.id} ${name}`);
      expect(answer.status, `${route.id} took ${name}: ${answer.text}`).toBeGreaterThanOrEqual(400);
    }
    const own = `{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"isAdmin": true}}}`;
    const answer = await ask(route, { headers: world.as.owner, body: own });
    expectClean(answer, route.id);
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(({} as { readonly isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it.each(named(withBody.filter(({ id }) => !ENDING.has(id))))(
    '%s answers every wrong type without falling',
    async (_id, route) => {
      for (const body of variantsOf(bodyOf(route.id as never, world.mine))) {
        const answer = await ask(route, { headers: world.as.user, body });
        expectClean(answer, `${route.id} ${JSON.stringify(body).slice(0, 200)}`);
      }
    },
    120_000,
  );

  it.each(named(withBody))('%s takes JSON alone', async (_id, route) => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', '']) {
      const answer = await ask(route, { headers: { 'content-type': type }, body: '{"a":1}' });
      const about = `${route.id} ${type}: ${answer.text}`;
      expect([415, 422, 400], about).toContain(answer.status);
      expectClean(answer, about);
    }
  });
});
