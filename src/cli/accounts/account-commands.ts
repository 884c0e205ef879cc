import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { factsText, type RemoteOptions, tellMore } from '../flows/read-commands.ts';
import { type SecretOptions, tellSecret } from '../people/made-secret.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';

/** Options of the commands about one account. */
export interface OneAccountOptions extends RemoteOptions {
  readonly account: string;
}

/** `sluice accounts list`. */
export async function accountsListCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly limit: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const page = await collectPages(options.limit, (query) => client.listAccounts({ query, signal }));
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  const now = context.now();
  const rows = page.items.map(({ id, name, status, createdAt }) => [
    id,
    name,
    status,
    agoText(createdAt, now),
  ]);
  terminal.out(textTable(terminal, COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'NAME', mayShrink: true },
  { title: 'STATUS' },
  { title: 'MADE' },
];

/** `sluice accounts show`. */
export async function accountsShowCommand(
  context: CommandContext,
  options: OneAccountOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const account = await client.readAccount({ params: { id: options.account }, signal });
  if (options.json) {
    tellDocument(terminal, account);
    return 0;
  }
  terminal.out(`${styled(terminal, 'bold', printableLine(account.name))}\n`);
  const facts = [
    ['id', account.id],
    ['status', account.status],
    ['made', timeText(account.createdAt, context.now())],
  ];
  terminal.out(factsText(facts));
  return 0;
}

export interface AccountsCreateOptions extends RemoteOptions, SecretOptions {
  readonly name: string;
  readonly id?: string;
  /** The username of its first admin. */
  readonly admin: string;
}

/** `sluice accounts create`: with its first admin, whose password is shown once. */
export async function accountsCreateCommand(
  context: CommandContext,
  options: AccountsCreateOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { name, id, admin } = options;
  const made = await client.createAccount({
    body: { name, admin: { username: admin }, ...(id === undefined ? {} : { id }) },
    signal,
  });
  const { password } = made;
  const next = 'Hand it over in a safe way; they change it with POST /api/v1/me/password.';
  const label = styled(terminal, 'green', 'created');
  const who = printableLine(made.admin.username);
  return tellSecret(context, options, {
    document: made,
    line: `${label} ${made.id} (${printableLine(made.name)}), its admin is ${who}`,
    ...(password === undefined ? {} : { secret: { name: 'password', text: password, next } }),
  });
}

/** `sluice accounts suspend` and `resume`. */
export async function accountsStatusCommand(
  context: CommandContext,
  options: OneAccountOptions & { readonly status: 'active' | 'suspended' },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { account: id, status } = options;
  const account = await client.updateAccount({ params: { id }, body: { status }, signal });
  if (options.json) {
    tellDocument(terminal, account);
    return 0;
  }
  const words =
    account.status === 'suspended'
      ? 'suspended; nobody of it can do anything'
      : 'active; it works again';
  terminal.out(`${styled(terminal, 'green', account.id)} is ${words}\n`);
  return 0;
}

/**
 * `sluice accounts delete`: with all that it holds; its id is to be typed once more. Errors: USAGE
 * where it was typed otherwise, or where nobody can be asked.
 */
export async function accountsDeleteCommand(
  context: CommandContext,
  options: OneAccountOptions & { readonly yes: boolean },
): Promise<number> {
  const { terminal, signal } = context;
  const { account: id, yes } = options;
  const client = await connect(context, options);
  if (!yes) await confirm(context, id);
  await client.deleteAccount({ params: { id }, signal });
  if (options.json) tellDocument(terminal, { id, deleted: true });
  else {
    const label = styled(terminal, 'green', 'deleted');
    terminal.out(`${label} ${printableLine(id)}; its rows and files are removed now\n`);
  }
  return 0;
}

async function confirm({ terminal, local }: CommandContext, id: string): Promise<void> {
  terminal.err(
    `This deletes ${printableLine(id)} with its people, flows, executions and files, for good.\n`,
  );
  const typed = await local.askLine('Type its id once more: ');
  if (typed === id) return;
  const message =
    typed === undefined
      ? 'there is no terminal to ask'
      : 'another id was typed; nothing is deleted';
  throw new AppError('USAGE', { message, remedy: `Type ${id}, or give --yes.` });
}
