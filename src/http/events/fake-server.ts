import type { AddressInfo } from 'node:net';
import type { Authenticator } from '../../auth/index.ts';
import { type AccountId, type Clock, SERVER_LIMITS, systemClock } from '../../base/index.ts';
import { ROUTES } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import { addressesOf } from '../addresses.ts';
import type { StreamCall } from '../call.ts';
import { openListener, requestIds } from '../listener.ts';
import { type Events, judgeOf, serveRoute } from '../pipeline.ts';
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
  readonly events: Events;
  /** Stops, as the real server does: first the listeners, then the rest. */
  close(): Promise<void>;
}

/**
 * The event routes behind the real pipeline, over executions in memory. Keys `key-a` and `key-b`
 * are of accounts `a` and `b`; `key-none` may do nothing.
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
  const judge = judgeOf(keys, () => {});
  const server = openListener({ addresses, requestBytes: 1_000_000, log: SILENT, requestIdOf });
  const { feed, store } = executions;
  const { limits = {}, clock = systemClock } = options;
  const register = openEvents({ feed, store, clock, log: SILENT, limits });
  const events = register(server, {
    ...upgrades({ addresses, judge, requestIdOf }),
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
  return { url: `http://127.0.0.1:${port}`, executions, events, close };
}

const keys: Authenticator = {
  identify: (headers) => {
    const at = headers.findIndex((name) => name.toLowerCase() === 'x-api-key');
    const key = at === -1 ? undefined : headers[at + 1];
    const account = { 'key-a': 'a', 'key-b': 'b', 'key-none': 'a' }[key ?? ''];
    if (account === undefined) {
      return { refusal: new AppError('UNAUTHENTICATED', { message: 'the key is not valid' }) };
    }
    const permissions = new Set(key === 'key-none' ? [] : (['executions:read'] as const));
    // Made here for tests alone.
    return { principal: { id: `${key}`, account: account as AccountId, permissions } };
  },
};
