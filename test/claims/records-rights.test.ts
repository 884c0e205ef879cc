import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ACCOUNT_PERMISSIONS,
  type Permission,
  ROUTES,
  type Route,
} from '../../src/contract/index.ts';
import { addPerson, ask as asNobody, heldClock, type TokenHolder } from '../auth-flows/people.ts';
import { bodyOf, pathOf, type Things } from '../http/matrix/samples.ts';
import { makeWorld, type World } from '../http/matrix/world.ts';
import { HELLO } from '../support/flows.ts';
import { type TestAnswer, type TestServer, testServer } from '../support/server.ts';

/** What guides 4 and 5 promise of permissions, accounts, sessions and keys that are revoked. */

let world: World;
let server: TestServer;
let worker: TokenHolder;
beforeAll(async () => {
  world = await makeWorld();
  ({ server } = world);
  await holds(ACCOUNT_PERMISSIONS);
  worker = await addPerson(server, { role: 'trial' });
}, 60_000);
afterAll(() => server?.close());

/** What the role `trial` allows from now on. */
async function holds(permissions: readonly Permission[]): Promise<void> {
  const answer = await server.ask('PUT', '/api/v1/roles/trial', { body: { permissions } });
  expect(answer.status, answer.text).toBe(200);
}
const without = (permission: Permission) => ACCOUNT_PERMISSIONS.filter((one) => one !== permission);

const all: readonly Route[] = ROUTES;
const socketless = all.filter(({ transport }) => transport !== 'socket' && transport !== 'events');
const routesOf = (permission: Permission) =>
  socketless.filter((route) => route.permission === permission);

const done = async (answer: Promise<TestAnswer>) => {
  const { status, json, text } = await answer;
  expect(status, text).toBeLessThan(300);
  return json;
};

/** Things of the worker's own, new each time, since what is tried may end them. */
async function thingsOf(): Promise<Things> {
  const source = HELLO.replace('name: hello', `name: hello ${Math.random()}`);
  const flow = await done(worker.ask('POST', '/api/v1/flows', { source }));
  const run = await done(worker.ask('POST', `/api/v1/flows/${flow.id}/execute?wait=30s`, {}));
  const scopes = ['flows:read'];
  const key = await done(worker.ask('POST', '/api/v1/keys', { name: 'k', scopes }));
  const person = await done(
    worker.ask('POST', '/api/v1/people', { username: `p-${flow.id}`, role: 'viewer' }),
  );
  const invitation = await done(worker.ask('POST', '/api/v1/invitations', { role: 'viewer' }));
  const link = await done(worker.ask('POST', `/api/v1/flows/${flow.id}/links`, { level: 'view' }));
  const role = `r-${person.id.slice(-12)}`;
  await done(worker.ask('PUT', `/api/v1/roles/${role}`, { permissions: scopes }));
  return {
    ...world.mine,
    ...{ flow: flow.id, execution: run.id, key: key.id, person: person.id },
    ...{ invitation: invitation.id, link: link.id, linkToken: link.token, role },
  };
}

async function tryRoute(route: Route, things: Things): Promise<TestAnswer> {
  const body = route.body === undefined ? undefined : bodyOf(route.id as never, things);
  const headers = { 'x-api-key': '', authorization: `Bearer ${worker.accessToken}` };
  const given = body === undefined ? { headers } : { headers, body };
  return server.ask(route.method, pathOf(route.path, things), given);
}

/** Takes what keeps one of the sampled requests from being done whoever sends it. */
const UNFIT: ReadonlySet<string> = new Set([
  'readExecutionValue', // No value of these flows is kept apart.
  'endPersonSession', // The session that is sampled is another person's.
  'deleteOwnAccount', // That of the operator stays.
]);

const READING =
  'listFlows validateFlow readFlow listFlowVersions readFlowVersion exportFlow flowAccess';
const RUNNING =
  'updateOwnAccount deleteOwnAccount listPeople createPerson readPerson updatePerson removePerson ' +
  'resetPersonPassword listPersonSessions endPersonSessions createInvitation listInvitations putRole';

