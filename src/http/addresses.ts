import type { Route } from '../contract/index.ts';

/** Which routes there are at a path, whatever the method; for refusals and upgrades. */
export interface Addresses {
  /** Methods as an Allow header lists them; empty where nothing is. */
  allowed(path: string): readonly string[];
  /** The WebSocket route of a path with its parameters. */
  socket(
    path: string,
  ): { readonly route: Route; readonly params: Record<string, string> } | undefined;
}

/** Linear in the routes, so only for what no route takes. */
export function addressesOf(routes: readonly Route[]): Addresses {
  const known = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return {
    allowed: (path) => {
      const methods = new Set<string>();
      for (const { route, pattern } of known) {
        if (!pattern.test(path)) continue;
        methods.add(route.method);
        if (route.method === 'GET' && isDocument(route)) methods.add('HEAD');
      }
      return methods.size === 0 ? [] : [...methods, 'OPTIONS'].sort();
    },
    socket: (path) => {
      for (const { route, pattern } of known) {
        if (route.transport !== 'socket') continue;
        const found = pattern.exec(path);
        if (found !== null) return { route, params: { ...found.groups } };
      }
      return undefined;
    },
  };
}

/** True for a route that is one request and one answer. */
export function isDocument(route: Route): boolean {
  return route.transport === undefined || route.transport === 'json' || route.transport === 'text';
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}
