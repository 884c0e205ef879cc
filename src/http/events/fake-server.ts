import type { AddressInfo } from 'node:net';
import type { Credentials, Identified, Principal } from '../../auth/index.ts';
import {
  type AccountId,
  type Clock,
  type KeyId,
  type PersonId,
  SERVER_LIMITS,
  systemClock,
} from '../../base/index.ts';
import { type Permission, ROUTES } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import { addressesOf } from '../addresses.ts';
import type { StreamCall } from '../call.ts';
import { CLOSED_EDGE, openEdge } from '../edge.ts';
import { judgeOf } from '../judge.ts';
import { NO_LIMITS } from '../limits.ts';
import { openListener, requestIds } from '../listener.ts';
import { type Events, serveRoute } from '../pipeline.ts';
import { upgrades } from '../upgrades.ts';
import { FakeExecutions } from './fake-executions.ts';
import { type ListenerLimits, openEvents } from './index.ts';

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => SILENT,
};

export interface FakeServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly executions: FakeExecutions;
  readonly keys: FakeKeys;
  readonly events: Events;
  /** Stops, as the real server does: first the listeners, then the rest. */
  close(): Promise<void>;
}

/**
 * The event routes behind the real pipeline, over executions in memory. Keys `key-a` and `key-b`
 * run the accounts `a` and `b`; the others are of `a`: `key-none` may do nothing, `key-user` sees
 * what it started, `key-person` acts for the person `ada`.
 */
export async function openFakeServer(
  options: {
    readonly limits?: Partial<ListenerLimits>;
    readonly port?: number;
    readonly executions?: FakeExecutions;
    readonly clock?: Clock;
  } = {},
): Promise<FakeServer> {
  const executions = options.executions ?? new FakeExecutions();
  let count = 0;
  const requestIdOf = requestIds(() => {
    count += 1;
    return `request-${count}`;
  });
  const addresses = addressesOf(ROUTES);
  const { limits = {}, clock = systemClock } = options;
  const auth = new FakeKeys();
  const edge = openEdge(CLOSED_EDGE, clock);
  const { isForeign } = edge;
  const audit = { observe: () => {} };
  const judge = judgeOf({ auth, audit, clock, limits: NO_LIMITS, isForeign });
  const recordDenial = () => {};
  const door = { edge, recordDenial, limits: NO_LIMITS };
  const server = openListener({
    ...{ addresses, requestBytes: 1_000_000, log: SILENT, requestIdOf },
    ...door,
  });
  const { feed, store } = executions;
  const register = openEvents({ feed, store, auth, clock, log: SILENT, limits });
  const events = register(server, {
    ...upgrades({ addresses, judge, requestIdOf, edge, recordDenial }),
    stream: (handle) => {
      const route = ROUTES.find(({ id }) => id === 'followExecution');
      if (route === undefined) throw new Error('the route is gone');
      serveRoute(server, route, {
        judge,
        handle: async (call) => {
          // The route above gives the call its type.
          await handle(call as unknown as StreamCall);
          return undefined;
        },
      });
    },
  });
  const { connectionBacklog: backlog } = SERVER_LIMITS;
  await server.listen({ host: '127.0.0.1', port: options.port ?? 0, backlog });
  const { port } = server.server.address() as AddressInfo;
  const close = async () => {
    await events.close();
    await server.close();
  };
  return { url: `http://127.0.0.1:${port}`, executions, keys: auth, events, close };
}

/** What a key of these tests stands for, until a test changes it. */
export interface FakeKey {
  readonly account: string;
  readonly permissions: readonly Permission[];
  /** A person for whom it acts. */
  readonly person?: string;
}

const OWN: readonly Permission[] = ['executions:read'];

/** Keys in memory; their rights are read at each question, as they are in the store. */
export class FakeKeys {
  readonly known = new Map<string, FakeKey>([
    ['key-a', { account: 'a', permissions: [...OWN, 'accounts:admin'] }],
    ['key-b', { account: 'b', permissions: [...OWN, 'accounts:admin'] }],
    ['key-none', { account: 'a', permissions: [] }],
    ['key-user', { account: 'a', permissions: OWN }],
    ['key-person', { account: 'a', permissions: OWN, person: 'ada' }],
  ]);
  /** Thrown by `current` while it is set. */
  failure: Error | undefined;

  identify({ headers }: Credentials): Identified {
    const at = headers.findIndex((name) => name.toLowerCase() === 'x-api-key');
    const principal = this.#principal(`${headers[at + 1]}`);
    if (at !== -1 && principal !== undefined) return { principal, way: 'key' };
    return { refusal: new AppError('UNAUTHENTICATED', { message: 'the key is not valid' }) };
  }

  async current(principals: readonly Principal[]): Promise<readonly (Principal | undefined)[]> {
    if (this.failure !== undefined) throw this.failure;
    return principals.map(({ key }) => this.#principal(`${key}`));
  }

  isCsrfToken(): boolean {
    return false;
  }

  #principal(key: string): Principal | undefined {
    const found = this.known.get(key);
    if (found === undefined) return undefined;
    const { account, permissions, person } = found;
    const own = { id: `key:${key}`, kind: 'key', key: key as KeyId } as const;
    const held = { account: account as AccountId, permissions: new Set(permissions) };
    if (person === undefined) return { ...own, ...held };
    const id = person as PersonId; // All of these are made here for tests alone.
    return { ...own, ...held, person: { id, username: person, role: 'user' } };
  }
}
