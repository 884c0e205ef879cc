import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Route } from '../contract/index.ts';
import { declareOnly, refuseMissing } from './route-check.ts';

const route = (id: string, path: string, permission: unknown = 'flows:read') =>
  ({ id, path, method: 'GET', permission, answers: [], errors: [] }) as unknown as Route;
const handler = async () => '';

describe('a server does not start', () => {
  it.each([undefined, '', 'everyone', 'PUBLIC', null])('with the permission %j', (permission) => {
    const routes = [{ ...route('a', '/a'), permission } as unknown as Route];
    expect(() => declareOnly(fastify(), routes)).toThrow('route a declares no permission');
  });

  it('with a route that is not declared', () => {
    const server = fastify({ exposeHeadRoutes: false });
    declareOnly(server, [route('a', '/a/{id}')]);
    server.route({ method: 'GET', url: '/a/:id', handler });
    expect(() => server.route({ method: 'GET', url: '/b', handler })).toThrow('GET /b is no');
    expect(() => server.route({ method: 'POST', url: '/a/:id', handler })).toThrow('POST /a/{id}');
    expect(() => server.route({ method: 'GET', url: '/a/:other', handler })).toThrow('no declared');
  });

  it('without a handler for each declared route', () => {
    const server = fastify({ exposeHeadRoutes: false });
    const routes = [route('a', '/a'), route('b', '/b')];
    const registered = declareOnly(server, routes);
    server.route({ method: 'GET', url: '/a', handler });
    expect(() => refuseMissing(registered, routes)).toThrow('route b has no handler');
    server.route({ method: 'GET', url: '/b', handler });
    expect(() => refuseMissing(registered, routes)).not.toThrow();
  });

  it('with two routes at one address', () => {
    expect(() => declareOnly(fastify(), [route('a', '/a'), route('b', '/a')])).toThrow('twice');
  });
});
