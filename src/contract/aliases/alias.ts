import type { ValueMap } from '../../base/index.ts';
import type { RateClass } from '../rate-class.ts';
import type { DeclaredRoute, RouteId } from '../routes/index.ts';

/** A request as the other system's client sends it; values of params and query are text. */
export interface AliasRequest {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: ValueMap;
}

/** JSON of an answer of ours, looked into by the names that its route's schema gives. */
export type AliasAnswer = ReturnType<typeof JSON.parse>;

/**
 * A path of one of the other systems that one of our handlers answers. It has that route's
 * permission, limits and checks: an alias changes names and nothing else. What it does not know it
 * leaves as it is, so that the route's strict schema refuses it by name.
 */
export interface Alias {
  /** The number of the system; docs/from-other-systems.md has their names. */
  readonly of: 1 | 2 | 4 | 5;
  readonly method: DeclaredRoute['method'];
  readonly path: string;
  readonly route: RouteId;
  /** Also takes application/x-www-form-urlencoded, as OAuth 2 sends a password. */
  readonly takesForm?: true;
  /** Default: that of the route. */
  readonly rate?: RateClass;
  /** Default: as it came. */
  readonly request?: (given: AliasRequest) => AliasRequest;
  /** Of answers below status 300 that are JSON. Default: as it is. */
  readonly answer?: (answer: AliasAnswer) => unknown;
  /** Default: that of the answer. */
  readonly status?: number;
}

/** The same members under the names of ours; those without a new name keep theirs. */
export function renamed(
  given: ValueMap,
  names: Readonly<Record<string, string | undefined>>,
): ValueMap {
  const result: Record<string, ValueMap[string]> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(names, name)) {
      result[name] = value;
      continue;
    }
    const own = names[name];
    // Undefined: the other system's client sends it, and here it says nothing.
    if (own !== undefined) result[own] = value;
  }
  return result;
}

/** Renames members of the body. */
export function withBody(
  names: Readonly<Record<string, string | undefined>>,
): (given: AliasRequest) => AliasRequest {
  return (given) => ({ ...given, body: renamed(given.body, names) });
}

/** Renames parameters of the query. */
export function withQuery(
  names: Readonly<Record<string, string | undefined>>,
): (given: AliasRequest) => AliasRequest {
  return (given) => {
    const query = Object.entries(given.query).flatMap(([name, value]) => {
      const own = Object.hasOwn(names, name) ? names[name] : name;
      return own === undefined ? [] : [[own, value] as const];
    });
    return { ...given, query: Object.fromEntries(query) };
  };
}
