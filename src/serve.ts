import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Access, openAccess, workerMayRun } from './access.ts';
import { DEFAULT_ACCOUNT } from './auth/index.ts';
import { type AccountId, type ProcessId, systemClock } from './base/index.ts';
import { type CapabilityHouse, capabilityHouse } from './capabilities.ts';
import type { ServedUntil, ServeRequest } from './cli/index.ts';
import type { DatabaseSettings, ServerSettings } from './config/index.ts';
import { randomToken, uuidv7 } from './crypto/index.ts';
import {
  type Dispatcher,
  type MayRun,
  openDispatcher,
  openPlans,
  type Plans,
} from './engine/index.ts';
import { AppError, asAppError } from './errors/index.ts';
import { type CompileSource, openEvents, openServer, type ServerOptions } from './http/index.ts';
import { checkInputs, compile } from './language/index.ts';
import type { Log } from './log/index.ts';
import { NODE_TYPES } from './nodes/index.ts';
import { type DatabaseOptions, openDatabase, openStore, type Store } from './store/index.ts';

export interface ServeOptions {
  readonly kind: ServeRequest['kind'];
  readonly settings: ServerSettings;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The folder of the built programs that run code. */
  readonly programs: URL;
  readonly version: string;
  /** Whether a person reads the command's own words; then the log need not say the same. */
  readonly isTold?: boolean;
}

/** What serves, and where a program on this machine reaches it, whatever BASE_URL says. */
export interface ServedHere extends ServedUntil {
  readonly listens?: string;
}

/**
 * Puts the house together for a server or a worker: database, store, dispatcher, and for a server
 * its HTTP door. Resolves when it serves. Ends in the opposite order after the signal: the door
 * first, so that nothing new comes in; then what runs ends or is handed back; then the store.
 * Errors: STORE_*, DATA_DIR_TAKEN, PORT_TAKEN, HOST_UNUSABLE; the signal's reason when it aborts
 * first.
 */
export async function serve(options: ServeOptions): Promise<ServedHere> {
  const { kind, settings, log, signal } = options;
  const closers: Closer[] = [];
  const house = openHouse(options);
  const opened = <T>(name: string, thing: T, close: () => Promise<void>): T => {
    closers.unshift({ name, close });
    return thing;
  };
  opened('capabilities', house, () => house.close());
  // Tries the jail while the database starts.
  const held = holdCode(house, options);
  held.catch(() => undefined); // It is awaited below, and may fail before that.
  try {
    const store = await openHouseStore(settings, log);
    opened('store', store, () => store.close());
    signal.throwIfAborted();
    await store.ensureAccount(DEFAULT_ACCOUNT, 'Default');
    await held;
    const plans = openPlans(store, compilerOf(settings));
    const removeFiles = (account: AccountId) => removeFilesOf(settings.dataDir, account);
    const access =
      kind === 'worker' ? undefined : await openAccess({ settings, store, log, removeFiles });
    closers.unshift(...(access?.closers ?? []));
    const mayRun = access?.mayRun ?? workerMayRun({ settings, store });
    const dispatcher = await openHouseDispatcher({ ...options, store, plans, house, mayRun });
    opened('dispatcher', dispatcher, () => dispatcher.close());
    signal.throwIfAborted();
    const parts = { store, plans, dispatcher, house };
    const door = access === undefined ? undefined : await openDoor(options, { ...parts, access });
    if (door !== undefined) opened('http', door, () => door.close());
    // Last, so that a password is made only where it is shown.
    const firstAdmin = await access?.auth.ensureFirstAdmin();
    const ended = untilAborted(signal).then(() => closeAll(closers, log));
    const address = door === undefined ? undefined : (settings.baseUrl ?? door.address);
    const { process, slots } = dispatcher.status();
    const told = kind === 'worker' ? 'the worker runs' : 'the server listens';
    log[options.isTold === true ? 'debug' : 'info'](told, {
      ...(address === undefined ? {} : { address }),
      process,
      slots,
    });
    return {
      ...(address === undefined ? {} : { address, page: `${address}/api/v1/docs` }),
      ...(door === undefined ? {} : { listens: door.address }),
      ...(door?.isEverywhere === true && settings.baseUrl === undefined
        ? { isEverywhere: true }
        : {}),
      data: store.place,
      ...(firstAdmin?.password === undefined ? {} : { firstAdmin }),
      warnings: settings.warnings.map(({ message, remedy }) => `${message}. ${remedy}`),
      ended,
    };
  } catch (error) {
    await closeAll(closers, log).catch(() => undefined); // The first error is the one to tell.
    throw error;
  }
}

function openHouse({ settings, programs, log }: ServeOptions): CapabilityHouse {
  const warn = (message: string, remedy: string) => log.warn(message, { remedy });
  return capabilityHouse({ settings: settings.settings, programs, warn });
}

/**
 * Finds out how code is held here; what is missing is told by the sandbox itself. Errors:
 * CODE_JAIL_ABSENT where the operator requires a jail.
 */
async function holdCode(house: CapabilityHouse, { settings, log }: ServeOptions): Promise<void> {
  if (settings.slots === 0) return; // Runs no code at all: its workers do.
  const { kind, attacks, layers, problem } = await house.posture();
  if (kind === 'kernel') {
    const on = layers.filter(({ isOn }) => isOn).map(({ name }) => name);
    log.info('code runs in a jail', { layers: on, attacksStopped: attacks.length });
    return;
  }
  if (settings.settings.CODE_JAIL !== 'required') return;
  throw new AppError('CODE_JAIL_ABSENT', {
    message: `CODE_JAIL=required, but ${problem?.why ?? 'there is no jail'}`,
    ...(problem === undefined ? {} : { remedy: problem.remedy }),
  });
}

