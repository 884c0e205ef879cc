import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { ServerOptions } from '../remote.ts';
import { styled } from '../terminal.ts';
import { chooseServer } from './choose-server.ts';
import { isPlainOverNetwork } from './server-url.ts';

/**
 * A client of the server that the command means. Sends nothing yet. Errors: UNAUTHENTICATED where
 * no key is known, USAGE, PROFILE_INVALID, SETTINGS_INVALID.
 */
export async function connect(context: CommandContext, options: ServerOptions): Promise<Client> {
  const { server, apiKey } = await chooseServer(context.remote, options);
  if (apiKey === undefined) {
    throw new AppError('UNAUTHENTICATED', {
      message: `no API key is known for ${server}`,
      remedy:
        "Sign in with sluice login, set SLUICE_API_KEY, or work in the folder of the server's .env.",
    });
  }
  warnOfPlainHttp(context, server);
  return context.remote.openClient({ baseUrl: server, apiKey });
}

/** Says so where the key would cross a network in plain text. */
export function warnOfPlainHttp({ terminal }: CommandContext, server: string): void {
  if (!isPlainOverNetwork(server)) return;
  const label = styled(terminal, 'yellow', 'warning');
  terminal.err(
    `${label}: ${server} is not encrypted: the key and all data can be read on the way. ` +
      'Use https.\n',
  );
}
