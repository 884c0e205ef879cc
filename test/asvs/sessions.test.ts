// ASVS 5.0 V7.4.5, V7.5.2 and V7.2.4: who ends which session, and what is left of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, GOOD_PASSWORD, signedIn, type TokenHolder } from '../auth-flows/people.ts';
import { makeWorld, type World } from '../http/matrix/world.ts';

let world: World;
let person: TokenHolder;
beforeAll(async () => {
  world = await makeWorld();
  person = await addPerson(world.server);
}, 120_000);
afterAll(() => world?.server.close());

const end = (path: string, headers: World['as']['owner']) =>
  world.server.ask('DELETE', `/api/v1/people/${path}`, { headers });
const sessionsOf = async (id: string) => {
  const { json } = await world.server.ask('GET', `/api/v1/people/${id}/sessions`);
  return json.items as readonly { readonly id: string }[];
};

describe('an admin', () => {
  it('ends one session of a person and leaves the others, with a record', async () => {
    const other = await signedIn(world.server, person.username);
    const [newest] = await sessionsOf(person.id);
    const answer = await end(`${person.id}/sessions/${newest?.id}`, world.as.owner);
    expect(answer.status, answer.text).toBe(204);
    expect((await other.ask('GET', '/api/v1/me')).json.error.code).toBe('SESSION_OVER');
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(200);
    const again = await end(`${person.id}/sessions/${newest?.id}`, world.as.owner);
    expect([again.status, again.json.error.code]).toEqual([404, 'SESSION_NOT_FOUND']);
    const { json } = await world.server.ask('GET', '/api/v1/audit?action=person.end-session');
    expect(json.items).toMatchObject([
      { targetId: person.id, outcome: 'done', details: { session: newest?.id } },
    ]);
  });

  it('ends no session by the name of somebody else, and none of another account', async () => {
    const { mine, theirs, as } = world;
    const [own] = await sessionsOf(person.id);
    const answers = [
      await end(`${mine.person}/sessions/${own?.id}`, as.owner),
      await end(`${person.id}/sessions/${theirs.session}`, as.owner),
      await end(`${theirs.person}/sessions/${theirs.session}`, as.owner),
      await end(`${person.id}/sessions/${own?.id}`, as.theirAdmin),
    ];
    expect(answers.map(({ json }) => json.error.code)).toEqual([
      'SESSION_NOT_FOUND',
      'SESSION_NOT_FOUND',
      'PERSON_NOT_FOUND',
      'PERSON_NOT_FOUND',
    ]);
    expect((await end(`${person.id}/sessions/${own?.id}`, as.user)).status).toBe(403);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(200);
  });

  it('who may less than a person ends none of their sessions', async () => {
    const { server, as } = world;
    const permissions = ['accounts:admin', 'flows:read'];
    await server.ask('PUT', '/api/v1/roles/deputy', { body: { permissions } });
    const deputy = await addPerson(server, { role: 'deputy' });
    const { json } = await server.ask('GET', '/api/v1/me', { headers: as.owner });
    const [session] = await sessionsOf(json.person.id);
    const path = `/api/v1/people/${json.person.id}/sessions/${session?.id}`;
    expect((await deputy.ask('DELETE', path)).json.error.code).toBe('ROLE_TOO_HIGH');
  });
});

describe('a sign-in', () => {
  it('begins a session of its own, with tokens that nobody had before', async () => {
    const one = await signedIn(world.server, person.username);
    const two = await signedIn(world.server, person.username);
    expect(new Set([one.accessToken, two.accessToken, person.accessToken]).size).toBe(3);
    const ids = [one, two].map(async (each) => (await each.ask('GET', '/api/v1/me')).json.session);
    const [first, second] = await Promise.all(ids);
    expect(first).not.toBe(second);
  });

  it('ends the one that the same browser had', async () => {
    const { server } = world;
    const signIn = (cookie: string) =>
      server.ask('POST', '/api/v1/auth/sign-in', {
        headers: { 'x-api-key': '', cookie },
        body: { username: person.username, password: GOOD_PASSWORD, cookies: true },
      });
    const cookieOf = ({ headers }: { readonly headers: Headers }) =>
      headers
        .getSetCookie()
        .map((each) => each.split(';', 1)[0])
        .join('; ');
    const before = cookieOf(await signIn(''));
    const asBefore = { headers: { 'x-api-key': '', cookie: before } };
    expect((await server.ask('GET', '/api/v1/me', asBefore)).status).toBe(200);
    const after = await signIn(before);
    expect(after.status, after.text).toBe(200);
    expect((await server.ask('GET', '/api/v1/me', asBefore)).status).toBe(401);
    const asAfter = { headers: { 'x-api-key': '', cookie: cookieOf(after) } };
    expect((await server.ask('GET', '/api/v1/me', asAfter)).status).toBe(200);
  });
});