interface Closer {
  readonly name: string;
  close(): Promise<void>;
}

/** Closes all, whatever fails; rejects with the first failure. */
async function closeAll(closers: readonly Closer[], log: Log): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const { name, close } of closers) {
    try {
      await close();
    } catch (error) {
      failure ??= { error };
      log.error('a part did not close cleanly', { part: name, error });
    }
  }
  if (failure !== undefined) throw asAppError(failure.error);
}

async function openHouseStore(
  settings: ServerSettings,
  log: Log,
): Promise<Store & { readonly place: string }> {
  const { database: wanted, dataDir } = settings;
  const database = await openDatabase({ ...databaseOptions(wanted), dataDir, log });
  const { kind, place } = database;
  const isAuditOn = settings.settings.ENABLE_AUDIT_LOGGING;
  const store = await openStore({ database, blobFolder: join(dataDir, 'blobs'), isAuditOn });
  const where = kind === 'embedded' ? dataDir : `${place.database} at ${place.host}:${place.port}`;
  return { ...store, place: where };
}

function databaseOptions(wanted: DatabaseSettings): DatabaseOptions {
  const { url, migrationUrl, readUrl, sslMode, sslCert, sslKey, sslRootCert } = wanted;
  return {
    ...(url === undefined ? {} : { url }),
    ...(migrationUrl === undefined ? {} : { migrationUrl }),
    ...(readUrl === undefined ? {} : { readUrl }),
    poolSize: wanted.poolSize,
    connectMs: wanted.connectTimeoutMs,
    statementMs: wanted.statementTimeoutMs,
    ssl: {
      ...(sslMode === undefined ? {} : { mode: sslMode }),
      ...(sslCert === undefined ? {} : { certFile: sslCert }),
      ...(sslKey === undefined ? {} : { keyFile: sslKey }),
      ...(sslRootCert === undefined ? {} : { rootCertFile: sslRootCert }),
    },
  };
}

/** The format is known, also where the text alone would not tell it. */
function compilerOf({ settings }: ServerSettings): CompileSource {
  const options = {
    nodeTypes: NODE_TYPES,
    limits: { textBytes: settings.MAX_YAML_SIZE },
    unsafeTemplates: settings.TEMPLATE_UNSAFE,
    pythonLevel: settings.PYTHON_SECURITY_LEVEL,
  };
  return ({ source, format }) => compile(source, { file: `flow.${format}`, ...options });
}

async function openHouseDispatcher(
  parts: ServeOptions & {
    readonly store: Store;
    readonly plans: Plans;
    readonly house: CapabilityHouse;
    readonly mayRun: MayRun;
  },
): Promise<Dispatcher> {
  const { kind, settings, log, store, plans, house, mayRun } = parts;
  const process = randomToken(16) as ProcessId; // The maker of process ids.
  const { EXECUTION_TIMEOUT, EXECUTION_CONCURRENCY } = settings.settings;
  return openDispatcher({
    store,
    plans,
    process,
    kind,
    slots: settings.slots,
    clock: systemClock,
    monotonicMs: () => performance.now(),
    newId: () => uuidv7(systemClock.now()),
    mayRun,
    capabilities: ({ account, plan }) =>
      house.open({ plan, payer: account, workspace: () => workspaceOf(settings.dataDir, account) }),
    limits: { timeoutMs: EXECUTION_TIMEOUT, concurrency: EXECUTION_CONCURRENCY },
    log,
  });
}

/** The files of an account's flows; nobody else on the machine reads them. */
async function workspaceOf(dataDir: string, account: AccountId): Promise<string> {
  const folder = join(dataDir, 'files', account);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function removeFilesOf(dataDir: string, account: AccountId): Promise<void> {
  await rm(join(dataDir, 'files', account), { recursive: true, force: true });
}

async function openDoor(
  { settings, log, version }: ServeOptions,
  {
    house,
    access,
    ...parts
  }: {
    readonly store: Store;
    readonly plans: Plans;
    readonly dispatcher: Dispatcher;
    readonly house: CapabilityHouse;
    readonly access: Access;
  },
) {
  const { auth, audit, rates } = access;
  return openServer({
    ...parts,
    auth,
    audit,
    rates,
    signUp: settings.settings.SIGN_UP,
    settings: doorSettings(settings),
    registerEvents: openEvents({
      store: parts.store,
      feed: parts.dispatcher.feed,
      auth,
      clock: systemClock,
      log,
    }),
    compile: compilerOf(settings),
    checkInputs,
    clock: systemClock,
    newId: () => uuidv7(systemClock.now()),
    log,
    version,
    sandbox: () => house.posture(),
  });
}

function doorSettings(own: ServerSettings): ServerOptions['settings'] {
  const { host, port, baseUrl, requestBytesMax, isProduction, settings } = own;
  return {
    host,
    port,
    requestBytes: requestBytesMax,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    isProduction,
    cors: settings.CORS_ORIGINS,
    proxies: settings.TRUSTED_PROXIES,
    ...(settings.ENABLE_IP_WHITELIST ? { networks: settings.IP_WHITELIST } : {}),
    httpsRedirect: settings.HTTPS_REDIRECT,
    limits: {
      isOn: settings.ENABLE_RATE_LIMITING,
      api: { amount: settings.RATE_LIMIT_REQUESTS, windowMs: settings.RATE_LIMIT_WINDOW },
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
