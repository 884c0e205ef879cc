import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { styled, tellDocument } from '../terminal.ts';
import { askNewPassword, passwordFromInput } from './typed-password.ts';

export interface HashPasswordOptions {
  /** From the command line, where the shell keeps it. */
  readonly password?: string;
  readonly stdin: boolean;
  readonly json: boolean;
}

/**
 * `sluice hash-password`: prints the bcrypt hash of a password, alone on standard output, for
 * ADMIN_PASSWORD (claim G3.138). Errors: USAGE, PASSWORD_WEAK with the reason.
 */
export async function hashPasswordCommand(
  context: CommandContext,
  options: HashPasswordOptions,
): Promise<number> {
  const { terminal, local } = context;
  const password = await passwordOf(context, options);
  const hash = await local.hashPassword(password);
  if (options.json) tellDocument(terminal, { hash });
  else terminal.out(`${hash}\n`);
  return 0;
}

async function passwordOf(context: CommandContext, options: HashPasswordOptions): Promise<string> {
  const { password, stdin } = options;
  if (password !== undefined && stdin) {
    throw new AppError('USAGE', {
      message: 'the password is given twice, on the command line and by --stdin',
      remedy: 'Give it once: sluice hash-password --stdin < file',
    });
  }
  if (stdin) return passwordFromInput(context);
  if (password === undefined) {
    return askNewPassword(context, 'sluice hash-password --stdin < file');
  }
  const { terminal } = context;
  terminal.err(
    `${styled(terminal, 'yellow', 'warning')}: the password stays in the history of this shell, ` +
      'and others on the machine could see it.\n  Without it on the line, it is asked for.\n',
  );
  return password;
}
