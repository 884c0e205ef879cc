import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Asks twice for a new password, which is not shown. Errors: USAGE where there is no terminal, with
 * `otherWay` as what to write instead, or where the two differ. Nothing typed is repeated.
 */
export async function askNewPassword(
  { remote }: CommandContext,
  otherWay: string,
): Promise<string> {
  const first = await remote.askKey('New password: ');
  if (first === undefined) {
    throw new AppError('USAGE', {
      message: 'there is no terminal to ask for the password',
      remedy: `Give it on standard input: ${otherWay}`,
    });
  }
  const second = first === '' ? '' : await remote.askKey('Once more: ');
  if (first !== '' && first === second) return first;
  const message = first === '' ? 'no password was typed' : 'the two passwords differ';
  throw new AppError('USAGE', { message, remedy: 'Type it again.' });
}

/** Standard input without the line break at its end; blanks belong to the password. */
export async function passwordFromInput({ remote }: CommandContext): Promise<string> {
  const password = (await remote.readKeyFile('-')).replace(/\r?\n$/, '');
  if (password !== '' && !/[\r\n]/.test(password)) return password;
  const message =
    password === '' ? 'standard input is empty' : 'standard input has more than one line';
  throw new AppError('USAGE', { message, remedy: 'Give the password alone.' });
}
