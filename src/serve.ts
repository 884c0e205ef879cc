import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { authenticator, DEFAULT_ACCOUNT } from './auth/index.ts';
import { type AccountId, type ProcessId, systemClock } from './base/index.ts';
import { type CapabilityHouse, capabilityHouse } from './capabilities.ts';
import type { ServedUntil, ServeRequest } from './cli/index.ts';
import type { DatabaseSettings, ServerSettings } from './config/index.ts';
import { randomToken, uuidv7 } from './crypto/index.ts';
import { type Dispatcher, openDispatcher, openPlans, type Plans } from './engine/index.ts';
import { AppError, asAppError } from './errors/index.ts';
import { type CompileSource, openEvents, openServer } from './http/index.ts';
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
    const dispatcher = await openHouseDispatcher({ ...options, store, plans, house });
    opened('dispatcher', dispatcher, () => dispatcher.close());
    signal.throwIfAborted();
    const door =
      kind === 'worker' ? undefined : await openDoor(options, { store, plans, dispatcher, house });
    if (door !== undefined) opened('http', door, () => door.close());
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
  const store = await openStore({ database, blobFolder: join(dataDir, 'blobs') });
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
  const limits = { textBytes: settings.MAX_YAML_SIZE };
  const unsafeTemplates = settings.TEMPLATE_UNSAFE;
  return ({ source, format }) =>
    compile(source, { file: `flow.${format}`, nodeTypes: NODE_TYPES, limits, unsafeTemplates });
}

async function openHouseDispatcher(
  parts: ServeOptions & {
    readonly store: Store;
    readonly plans: Plans;
    readonly house: CapabilityHouse;
  },
): Promise<Dispatcher> {
  const { kind, settings, log, store, plans, house } = parts;
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

async function openDoor(
  { settings, log, version }: ServeOptions,
  {
    house,
    ...parts
  }: {
    readonly store: Store;
    readonly plans: Plans;
    readonly dispatcher: Dispatcher;
    readonly house: CapabilityHouse;
  },
) {
  const { host, port, baseUrl, requestBytesMax } = settings;
  const own = { host, port, requestBytes: requestBytesMax };
  return openServer({
    ...parts,
    settings: baseUrl === undefined ? own : { ...own, baseUrl },
    authenticator: authenticator({ adminKeys: settings.adminKeys }),
    registerEvents: openEvents({
      store: parts.store,
      feed: parts.dispatcher.feed,
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

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
