import { homedir } from 'node:os';
import { basename } from 'node:path';
import { createApp } from './app.ts';
import { FLOW_TEXT_LIMITS, systemClock } from './base/index.ts';
import {
  type Claims,
  type CommandContext,
  type Local,
  runCli,
  type ServedUntil,
  type ServeRequest,
  type Terminal,
} from './cli/index.ts';
import {
  configTasks,
  loadSettings,
  readEnvironment,
  readSettingsFile,
  requireServerSettings,
  settingsFileMode,
  writeNewFile,
} from './config/index.ts';
import type { JailPosture } from './contract/index.ts';
import { randomToken } from './crypto/index.ts';
import { createRemote, withoutClientVariables } from './remote.ts';

const VERSION = '0.3.0';
const COLUMNS = 100;
const SAME_SIGNAL_MS = 500;
const KEY_CHARACTERS_MAX = 4_096;

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
      askKey,
    }),
    signal: stopSignal(),
    version: VERSION,
    posture: app.posture,
    command: basename(process.argv[1] ?? '') === 'sluice' ? 'sluice' : 'node bin/sluice.js',
    now: () => performance.timeOrigin + performance.now(),
    ...(claims === undefined ? {} : { claims }),
  };
  process.exitCode = await runCli(process.argv.slice(2), context);
  await app.close();
}

/** `--help` needs no settings: they are read, and judged, when a command first does something. */
function lazyApp(
  environment: ReturnType<typeof readEnvironment>,
  terminal: Terminal,
): { readonly local: Local; posture(): Promise<JailPosture>; close(): Promise<void> } {
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
    }),
    serve: (request) => serveHere(request, environment),
  };
  return { local, posture: async () => opened().posture(), close: async () => app?.close() };
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
  const [{ serve }, { createLog, streamDestination }] = await Promise.all([
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
  const own = { programs: programsFolder(), version: VERSION, isTold: isPerson };
  const served = await serve({ kind, settings, log, signal, ...own });
  tellStarter(served.listens, settings.dataDir);
  return served;
}

/** `npm start` does its part once the command has said that it serves. */
function tellStarter(listens: string | undefined, dataDir: string): void {
  if (process.connected !== true) return;
  setImmediate(() => {
    // A starter that has just ended needs no news.
    process.send?.({ serving: { listens, dataDir } }, undefined, undefined, () => undefined);
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
    programs: programsFolder(),
    warn: (message, remedy) => terminal.err(`warning: ${message}. ${remedy}\n`),
  });
}

/** What the build puts beside this program. */
function programsFolder(): URL {
  return new URL('./programs/', import.meta.url);
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

/**
 * Aborts at the first Ctrl-C, SIGTERM or closed terminal; a second ends the process at once. One
 * that follows in the same moment is the same one: npm passes on a Ctrl-C that the terminal has
 * sent to all of its processes already.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let stoppedAt = 0;
  const onSignal = () => {
    const now = performance.now();
    if (stop.signal.aborted && now - stoppedAt > SAME_SIGNAL_MS) process.exit(1);
    if (stop.signal.aborted) return;
    stoppedAt = now;
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  // Whoever started us with a channel has ended, and we end with it.
  if (process.connected === true) process.on('disconnect', onSignal);
  process.channel?.unref();
  return stop.signal;
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

/** Asks on the terminal without showing what is typed; undefined where there is none. */
function askKey(prompt: string): Promise<string | undefined> {
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
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (typed.length < KEY_CHARACTERS_MAX) typed += character;
      }
    };
    stdin.on('data', onData);
  });
}