describe('permissions', () => {
  /** Every route of the permission, and these are among them. */
  const gates = async (permission: Permission, ids: string) => {
    const routes = routesOf(permission);
    expect(routes.map(({ id }) => id)).toEqual(expect.arrayContaining(ids.split(' ')));
    for (const route of routes) {
      await holds(ACCOUNT_PERMISSIONS);
      const things = await thingsOf();
      await holds(without(permission));
      const refused = await tryRoute(route, things);
      expect(refused.status, `${route.id} ${refused.text}`).toBe(403);
      expect(refused.json.error.details).toEqual({ permission });
      if (UNFIT.has(route.id)) continue;
      await holds(ACCOUNT_PERMISSIONS);
      const taken = await tryRoute(route, things);
      expect(taken.status, `${route.id} ${taken.text}`).toBeLessThan(300);
    }
  };

  it('G4.188 flows:read opens the routes that show flows, and nothing else does', () =>
    gates('flows:read', READING));
  it('G4.189 flows:write opens the routes that save flows, and nothing else does', () =>
    gates('flows:write', 'createFlow updateFlow restoreFlowVersion'));
  it('G4.190 flows:execute opens the routes that run flows, and nothing else does', () =>
    gates('flows:execute', 'startExecution retryExecution'));
  it('G4.191 flows:delete opens the route that deletes flows, and nothing else does', () =>
    gates('flows:delete', 'deleteFlow'));
  it('G4.194 accounts:admin opens the routes of admins, and nothing else does', () =>
    gates('accounts:admin', RUNNING));
});

describe('accounts', () => {
  it('G4.195 another account is refused at each route about a thing of an account', async () => {
    const ABOUT = /\/(?:flows|executions|keys|people|invitations|secrets)\/\{/;
    const about = socketless.filter(({ path }) => ABOUT.test(path));
    expect(about.length).toBeGreaterThan(25);
    for (const route of about) {
      const body = bodyOf(route.id as never, world.theirs);
      const isShare = route.path.includes('/shares/');
      // With whom a flow is shared is somebody whom they may know.
      const { person } = isShare ? world.theirs : world.mine;
      const path = pathOf(route.path, { ...world.mine, person });
      const answer = await server.ask(route.method, path, {
        headers: world.as.theirAdmin,
        ...(route.body === undefined ? {} : { body }),
      });
      expect([403, 404], `${route.id} ${answer.text}`).toContain(answer.status);
      expect(answer.text).not.toContain('greeting');
    }
    const still = await server.ask('GET', `/api/v1/flows/${world.mine.flow}`);
    expect(still.json).toMatchObject({ id: world.mine.flow, version: 1 });
  });

  it('G4.197 two accounts have flows of one name, each its own', async () => {
    const list = async (headers: Readonly<Record<string, string>>) => {
      const { json } = await server.ask('GET', '/api/v1/flows?search=hello&limit=100', { headers });
      return json.items as readonly { readonly id: string; readonly name: string }[];
    };
    const [ours, theirs] = [await list(world.as.owner), await list(world.as.theirAdmin)];
    const named = (flows: typeof ours) => flows.filter(({ name }) => name === 'hello');
    const ids = named(ours).map(({ id }) => id);
    expect(ids).toContain(world.mine.flow);
    expect(ids).not.toContain(world.theirs.flow);
    expect(named(theirs).map(({ id }) => id)).toEqual([world.theirs.flow]);
  });
});

describe('what ends', () => {
  it('G4.253 a session ends at sign-out, and when nobody used it for long', async () => {
    const clock = heldClock();
    const idleMs = 60 * 60_000;
    const own = await testServer({ clock, auth: { idleMs, accessMs: 24 * idleMs } });
    try {
      const [one, other] = [await addPerson(own), await addPerson(own)];
      const statusOf = async ({ ask }: TokenHolder) => (await ask('GET', '/api/v1/me')).status;
      expect((await one.ask('POST', '/api/v1/auth/sign-out')).status).toBe(204);
      expect([await statusOf(one), await statusOf(other)]).toEqual([401, 200]);
      const body = { refreshToken: one.refreshToken };
      expect((await asNobody(own, 'POST', '/api/v1/auth/refresh', { body })).status).toBe(401);
      clock.pass(idleMs + 1);
      expect(await statusOf(other)).toBe(401);
      const late = { refreshToken: other.refreshToken };
      const renewed = await asNobody(own, 'POST', '/api/v1/auth/refresh', { body: late });
      expect(renewed.status).toBe(401);
    } finally {
      await own.close();
    }
  });

  it('G5.295 a key that is revoked opens nothing from the next call on, in any process', async () => {
    const second = await testServer({ databaseUrl: server.databaseUrl });
    try {
      await holds(ACCOUNT_PERMISSIONS);
      const body = { name: 'leaked', scopes: ['flows:read'] };
      const { id, key } = await done(worker.ask('POST', '/api/v1/keys', body));
      const headers = { 'x-api-key': key };
      const statuses = () =>
        Promise.all(
          [server, second].flatMap((one) =>
            ['/api/v1/flows', '/api/v1/me'].map(
              async (path) => (await asNobody(one, 'GET', path, { headers })).status,
            ),
          ),
        );
      expect(await statuses()).toEqual([200, 200, 200, 200]);
      await done(worker.ask('POST', `/api/v1/keys/${id}/revoke`));
      expect(await statuses()).toEqual([401, 401, 401, 401]);
    } finally {
      await second.close();
    }
  });
});
