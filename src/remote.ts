import { constants } from 'node:fs';
import { chmod, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ProfileFile, Remote, ServerHere } from './cli/index.ts';
import { loadSettings, readSettingsFile } from './config/index.ts';
import type { FetchLike } from './contract/index.ts';
import { AppError } from './errors/index.ts';

/** What main.ts hands over for the commands that talk to a server. */
export interface RemoteOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder of the person, for the profile where XDG_CONFIG_HOME is not set. */
  readonly home: string;
  /** Node's own. */
  readonly fetch: FetchLike;
  /** Differs between two processes that write the profile at once. */
  readonly processId: number;
  /** All of standard input, at most `bytesMax` and one byte more. */
  readStandardInput(bytesMax: number): Promise<Uint8Array>;
  askKey(prompt: string): Promise<string | undefined>;
}

/** A key, a profile: small texts. */
const FILE_BYTES_MAX = 64 * 1024;

/**
 * Variables for the commands that talk to a server. They are no settings of the server, so they are
 * taken out before its settings are judged.
 */
export const CLIENT_VARIABLES: readonly string[] = ['SLUICE_SERVER', 'SLUICE_API_KEY'];

/** Profile, key files and the connection for the commands that talk to a server. */
export function createRemote(options: RemoteOptions): Remote {
  const { environment } = options;
  const path = profilePath(options);
  return {
    environment: {
      ...given('server', environment.SLUICE_SERVER),
      ...given('apiKey', environment.SLUICE_API_KEY),
    },
    serverHere: () => serverHere(options),
    readProfile: () => readProfile(path),
    writeProfile: (text) => writeProfile(path, text, options.processId),
    removeProfile: () => removeProfile(path),
    readKeyFile: (file) => readKeyFile(file, options),
    askKey: options.askKey,
    saveFile,
    openClient: async ({ baseUrl, apiKey }) => {
      const { createClient, transportOver } = await import('./contract/index.ts');
      return createClient({ baseUrl, apiKey, transport: transportOver(options.fetch) });
    },
  };
}

/** The environment without the variables that only the commands against a server read. */
export function withoutClientVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(environment).filter(([name]) => !CLIENT_VARIABLES.includes(name));
  return Object.fromEntries(kept);
}

/** An empty variable counts as not given, as it does for settings. */
function given<Name extends string>(name: Name, text: string | undefined) {
  return text === undefined || text.trim() === '' ? {} : { [name]: text };
}

function serverHere({ cwd, environment }: RemoteOptions): ServerHere {
  const { settings } = loadSettings({
    cwd,
    environment: withoutClientVariables(environment),
    readFile: readSettingsFile,
  });
  const [apiKey] = settings.ADMIN_API_KEYS;
  const { HOST: host, PORT: port } = settings;
  return { host, port, ...(apiKey === undefined ? {} : { apiKey }) };
}

/** XDG Base Directory Specification 0.8: a relative XDG_CONFIG_HOME is not valid and not used. */
function profilePath({ environment, home }: RemoteOptions): string {
  const configured = environment.XDG_CONFIG_HOME;
  const folder = configured?.startsWith('/') ? configured : join(home, '.config');
  return join(folder, 'sluice', 'profile.json');
}

async function readProfile(path: string): Promise<ProfileFile | undefined> {
  // Without waiting: a pipe of that name must not hold the command up. The mode is that of the very
  // file that is read, because both come from one handle.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined;
      throw unusable(path, `cannot be read (${codeOf(cause)})`, cause);
    },
  );
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unusable(path, 'is not a file');
    if (stats.size > FILE_BYTES_MAX) throw unusable(path, 'is too large for a profile');
    // Files of Windows have no such bits; the folder of a person is closed to others there.
    const mode = sep === '\\' ? 0o600 : stats.mode & 0o777;
    return { path, text: await file.readFile('utf8'), mode };
  } finally {
    await file.close();
  }
}

/** Whole or not at all: written beside it, for its owner alone from the first moment, then put. */
async function writeProfile(path: string, text: string, processId: number): Promise<string> {
  const folder = dirname(path);
  const staging = `${path}.${processId}.new`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await unlink(staging).catch(() => {
      // Only there when a process with this number died in the middle.
    });
    const file = await open(staging, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staging, path);
  } catch (cause) {
    throw unusable(path, `cannot be written (${codeOf(cause)})`, cause);
  }
  return path;
}

async function removeProfile(path: string): Promise<string | undefined> {
  try {
    await unlink(path);
    return path;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined;
    throw unusable(path, `cannot be removed (${codeOf(cause)})`, cause);
  }
}

async function readKeyFile(path: string, options: RemoteOptions): Promise<string> {
  if (path === '-') {
    const bytes = await options.readStandardInput(FILE_BYTES_MAX);
    return new TextDecoder().decode(bytes.subarray(0, FILE_BYTES_MAX));
  }
  const file = await open(path, 'r').catch((cause: unknown) => {
    const message = `the key file ${path} cannot be read (${codeOf(cause)})`;
    throw new AppError('FILE_NOT_FOUND', { message, cause });
  });
  try {
    // A pipe is fine here: shells make one for --key-file <(command).
    const buffer = new Uint8Array(FILE_BYTES_MAX);
    let length = 0;
    while (length < FILE_BYTES_MAX) {
      const { bytesRead } = await file.read(buffer, length, FILE_BYTES_MAX - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return new TextDecoder().decode(buffer.subarray(0, length));
  } catch (cause) {
    const message = `the key file ${path} cannot be read (${codeOf(cause)})`;
    throw new AppError('FILE_NOT_FOUND', { message, cause });
  } finally {
    await file.close();
  }
}

const saveFile: Remote['saveFile'] = async (path, text, { overwrite }) => {
  try {
    const file = await open(path, overwrite ? 'w' : 'wx');
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') {
      throw new AppError('FILE_EXISTS', { message: `${path} is there already`, cause });
    }
    throw new AppError('FILE_NOT_WRITTEN', {
      message: `${path} cannot be written (${codeOf(cause)})`,
      remedy: 'Name a file in a folder that is there and that you may write to.',
      cause,
    });
  }
};

function unusable(path: string, why: string, cause?: unknown): AppError {
  return new AppError('PROFILE_INVALID', { message: `the profile ${path} ${why}`, cause });
}

/** The code of the operating system, such as EACCES; no text of its own, which may say more. */
function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'unknown reason';
}
