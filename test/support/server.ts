import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audit, Observation } from '../../src/audit/index.ts';
import { type Auth, type AuthSettings, DEFAULT_ACCOUNT, openAuth } from '../../src/auth/index.ts';
import { type Clock, type ProcessId, RATE_LIMITS, systemClock } from '../../src/base/index.ts';
import type { NodeType } from '../../src/contract/index.ts';
import { uuidv7 } from '../../src/crypto/index.ts';
import { openDispatcher, openPlans } from '../../src/engine/durable/index.ts';
import type { Dispatcher } from '../../src/engine/index.ts';
import { openMemoryRates, type RateLimiter } from '../../src/guard/index.ts';
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

/** As the settings have it, but cheap: made for tests alone. */
const AUTH_SETTINGS: AuthSettings = {
  adminKeys: [TEST_KEY],
  adminUsername: 'admin',
  adminPassword: '',
  accessSecrets: ['test-access-secret-0123456789abcdef'],
  refreshSecrets: ['test-refresh-secret-0123456789abcde'],
  accessMs: 30 * 60_000,
  refreshMs: 30 * 24 * 60 * 60_000,
  idleMs: 7 * 24 * 60 * 60_000,
  passwordRounds: 4,
  isComplex: false,
  takesKeys: true,
  takesBasic: true,
  takesTokenInUrl: true,
  isLimited: false,
  isSecure: false,
};

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
  /** Of the doors: origins, networks, proxies and the like. */
  readonly edge?: Partial<ServerOptions['settings']>;
  readonly auth?: Partial<AuthSettings>;
  readonly signUp?: ServerOptions['signUp'];
  /** Held by the test; default: the system's. */
  readonly clock?: Clock;
  /** Requests are limited, by this limiter; default: they are not. */
  readonly rates?: RateLimiter;
}

/** A whole server on a real database: store, dispatcher, events and HTTP. */
export interface TestServer {
  /** Such as `http://127.0.0.1:41231`. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly auth: Auth;
  /** What alerts would have been judged by. */
  readonly observed: readonly Observation[];
  readonly logged: readonly LoggedLine[];
  /**
   * Asks with the key, unless the headers name another; an empty one takes a header away. A body
   * that is no text becomes JSON.
   */
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
  const { clock = systemClock } = options;
  const rates = options.rates ?? openMemoryRates({ clock });
  const isLimited = options.rates !== undefined;
  const { audit, observed } = memoryAudit();
  const auth = openAuth({
    store,
    audit,
    rates,
    clock,
    log,
    newId,
    settings: { ...AUTH_SETTINGS, isLimited, ...options.auth },
  });
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
    await auth.close();
    await rates.close();
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
      cors: [],
      proxies: [],
      httpsRedirect: true,
      isProduction: false,
      limits: { isOn: isLimited, api: RATE_LIMITS.api },
      ...(options.requestMs === undefined ? {} : { requestMs: options.requestMs }),
      ...options.edge,
    },
    auth,
    audit,
    rates,
    signUp: options.signUp ?? 'invitation',
    registerEvents: openEvents({ feed: dispatcher.feed, store, auth, clock, log }),
    store,
    dispatcher,
    plans,
    compile: compileSource,
    checkInputs,
    clock,
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
    auth,
    observed,
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
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const all = Object.entries({ 'x-api-key': TEST_KEY, ...type, ...headers });
  const response = await fetch(url + path, {
    method,
    headers: Object.fromEntries(all.filter(([, value]) => value !== '')),
    redirect: 'manual',
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

/** Seals nothing, and keeps what it is told. */
export function memoryAudit(): { readonly audit: Audit; readonly observed: Observation[] } {
  const observed: Observation[] = [];
  const nothing = async () => undefined;
  const audit: Audit = {
    observe: (observation) => void observed.push(observation),
    verify: async () => ({
      ...{ isIntact: true, checked: 0, unsealed: 0, firstSequence: 0, lastSequence: 0 },
      ...{ checkpoints: 0, publicKey: '' },
    }),
    export: async () => '',
    publicKey: '',
    sealNow: nothing,
    close: nothing,
  };
  return { audit, observed };
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
