import type { FastifyInstance } from 'fastify';
import { ALL_PERMISSIONS, RATE_CLASSES, type Route } from '../contract/index.ts';

const ALLOWED: ReadonlySet<string> = new Set([...ALL_PERMISSIONS, 'public', 'signed-in']);
const CLASSES: ReadonlySet<string> = new Set(RATE_CLASSES);

/**
 * Lets the server take declared routes alone: any other, and one that does not say who may use it,
 * throws where it is put on. Gives the routes that were, as `METHOD path`.
 */
export function declareOnly(
  server: FastifyInstance,
  routes: readonly Route[],
): ReadonlySet<string> {
  const declared = new Set<string>();
  for (const route of routes) {
    if (!ALLOWED.has(route.permission)) {
      throw new Error(`route ${route.id} declares no permission, so the server does not start`);
    }
    if (!CLASSES.has(route.rate ?? 'api')) {
      throw new Error(`route ${route.id} declares no limit, so the server does not start`);
    }
    const key = `${route.method} ${route.path}`;
    if (declared.has(key)) throw new Error(`route ${route.id} is declared twice`);
    declared.add(key);
  }
  const registered = new Set<string>();
  server.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      const path = url.replace(/:(\w+)/g, '{$1}');
      const key = `${each} ${path}`;
      const isKnown = declared.has(each === 'HEAD' ? `GET ${path}` : key);
      if (!isKnown) throw new Error(`${key} is no declared route, so the server does not start`);
      if (registered.has(key)) throw new Error(`${key} has two handlers`);
      registered.add(key);
    }
  });
  return registered;
}

/** Throws where a declared route, sockets aside, was not put on the server. */
export function refuseMissing(registered: ReadonlySet<string>, routes: readonly Route[]): void {
  for (const { id, method, path, transport } of routes) {
    if (transport === 'socket' || registered.has(`${method} ${path}`)) continue;
    throw new Error(`route ${id} has no handler, so the server does not start`);
  }
}
