import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { tellDocument } from '../terminal.ts';

export interface KeysGenerateOptions {
  readonly admin: boolean;
  readonly password: boolean;
  readonly count: number;
  readonly json: boolean;
}

/**
 * `sluice keys generate`: new secrets of 32 random bytes, made here and known to no server. With
 * `admin` exactly one line for `.env` (claim G5.256), with `password` base64 (claim G5.257), else
 * one key a line. Errors: USAGE.
 */
export async function keysGenerateCommand(
  { terminal, local }: CommandContext,
  { admin, password, count, json }: KeysGenerateOptions,
): Promise<number> {
  if (admin && password) {
    throw new AppError('USAGE', {
      message: '--admin makes keys and --password makes passwords',
      remedy: 'Give one of them.',
    });
  }
  const made = local.newSecrets({ kind: password ? 'password' : 'key', count });
  if (json) tellDocument(terminal, password ? { passwords: made } : { keys: made });
  else if (admin) terminal.out(`ADMIN_API_KEYS=${made.join(',')}\n`);
  else terminal.out(made.map((secret) => `${secret}\n`).join(''));
  return 0;
}
