// ASVS 5.0 V8.2.3: nobody gets a field that is not declared, or that is not for them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES, type Route } from '../../src/contract/index.ts';
import { bodyOf, pathOf } from '../http/matrix/samples.ts';
import { makeWorld, type World } from '../http/matrix/world.ts';
import type { TestAnswer } from '../support/server.ts';

const all: readonly Route[] = ROUTES;
const plain = all.filter(({ transport = 'json' }) => transport === 'json');
const reads = plain.filter(({ method }) => method === 'GET');
/** What ends the world that the others are about, or the session that asks. */
const ENDING = /^(?:delete|remove|end|signOut|revoke|update(?:Own)?Account|changePassword)/;
const writes = plain.filter(({ method, id }) => method !== 'GET' && !ENDING.test(id));
const named = (routes: readonly Route[]) => routes.map((route) => [route.id, route] as const);
const ROLES = ['operator', 'owner', 'user', 'viewer', 'nothing'] as const;

/** Names that no answer has, at whatever depth. */
const INSIDE = /"\w*(?:hash|_at|_id|secret_?|passwordHash|tokenHash|mac)"\s*:/i;
/** The hash of a version is that of its text, and the table of routes has all names there are. */
const TOLD: ReadonlySet<string> = new Set(['listFlowVersions', 'readFlowVersion', 'openApi']);

let world: World;
/** An execution of the owner. */
let ended: string;
beforeAll(async () => {
  world = await makeWorld();
  const path = `/api/v1/flows/${world.mine.flow}/execute?wait=30s`;
  ended = (await world.server.ask('POST', path, { body: {}, headers: world.as.owner })).json.id;
  await world.server.ask('PATCH', `/api/v1/flows/${world.mine.flow}`, { body: { isPublic: true } });
}, 120_000);
afterAll(() => world?.server.close());

function ask(route: Route, role: (typeof ROLES)[number]): Promise<TestAnswer> {
  const body = route.body === undefined ? {} : { body: bodyOf(route.id as never, world.mine) };
  const headers = world.as[role];
  return world.server.ask(route.method, pathOf(route.path, world.mine), { headers, ...body });
}

function expectDeclared(route: Route, answer: TestAnswer): void {
  const declared = route.answers.find(({ status }) => status === answer.status);
  if (answer.status >= 400 || declared?.schema === undefined) return;
  // What the schema does not know is left out of what it gives.
  const known = declared.schema.safeParse(answer.json);
  expect(known.error, `${route.id}: ${answer.text}`).toBeUndefined();
  expect(answer.json, route.id).toEqual(known.data);
  if (!TOLD.has(route.id)) expect(answer.text, route.id).not.toMatch(INSIDE);
}

const PERSON = 'createdAt displayName id isActive lastSignInAt role updatedAt username';
const KEY = 'ageDays createdAt createdBy id isDue name networks person prefix scopes';
const FLOW =
  'createdAt createdBy description format grants id isPublic name owner source tags updatedAt ' +
  'version';
const EXECUTION =
  'createdAt endedAt flowId flowName flowVersion id inputs outputs startedAt startedBy status';
const ACCOUNT = 'createdAt id name status';

/** Fields that each sees; undefined: the thing is not for them. */
const SEEN: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'a person': { owner: PERSON, user: undefined, viewer: undefined },
  'an own key': { owner: KEY, user: undefined, viewer: undefined },
  'a public flow': { owner: FLOW, user: FLOW, viewer: FLOW },
  'an execution of another': { owner: EXECUTION, user: undefined, viewer: undefined },
  'the account': { owner: ACCOUNT, user: ACCOUNT, viewer: ACCOUNT },
};

describe('the fields of', () => {
  it.each(Object.entries(SEEN))('%s are these for admin, user and viewer', async (what, roles) => {
    const { flow, person, key } = world.mine;
    const path = {
      'a person': `/api/v1/people/${person}`,
      'an own key': `/api/v1/keys/${key}`,
      'a public flow': `/api/v1/flows/${flow}`,
      'an execution of another': `/api/v1/executions/${ended}`,
      'the account': '/api/v1/account',
    }[what];
    for (const [role, fields] of Object.entries(roles)) {
      const headers = world.as[role as 'owner'];
      const answer = await world.server.ask('GET', path ?? '', { headers });
      const seen = answer.status === 200 ? Object.keys(answer.json).sort().join(' ') : undefined;
      expect(seen, `${role}: ${answer.text}`).toBe(fields);
    }
  });
});

describe('every answer', () => {
  it.each(named(reads))(
    'of %s has the declared fields alone, for every role',
    async (_id, route) => {
      for (const role of ROLES) expectDeclared(route, await ask(route, role));
    },
  );

  it.each(named(writes))('of %s has the declared fields alone', async (_id, route) => {
    for (const role of ['viewer', 'user', 'owner'] as const) {
      expectDeclared(route, await ask(route, role));
    }
  });

  it.each(named(reads))('of %s has no more for who asks for more', async (_id, route) => {
    const path = pathOf(route.path, world.mine);
    for (const query of ['include=owner', 'expand=person', 'sort=passwordHash', 'fields=*']) {
      const answer = await world.server.ask('GET', `${path}?${query}`, {
        headers: world.as.viewer,
      });
      expect(answer.status, `${route.id}?${query}`).toBeGreaterThanOrEqual(400);
    }
  });
});
