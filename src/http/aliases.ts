import { ALIASES, type Alias, type AliasRequest, ROUTES, type Route } from '../contract/index.ts';
import type { Reply } from './call.ts';

/** How a request and an answer of another system's path become those of a route, and back. */
export interface Adapter {
  request(given: AliasRequest): AliasRequest;
  reply(reply: Reply): Reply;
}

/** A route as it is served: at its own path, or under the name that another system has for it. */
export type ServedRoute = (typeof ROUTES)[number] & { readonly adapter?: Adapter };

/**
 * The table of aliases as routes: permission, limits, schemas and id are those of the route that
 * answers, so that nothing can be reached by an alias that its route would refuse.
 */
export function aliasRoutes(aliases: readonly Alias[] = ALIASES): readonly ServedRoute[] {
  return aliases.map((alias) => {
    const route = ROUTES.find(({ id }) => id === alias.route);
    if (route === undefined) throw new Error(`the alias ${alias.path} names no route`);
    const { method, path, rate = (route as Route).rate } = alias;
    const own = {
      ...route,
      method,
      path,
      ...(rate === undefined ? {} : { rate }),
      ...(alias.takesForm === true ? { bodyTypes: ['json', 'form'] } : {}),
      adapter: adapterOf(alias),
    };
    // The route's own schemas, at another path.
    return Object.freeze(own) as unknown as ServedRoute;
  });
}

function adapterOf({ request = (given) => given, answer, status }: Alias): Adapter {
  return {
    request,
    reply: (reply) => {
      const isJson = reply.mediaType === undefined && reply.text !== undefined;
      if (reply.status >= 300 || !isJson) return reply;
      const own = answer === undefined ? undefined : answer(JSON.parse(reply.text ?? ''));
      return {
        ...reply,
        ...(own === undefined ? {} : { text: JSON.stringify(own) }),
        ...(status === undefined ? {} : { status }),
      };
    },
  };
}
