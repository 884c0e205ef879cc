import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authenticator, DEFAULT_ACCOUNT } from '../../src/auth/index.ts';
import { type ProcessId, systemClock } from '../../src/base/index.ts';
import type { NodeType } from '../../src/contract/index.ts';
import { uuidv7 } from '../../src/crypto/index.ts';
import { openDispatcher, openPlans } from '../../src/engine/durable/index.ts';
import type { Dispatcher } from '../../src/engine/index.ts';
import {
  type FlowSource,
  openEvents,
  openServer,
  type ServerOptions,
} from '../../src/http/index.ts';
import { checkInputs, compile } from '../../src/language/index.ts';
import type { Log } from '../../src/log/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { openDatabase, openStore, type Store } from '../../src/store/index.ts';
import { testDatabase } from './database.ts';

/** The key that every test server takes; made for tests alone. */
export const TEST_KEY = 'test-key-0123456789abcdefghijklmnop';

/** One line that a server logged. */
export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** JSON that a test looks into by the names that it expects. */
type Answered = ReturnType<typeof JSON.parse>;

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined where it is no JSON. */
  readonly json: Answered;
}

export interface TestServerOptions {
  /** A database that is shared with another server; absent: one of its own. */
  readonly databaseUrl?: string;
  readonly requestBytes?: number;
  readonly requestMs?: number;
  readonly nodeTypes?: readonly NodeType[];
  readonly slots?: number;
  readonly replace?: Partial<ServerOptions>;
}

/** A whole server on a real database: store, dispatcher, events and HTTP. */
export interface TestServer {
  /** Such as `http://127.0.0.1:41231`. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly logged: readonly LoggedLine[];
  /** Asks with the key, unless the headers name another; a body that is no text becomes JSON. */
  ask(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<TestAnswer>;
  close(): Promise<void>;
}

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { nodeTypes = NODE_TYPES, requestBytes = 1024 * 1024, slots = 16 } = options;
  const own = options.databaseUrl === undefined ? await testDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? own?.url ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'sluice-server-'));
  const database = await openDatabase({ url: databaseUrl });
  const store = await openStore({ database, blobFolder: join(folder, 'blobs') });
  await store.ensureAccount(DEFAULT_ACCOUNT, 'Default');
  const newId = () => uuidv7(Date.now());
  const { log, logged } = memoryLog();
  const compileSource = ({ source, format }: FlowSource) =>
    compile(source, { file: `flow.${format}`, nodeTypes });
  const plans = openPlans(store, compileSource);
  const dispatcher = await openDispatcher({
    store,
    plans,
    clock: systemClock,
    monotonicMs: () => performance.now(),
    newId,
    process: newId() as ProcessId,
    kind: 'server',
    slots,
    capabilities: () => ({}),
    limits: {},
    log,
  });
  const rest = async () => {
    await dispatcher.close();
    await store.close();
    await own?.close();
    await rm(folder, { recursive: true, force: true });
  };
  const server = await openServer({
    settings: {
      host: '127.0.0.1',
      port: 0,
      requestBytes,
      ...(options.requestMs === undefined ? {} : { requestMs: options.requestMs }),
    },
    authenticator: authenticator({ adminKeys: [TEST_KEY] }),
    registerEvents: openEvents({ feed: dispatcher.feed, store, clock: systemClock, log }),
    store,
    dispatcher,
    plans,
    compile: compileSource,
    checkInputs,
    clock: systemClock,
    log,
    newId,
    version: '0.0.0-test',
    ...options.replace,
  }).catch(async (thrown: unknown) => {
    await rest();
    throw thrown;
  });
  return {
    url: server.address,
    databaseUrl,
    store,
    dispatcher,
    logged,
    ask: (method, path, request) => ask(server.address, method, path, request),
    close: async () => {
      await server.close();
      await rest();
    },
  };
}

async function ask(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Readonly<Record<string, string>> } = {},
): Promise<TestAnswer> {
  const isText = typeof body === 'string' || body === undefined;
  const response = await fetch(url + path, {
    method,
    headers: {
      'x-api-key': TEST_KEY,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keeps lines so that a test can look for what must not be in them. */
export function memoryLog(): { readonly log: Log; readonly logged: LoggedLine[] } {
  const logged: LoggedLine[] = [];
  const made = (base: Readonly<Record<string, unknown>>): Log => {
    const at =
      (level: LoggedLine['level']) =>
      (message: string, fields = {}) => {
        logged.push({ level, message, fields: { ...base, ...fields } });
      };
    const [debug, info, warn, error] = [at('debug'), at('info'), at('warn'), at('error')];
    return { debug, info, warn, error, with: (fields) => made({ ...base, ...fields }) };
  };
  return { log: made({}), logged };
}
