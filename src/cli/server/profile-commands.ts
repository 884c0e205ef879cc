import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { warnOfPlainHttp } from './connect.ts';
import { parseKey, parseProfile, profileText } from './profile.ts';
import { parseServerUrl, urlOfListener } from './server-url.ts';

/**
 * `sluice login`: tries a key and keeps it with the server's address in the profile. Nothing is
 * kept where the server refuses the key or does not answer.
 */
export async function loginCommand(
  context: CommandContext,
  options: { readonly server?: string; readonly keyStdin: boolean; readonly json: boolean },
): Promise<number> {
  const { terminal, remote, signal } = context;
  const server = await serverOf(context, options.server);
  const apiKey = await keyOf(context, options.keyStdin, server);
  warnOfPlainHttp(context, server);
  const client = await remote.openClient({ baseUrl: server, apiKey });
  const me = await client.whoAmI({ signal }).catch((thrown: unknown) => {
    throw inLoginWords(thrown);
  });
  const path = await remote.writeProfile(profileText({ server, apiKey }));
  if (options.json) {
    tellDocument(terminal, { server, principal: me, profile: path });
    return 0;
  }
  const label = styled(terminal, 'green', 'signed in');
  terminal.out(`${label} to ${server} as ${printableLine(me.id)}\n`);
  terminal.out(`  The key is kept in ${printableLine(path)}, for you alone.\n`);
  return 0;
}

/** The remedy of the API speaks of headers. */
function inLoginWords(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'UNAUTHENTICATED') return thrown;
  const { code, message } = thrown;
  const remedy = 'Give one of ADMIN_API_KEYS of the server, or a key that was made there.';
  return new AppError(code, { message, remedy, cause: thrown });
}

/** Where it is not said: SLUICE_SERVER, the server of the profile, that of the working folder. */
async function serverOf({ remote }: CommandContext, option: string | undefined): Promise<string> {
  if (option !== undefined) return parseServerUrl(option, '--server');
  const { server } = remote.environment;
  if (server !== undefined) return parseServerUrl(server, 'SLUICE_SERVER');
  const file = await remote.readProfile();
  if (file !== undefined) return parseProfile(file).server;
  const here = remote.serverHere();
  return urlOfListener(here.host, here.port);
}

async function keyOf(
  { remote }: CommandContext,
  isPiped: boolean,
  server: string,
): Promise<string> {
  if (isPiped) return parseKey(await remote.readKeyFile('-'), 'standard input');
  const typed = await remote.askKey(`API key for ${server}: `);
  if (typed !== undefined) return parseKey(typed, 'the prompt');
  throw new AppError('USAGE', {
    message: 'there is no terminal to ask for the key',
    remedy: 'Give it on standard input: sluice login --key-stdin < key.txt',
  });
}

/** `sluice logout`: removes the profile. */
export async function logoutCommand(
  { terminal, remote }: CommandContext,
  options: { readonly json: boolean },
): Promise<number> {
  const path = await remote.removeProfile();
  if (options.json) tellDocument(terminal, { removed: path !== undefined });
  else if (path === undefined) terminal.out('there is no profile\n');
  else terminal.out(`removed ${printableLine(path)}; the key itself stays valid on the server\n`);
  return 0;
}
