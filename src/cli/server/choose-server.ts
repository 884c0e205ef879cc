import { AppError } from '../../errors/index.ts';
import type { Remote, ServerHere, ServerOptions } from '../remote.ts';
import { type Profile, parseKey, parseProfile } from './profile.ts';
import { isLoopbackUrl, isSameServer, parseServerUrl, urlOfListener } from './server-url.ts';

/** Which server a command talks to, and with what. */
export interface ChosenServer {
  readonly server: string;
  /** Undefined where none is known for this server. */
  readonly apiKey: string | undefined;
}

/**
 * The server: --server, SLUICE_SERVER, the profile, the settings of the working folder. The key:
 * --key-file, SLUICE_API_KEY, the profile, the settings of the working folder.
 *
 * A key never goes to a server that it was not given for: that of the profile only to the profile's
 * server, that of the settings only to theirs, SLUICE_API_KEY only to SLUICE_SERVER where both are
 * set, and to no other machine that the settings of a folder name. What is not needed is not read.
 */
export async function chooseServer(remote: Remote, options: ServerOptions): Promise<ChosenServer> {
  const { environment } = remote;
  const keyOfOption =
    options.keyFile === undefined
      ? undefined
      : parseKey(await remote.readKeyFile(options.keyFile), '--key-file');
  const named = given(options.server, '--server') ?? given(environment.server, 'SLUICE_SERVER');
  const isForOther =
    named !== undefined &&
    environment.server !== undefined &&
    !isSameServer(named, parseServerUrl(environment.server, 'SLUICE_SERVER'));
  const keyOfEnvironment =
    environment.apiKey === undefined || isForOther
      ? undefined
      : parseKey(environment.apiKey, 'SLUICE_API_KEY');
  const key = keyOfOption ?? keyOfEnvironment;
  if (named !== undefined && key !== undefined) return { server: named, apiKey: key };
  const profile = await readProfile(remote);
  const server = named ?? profile?.server;
  if (server === undefined) return chooseHere(remote.serverHere(), key, keyOfOption);
  const apiKey = key ?? keyOfProfile(profile, server) ?? keyHere(remote, server);
  return { server, apiKey };
}

function given(text: string | undefined, source: string): string | undefined {
  return text === undefined ? undefined : parseServerUrl(text, source);
}

async function readProfile(remote: Remote): Promise<Profile | undefined> {
  const file = await remote.readProfile();
  return file === undefined ? undefined : parseProfile(file);
}

function keyOfProfile(profile: Profile | undefined, server: string): string | undefined {
  const isItsServer = profile !== undefined && isSameServer(profile.server, server);
  return isItsServer ? profile.apiKey : undefined;
}

function chooseHere(
  here: ServerHere,
  key: string | undefined,
  keyOfOption: string | undefined,
): ChosenServer {
  const server = urlOfListener(here.host, here.port);
  // A folder from elsewhere must not be able to draw a key of the environment to its machine.
  const usable = isLoopbackUrl(server) ? key : keyOfOption;
  return { server, apiKey: usable ?? here.apiKey };
}

/** The key of the working folder's settings, where they are those of this server. */
function keyHere(remote: Remote, server: string): string | undefined {
  try {
    const here = remote.serverHere();
    return isSameServer(urlOfListener(here.host, here.port), server) ? here.apiKey : undefined;
  } catch (error) {
    // The settings of some folder are no matter of a server that was named otherwise.
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
