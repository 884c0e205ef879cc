import type { CommandContext } from '../command-context.ts';
import { connect } from '../server/connect.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';
import { findPersonId } from './find-person.ts';
import { type SecretOptions, tellSecret } from './made-secret.ts';
import { askNewPassword, passwordFromInput } from './typed-password.ts';
import type { OnePersonOptions } from './user-commands.ts';

/** `sluice users sessions`: where a person is signed in. */
export async function usersSessionsCommand(
  context: CommandContext,
  options: OnePersonOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findPersonId(client, options.person, signal);
  const sessions = await client.listPersonSessions({ params: { id }, signal });
  if (options.json) {
    tellDocument(terminal, sessions);
    return 0;
  }
  if (sessions.items.length === 0) {
    terminal.out('they are signed in nowhere\n');
    return 0;
  }
  const now = context.now();
  const rows = sessions.items.map((session) => [
    session.id,
    agoText(session.lastSeenAt, now),
    agoText(session.createdAt, now),
    session.address,
    session.agent,
  ]);
  terminal.out(textTable(terminal, COLUMNS, rows));
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'SEEN' },
  { title: 'SIGNED IN' },
  { title: 'ADDRESS' },
  { title: 'PROGRAM', mayShrink: true },
];

/** `sluice users end-sessions`: signs a person out everywhere. */
export async function usersEndSessionsCommand(
  context: CommandContext,
  options: OnePersonOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findPersonId(client, options.person, signal);
  const { ended } = await client.endPersonSessions({ params: { id }, signal });
  if (options.json) tellDocument(terminal, { ended });
  else
    terminal.out(
      `${styled(terminal, 'green', 'ended')} ${ended} session${ended === 1 ? '' : 's'}\n`,
    );
  return 0;
}

export interface ResetPasswordOptions extends OnePersonOptions, SecretOptions {
  /** Asks for the new password here instead of giving a token away. */
  readonly set: boolean;
  readonly passwordStdin: boolean;
}

/**
 * `sluice users reset-password`: makes a one-time token, shown once; or sets a new password that is
 * asked for or read from standard input, which ends all sessions of the person.
 */
export async function usersResetPasswordCommand(
  context: CommandContext,
  options: ResetPasswordOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const password = await newPasswordOf(context, options);
  const client = await connect(context, options);
  const id = await findPersonId(client, options.person, signal);
  const made = await client.resetPersonPassword({ params: { id }, signal });
  if (password !== undefined) {
    await client.resetPassword({ body: { token: made.token, password }, signal });
    if (options.json) tellDocument(terminal, { id, set: true });
    else terminal.out(`${styled(terminal, 'green', 'set')}; all their sessions have ended\n`);
    return 0;
  }
  const until = timeText(made.expiresAt, context.now());
  return tellSecret(context, options, {
    document: made,
    line: `${styled(terminal, 'green', 'made')} a token for ${printableLine(options.person)}, good until ${until}`,
    secret: {
      name: 'token',
      text: made.token,
      next: 'With it they set a new password: POST /api/v1/auth/reset-password, as "token".',
    },
  });
}

async function newPasswordOf(
  context: CommandContext,
  { set, passwordStdin }: ResetPasswordOptions,
): Promise<string | undefined> {
  if (passwordStdin) return passwordFromInput(context);
  const otherWay = 'sluice users reset-password NAME --password-stdin < file';
  return set ? askNewPassword(context, otherWay) : undefined;
}
