import { createApp } from './app.ts';
import { FLOW_TEXT_LIMITS } from './base/index.ts';
import { type CommandContext, type Local, runCli, type Terminal } from './cli/index.ts';
import { loadSettings, readEnvironment, readSettingsFile } from './config/index.ts';

const COLUMNS = 100;

/**
 * The program: runs the command line of this process and sets its exit code. Called by
 * bin/sluice.js; importing this module does nothing.
 */
export async function main(): Promise<void> {
  const environment = readEnvironment();
  const terminal = terminalOf(environment);
  const app = lazyApp(environment, terminal);
  const context: CommandContext = {
    terminal,
    local: app.local,
    signal: stopSignal(),
    now: () => performance.timeOrigin + performance.now(),
  };
  process.exitCode = await runCli(process.argv.slice(2), context);
  await app.close();
}

/** `--help` needs no settings: they are read, and judged, when a command first does something. */
function lazyApp(
  environment: ReturnType<typeof readEnvironment>,
  terminal: Terminal,
): { readonly local: Local; close(): Promise<void> } {
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
  };
  return { local, close: async () => app?.close() };
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
    javascriptWorker: new URL('./javascript-worker.js', import.meta.url),
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

/** Aborts at the first Ctrl-C, SIGTERM or closed terminal; a second ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
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
