import type { CommandContext } from '../command-context.ts';
import { type RemoteOptions, tellMore } from '../flows/read-commands.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';
import { type SecretOptions, tellSecret } from './made-secret.ts';

/** `sluice invitations list`. */
export async function invitationsListCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly limit: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const page = await collectPages(options.limit, (query) =>
    client.listInvitations({ query, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  if (page.items.length === 0) {
    terminal.out('no invitations\n');
    return 0;
  }
  const now = context.now();
  const rows = page.items.map(({ id, role, email, createdAt, expiresAt, usedAt }) => [
    id,
    role,
    email ?? '',
    agoText(createdAt, now),
    usedAt === undefined ? endText(expiresAt, now) : `used ${agoText(usedAt, now)}`,
  ]);
  terminal.out(textTable(terminal, COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'ROLE' },
  { title: 'MAIL', mayShrink: true },
  { title: 'MADE' },
  { title: 'STATE' },
];

function endText(expiresAt: string, now: number): string {
  const text = agoText(expiresAt, now);
  return Date.parse(expiresAt) <= now ? `ended ${text}` : `good until ${text}`;
}

/** `sluice invitations create`: its token is shown once; nothing is sent. */
export async function invitationsCreateCommand(
  context: CommandContext,
  options: RemoteOptions &
    SecretOptions & { readonly role: string; readonly email?: string; readonly days: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { role, email, days } = options;
  const body = { role, days, ...(email === undefined ? {} : { email }) };
  const made = await client.createInvitation({ body, signal });
  const until = timeText(made.expiresAt, context.now());
  return tellSecret(context, options, {
    document: made,
    line: `${styled(terminal, 'green', 'invited')} as ${made.role}, good until ${until}: ${made.id}`,
    secret: {
      name: 'token',
      text: made.token,
      next: 'With it they sign up: POST /api/v1/auth/sign-up, as "invitation".',
    },
  });
}

/** `sluice invitations withdraw`. */
export async function invitationsWithdrawCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly invitation: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = options.invitation;
  await client.withdrawInvitation({ params: { id }, signal });
  if (options.json) tellDocument(terminal, { id, withdrawn: true });
  else terminal.out(`${styled(terminal, 'green', 'withdrawn')}: it opens nothing any more\n`);
  return 0;
}
