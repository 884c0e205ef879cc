import { homedir } from 'node:os';
import { basename } from 'node:path';
import { createApp } from './app.ts';
import { FLOW_TEXT_LIMITS, systemClock } from './base/index.ts';
import {
  type Claims,
  type CommandContext,
  type Local,
  type LocalAccess,
  runCli,
  type ServedUntil,
  type ServeRequest,
  type Terminal,
} from './cli/index.ts';
import {
  configTasks,
  examineSettings,
  loadSettings,
  newSecrets,
  readEnvironment,
  readSettingsFile,
  requireServerSettings,
  settingsFileMode,
  writeNewFile,
} from './config/index.ts';
import { randomToken } from './crypto/index.ts';
import { AppError } from './errors/index.ts';
import { createRemote, withoutClientVariables } from './remote.ts';
import { stopSignal } from './stop-signal.ts';

const VERSION = '0.3.0';
const COLUMNS = 100;
const KEY_CHARACTERS_MAX = 4_096;
/** The hash is thrown away. */
const ROUNDS_TO_JUDGE = 4;

/**
 * The program: runs the command line of this process and sets its exit code. Called by
 * bin/sluice.js, which hands over the table of claims that the scripts of the repository make;
 * importing this module does nothing.
 */
export async function main(claims?: () => Promise<Claims>): Promise<void> {
  const everything = readEnvironment();
  const environment = withoutClientVariables(everything);
  const terminal = terminalOf(environment);
  const app = lazyApp(environment, terminal);
  const context: CommandContext = {
    terminal,
    local: app.local,
    remote: createRemote({
      cwd: process.cwd(),
      environment: everything,
      home: everything.HOME ?? homedir(),
      fetch,
      processId: process.pid,
      readStandardInput,
      askKey: (prompt) => ask(prompt, { isShown: false }),
    }),
    signal: stopSignal(process, now),
    version: VERSION,
    posture: app.posture,
    auditCopy: app.auditCopy,
    command: basename(process.argv[1] ?? '') === 'sluice' ? 'sluice' : 'node bin/sluice.js',
    now,
    ...(claims === undefined ? {} : { claims }),
  };
  process.exitCode = await runCli(process.argv.slice(2), context);
  await app.close();
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** `--help` needs no settings: they are read, and judged, when a command first does something. */
function lazyApp(
  environment: ReturnType<typeof readEnvironment>,
  terminal: Terminal,
): Pick<ReturnType<typeof createApp>, 'posture' | 'auditCopy' | 'close'> & { local: Local } {
  let app: ReturnType<typeof createApp> | undefined;
  const opened = () => {
    app ??= openApp(environment, terminal);
    return app;
  };
  const local: Local = {
    readText: async (path) => opened().readText(path),
    compile: (text) => opened().compile(text),
    parseInput: (declaration, text) => opened().parseInput(declaration, text),
    checkInputs: (plan, given) => opened().checkInputs(plan, given),
    readInputs: async (path) => opened().readInputs(path),
    run: async (request) => opened().run(request),
    ...configTasks({
      cwd: process.cwd(),
      environment,
      readFile: readSettingsFile,
      fileMode: settingsFileMode,
      writeNewFile,
      random: randomToken,
      now,
    }),
    ...accessHere(environment),
    serve: (request) => serveHere(request, environment),
  };
  return {
    local,
    posture: async () => opened().posture(),
    auditCopy: async (path) => opened().auditCopy(path),
    close: async () => app?.close(),
  };
}

/** Passwords, new secrets and the checklist; hashing is loaded by whoever hashes. */
function accessHere(environment: ReturnType<typeof readEnvironment>): LocalAccess {
  const sources = { cwd: process.cwd(), environment, readFile: readSettingsFile };
  const passwordsOf = async (rounds: number, isComplex: boolean) =>
    (await import('./auth/index.ts')).openPasswords({ rounds, isComplex });
  const whyWeak = async (password: string, names: readonly string[]) => {
    const passwords = await passwordsOf(ROUNDS_TO_JUDGE, false);
    return passwords.hash(password, { names }).then(() => undefined, weaknessOf);
  };
  return {
    hashPassword: async (password) => {
      const { BCRYPT_ROUNDS, PASSWORD_COMPLEXITY } = loadSettings(sources).settings;
      const passwords = await passwordsOf(BCRYPT_ROUNDS, PASSWORD_COMPLEXITY);
      return passwords.hash(password, { names: [] });
    },
    newSecrets: (wanted) => newSecrets(randomToken, wanted),
    askLine: (prompt) => ask(prompt, { isShown: true }),
    examineSettings: () =>
      examineSettings({ ...sources, fileMode: settingsFileMode, now: now(), whyWeak }),
    securityHeaders: async () => (await import('./guard/index.ts')).SECURITY_HEADERS,
    nodeVersion: process.versions.node,
  };
}

function weaknessOf(error: unknown): string {
  if (error instanceof AppError && error.code === 'PASSWORD_WEAK') return error.message;
  throw error;
}

/** Reads the settings as a server needs them, opens its log, and serves. */
async function serveHere(
  { kind, overrides, signal }: ServeRequest,
  environment: ReturnType<typeof readEnvironment>,
): Promise<ServedUntil> {
  const cwd = process.cwd();
  const { host, port, dataDir } = overrides;
  const loaded = loadSettings({
    cwd,
    environment,
    readFile: readSettingsFile,
    overrides: {
      ...(host === undefined ? {} : { HOST: host }),
      ...(port === undefined ? {} : { PORT: String(port) }),
      ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
    },
  });
  const settings = requireServerSettings(loaded, { kind, cwd, fileMode: settingsFileMode });
  // The server's own parts are loaded here: other commands start without them.
  const [{ serve }, { createLog, openLastResort, streamDestination }] = await Promise.all([
    import('./serve.ts'),
    import('./log/index.ts'),
  ]);
  // With a channel it is `npm start` that started us, the way of a newcomer.
  const isTerminal = process.stderr.isTTY === true;
  const isPerson = (isTerminal || process.connected === true) && !settings.isProduction;
  const log = createLog({
    level: settings.logLevel,
    destination: streamDestination(process.stderr),
    secrets: settings.secrets,
    clock: systemClock,
    form: isPerson ? 'spoken' : 'json',
    hasColour: isPerson && isTerminal && !environment.NO_COLOR,
  });
  const fallen = openLastResort({
    log,
    listen: (hear) => void process.on('uncaughtException', hear), // Rejections come here too.
    exit: () => process.exit(1),
  });
  const own = {
    programs: new URL('./programs/', import.meta.url),
    version: VERSION,
    isTold: isPerson,
  };
  const until = AbortSignal.any([signal, fallen]);
  const serving = await serve({ kind, settings, log, signal: until, ...own });
  const served = { ...serving, ended: serving.ended.then(() => fallen.throwIfAborted()) };
  const { listens, firstAdmin, ...rest } = served;
  // The starter shows the first admin with all else that is shown once.
  if (process.connected !== true) return served;
  tellStarter({ listens, firstAdmin, dataDir: settings.dataDir });
  return rest;
}

/** `npm start` does its part once the command has said that it serves. */
function tellStarter(serving: object): void {
  setImmediate(() => {
    // A starter that has just ended needs no news.
    process.send?.({ serving }, undefined, undefined, () => undefined);
  });
}

function openApp(
  environment: ReturnType<typeof readEnvironment>,
  terminal: Terminal,
): ReturnType<typeof createApp> {
  const options = { cwd: process.cwd(), environment, readFile: readSettingsFile };
  const { settings, warnings } = loadSettings(options);
  for (const { source, message, remedy } of warnings) {
    terminal.err(`warning: ${source}: ${message}. ${remedy}\n`);
  }
  return createApp({
    settings,
    readStandardInput,
    programs: new URL('./programs/', import.meta.url),
    warn: (message, remedy) => terminal.err(`warning: ${message}. ${remedy}\n`),
  });
}

function terminalOf(environment: ReturnType<typeof readEnvironment>): Terminal {
  // A reader that has seen enough, such as `head`, closes the pipe: that is no failure of ours.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const isScreen = process.stdout.isTTY === true && environment.TERM !== 'dumb';
  const hasColour = isScreen ? !environment.NO_COLOR : Boolean(environment.FORCE_COLOR);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isScreen,
    hasColour,
    get columns() {
      return process.stdout.columns ?? COLUMNS;
    },
    get rows() {
      return process.stdout.rows ?? 0;
    },
  };
}

async function readStandardInput(
  bytesMax: number = FLOW_TEXT_LIMITS.textBytes,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    // Standard input without an encoding gives buffers.
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > bytesMax) break;
  }
  return Buffer.concat(chunks);
}

/** Asks on the terminal; undefined where there is none. */
function ask(prompt: string, { isShown }: { isShown: boolean }): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return Promise.resolve(undefined);
  stderr.write(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve) => {
    let typed = '';
    const end = (text: string | undefined) => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      resolve(text);
    };
    const onData = (text: string) => {
      for (const character of text) {
        if (character === '\r' || character === '\n') return end(typed);
        // Ctrl-C and Ctrl-D: raw mode gives them as characters.
        if (character === '\u0003' || character === '\u0004') return end('');
        if (character === '\u007f' || character === '\b') {
          if (isShown && typed !== '') stderr.write('\b \b');
          typed = typed.slice(0, -1);
        } else if (typed.length < KEY_CHARACTERS_MAX) {
          if (isShown && character >= ' ') stderr.write(character);
          typed += character;
        }
      }
    };
    stdin.on('data', onData);
  });
}
