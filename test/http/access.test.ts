import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../src/auth/index.ts';
import type { AccountId } from '../../src/base/index.ts';
import { PERMISSIONS, type Permission, ROUTES, type Route } from '../../src/contract/index.ts';
import { HELLO, LONG, savedFlow } from '../support/flows.ts';
import { type TestServer, testServer } from '../support/server.ts';

const OTHER = 'other' as AccountId;

/** Says who asks by the header alone: `account permission permission ...`. */
const authenticator = {
  identify: (headers: readonly string[]): { readonly principal: Principal } => {
    const at = headers.findIndex((name) => name.toLowerCase() === 'x-api-key');
    const [account = '', ...permissions] = (headers[at + 1] ?? '').split(' ');
    return {
      principal: {
        id: `test:${account}`,
        account: account as AccountId,
        permissions: new Set(permissions as Permission[]),
      },
    };
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ replace: { authenticator } });
  await server.store.ensureAccount(OTHER, 'Other');
}, 60_000);
afterAll(() => server?.close());

const as = (account: string, permissions: readonly string[] = PERMISSIONS) => ({
  'x-api-key': [account, ...permissions].join(' '),
});
const mine = as('default');
const theirs = as(OTHER);

const all: readonly Route[] = ROUTES;
const routes = all.filter(({ transport }) => transport !== 'socket');
const gated = routes.flatMap((route) => {
  const isPermission = route.permission !== 'public' && route.permission !== 'signed-in';
  return isPermission ? [[route.id, route] as const] : [];
});

function pathOf(route: Route, ids: { readonly flow: string; readonly execution: string }): string {
  const id = route.path.includes('/flows/') ? ids.flow : ids.execution;
  return route.path.replace('{id}', id).replace('{version}', '1').replace('{blob}', 'a'.repeat(64));
}

describe('who lacks the one permission of a route', () => {
  it.each(gated)('%s answers 403, whatever else they may do', async (_id, route) => {
    const others = PERMISSIONS.filter((permission) => permission !== route.permission);
    const ids = { flow: 'x', execution: 'x' };
    const answer = await server.ask(route.method, pathOf(route, ids), {
      headers: as('default', others),
    });
    expect(answer.status, answer.text).toBe(403);
    expect(answer.json.error).toMatchObject({
      code: 'FORBIDDEN',
      details: { permission: route.permission },
    });
  });

  it('needs none to ask who they are', async () => {
    const answer = await server.ask('GET', '/api/v1/me', { headers: as('default', []) });
    expect(answer.json).toEqual({ id: 'test:default', account: 'default', permissions: [] });
  });
});

describe('another account', () => {
  it('sees and changes nothing, and is not told that it is there', async () => {
    const ask = (method: string, path: string, body?: unknown) =>
      server.ask(method, path, { headers: mine, ...(body === undefined ? {} : { body }) });
    const made = await ask('POST', '/api/v1/flows', { source: LONG });
    const flow: string = made.json.id;
    const started = await ask('POST', `/api/v1/flows/${flow}/execute`);
    const ids = { flow, execution: started.json.id };
    for (const [id, route] of gated.filter(([, { path }]) => path.includes('{id}'))) {
      const body = id === 'updateFlow' ? { body: { source: HELLO } } : {};
      const answer = await server.ask(route.method, pathOf(route, ids), {
        headers: theirs,
        ...body,
      });
      expect(answer.status, `${id}: ${answer.text}`).toBe(404);
      const unknown = { flow: ids.execution, execution: ids.flow };
      const nothing = await server.ask(route.method, pathOf(route, unknown), {
        headers: theirs,
        ...body,
      });
      expect(nothing.json.error.code, id).toBe(answer.json.error.code);
    }
    for (const path of [
      '/api/v1/flows',
      '/api/v1/executions',
      '/api/v1/audit?action=flow.create',
    ]) {
      expect((await server.ask('GET', path, { headers: theirs })).json.items, path).toEqual([]);
    }
    const still = await ask('GET', `/api/v1/executions/${ids.execution}`);
    expect(['running', 'waiting']).toContain(still.json.status);
    await ask('POST', `/api/v1/executions/${ids.execution}/cancel`);
  });

  it('has idempotency keys of its own', async () => {
    const headers = { ...mine, 'idempotency-key': 'shared' };
    const flow = await savedFlow(
      {
        ...server,
        ask: (method, path, options) => server.ask(method, path, { ...options, headers }),
      },
      HELLO,
    );
    const first = await server.ask('POST', `/api/v1/flows/${flow}/execute`, { headers });
    expect(first.status, first.text).toBe(202);
    const stranger = { ...theirs, 'idempotency-key': 'shared' };
    const answer = await server.ask('POST', `/api/v1/flows/${flow}/execute`, { headers: stranger });
    expect(answer.json.error.code).toBe('FLOW_NOT_FOUND');
  });
});
