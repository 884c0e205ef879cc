import { equal, ok } from 'node:assert/strict';
import { HELLO, LONG } from '../../support/flows.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import type { Things } from './samples.ts';

export type Headers = Readonly<Record<string, string>>;

/** Two accounts with people of every role, and things of each account. */
export interface World {
  readonly server: TestServer;
  /** Of account `default`, made by its owner. */
  readonly mine: Things;
  /** Of account `other`. */
  readonly theirs: Things;
  /** Headers by which each is somebody. */
  readonly as: {
    readonly operator: Headers;
    readonly owner: Headers;
    readonly user: Headers;
    readonly viewer: Headers;
    readonly nothing: Headers;
    readonly theirAdmin: Headers;
  };
}

const PASSWORD = 'violet-anchor-76-spoon'; // not-a-secret

/** Makes the two accounts through the API, as people would. */
export async function makeWorld(): Promise<World> {
  const server = await testServer({ signUp: 'invitation' });
  const operator = {};
  await made(server, operator, 'PUT', '/api/v1/roles/nothing', { permissions: [] });
  const owner = await somebody(server, 'owner', 'admin');
  const user = await somebody(server, 'usual', 'user');
  const viewer = await somebody(server, 'viewing', 'viewer');
  const nothing = await somebody(server, 'nobody-much', 'nothing');
  const admin = { username: 'their-admin', password: PASSWORD };
  await made(server, operator, 'POST', '/api/v1/admin/accounts', {
    id: 'other',
    name: 'Other',
    admin,
  });
  const theirAdmin = await signedIn(server, admin.username);
  return {
    server,
    mine: await thingsOf(server, owner, 'default'),
    theirs: await thingsOf(server, theirAdmin, 'other'),
    as: { operator, owner, user, viewer, nothing, theirAdmin },
  };
}

async function somebody(server: TestServer, username: string, role: string): Promise<Headers> {
  await made(server, {}, 'POST', '/api/v1/people', { username, role, password: PASSWORD });
  return signedIn(server, username);
}

async function signedIn(server: TestServer, username: string): Promise<Headers> {
  const body = { username, password: PASSWORD };
  const { accessToken } = await made(server, {}, 'POST', '/api/v1/auth/sign-in', body);
  // An empty key takes the one away that every request of a test has.
  return { 'x-api-key': '', authorization: `Bearer ${accessToken}` };
}

async function thingsOf(server: TestServer, headers: Headers, account: string): Promise<Things> {
  const post = (path: string, body: unknown) => made(server, headers, 'POST', path, body);
  const flow = await post('/api/v1/flows', { source: HELLO });
  const long = await post('/api/v1/flows', { source: LONG });
  const execution = await post(`/api/v1/flows/${long.id}/execute`, {});
  const key = await post('/api/v1/keys', { name: 'a key', scopes: ['flows:read'] });
  const invitation = await post('/api/v1/invitations', { role: 'viewer' });
  const username = `${account}-other`;
  const person = await post('/api/v1/people', { username, role: 'viewer', password: PASSWORD });
  const link = await post(`/api/v1/flows/${flow.id}/links`, { level: 'view' });
  await made(server, headers, 'PUT', '/api/v1/roles/their-own', { permissions: ['flows:read'] });
  await signedIn(server, username);
  const path = `/api/v1/people/${person.id}/sessions`;
  const { items } = await made(server, headers, 'GET', path, undefined);
  const [session] = items;
  ok(session);
  return {
    account,
    flow: flow.id,
    execution: execution.id,
    person: person.id,
    username,
    session: session.id,
    key: key.id,
    link: link.id,
    linkToken: link.token,
    invitation: invitation.id,
    role: 'their-own',
    blob: 'a'.repeat(64),
  };
}

async function made(
  server: TestServer,
  headers: Headers,
  ...[method, path, body]: readonly [string, string, unknown]
) {
  const answer = await server.ask(method, path, {
    headers,
    ...(body === undefined ? {} : { body }),
  });
  equal(answer.status < 300, true, `${method} ${path}: ${answer.text}`);
  return answer.json;
}
