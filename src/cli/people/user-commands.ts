import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { factsText, type RemoteOptions, tellMore } from '../flows/read-commands.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';
import { findPersonId } from './find-person.ts';
import { type SecretOptions, tellSecret } from './made-secret.ts';
import { passwordFromInput } from './typed-password.ts';

type Person = Awaited<ReturnType<Client['readPerson']>>;

/** Options of the commands about one person, by id or username. */
export interface OnePersonOptions extends RemoteOptions {
  readonly person: string;
}

/** `sluice users list`. */
export async function usersListCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly search?: string; readonly limit: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { search } = options;
  const filter = search === undefined ? {} : { search };
  const page = await collectPages(options.limit, (query) =>
    client.listPeople({ query: { ...filter, ...query }, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  if (page.items.length === 0) {
    const none = 'no people yet; add one with sluice users create NAME\n';
    terminal.out(search === undefined ? none : 'nobody fits\n');
    return 0;
  }
  const now = context.now();
  const rows = page.items.map((person) => [
    person.id,
    person.username,
    person.role,
    person.isActive ? 'active' : 'off',
    agoText(person.lastSignInAt, now),
  ]);
  terminal.out(textTable(terminal, COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'USERNAME', mayShrink: true },
  { title: 'ROLE' },
  { title: 'STATE' },
  { title: 'SIGNED IN' },
];

/** `sluice users show`. */
export async function usersShowCommand(
  context: CommandContext,
  options: OnePersonOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findPersonId(client, options.person, signal);
  const person = await client.readPerson({ params: { id }, signal });
  if (options.json) {
    tellDocument(terminal, person);
    return 0;
  }
  const now = context.now();
  terminal.out(`${styled(terminal, 'bold', printableLine(person.username))}\n`);
  const facts = [
    ['id', person.id],
    ['name', person.displayName],
    ['mail', person.email ?? ''],
    ['role', person.role],
    ['state', person.isActive ? 'active' : 'off: nothing of theirs is taken'],
    ['added', timeText(person.createdAt, now)],
    ['changed', timeText(person.updatedAt, now)],
    ['signed in', timeText(person.lastSignInAt, now)],
  ];
  terminal.out(factsText(facts));
  return 0;
}

export interface UsersCreateOptions extends RemoteOptions, SecretOptions {
  readonly username: string;
  readonly role: string;
  readonly name?: string;
  readonly email?: string;
  readonly passwordStdin: boolean;
}

/** `sluice users create`: a password that the server made is shown once. */
export async function usersCreateCommand(
  context: CommandContext,
  options: UsersCreateOptions,
): Promise<number> {
  const { signal } = context;
  const { username, role, name, email } = options;
  const given = options.passwordStdin ? await passwordFromInput(context) : undefined;
  const client = await connect(context, options);
  const created = await client.createPerson({
    body: {
      username,
      role,
      ...(name === undefined ? {} : { displayName: name }),
      ...(email === undefined ? {} : { email }),
      ...(given === undefined ? {} : { password: given }),
    },
    signal,
  });
  const { password } = created;
  const next = 'Hand it over in a safe way; they change it with POST /api/v1/me/password.';
  return tellSecret(context, options, {
    document: created,
    line: personLine(context, 'created', created),
    ...(password === undefined ? {} : { secret: { name: 'password', text: password, next } }),
  });
}

export interface UsersUpdateOptions extends OnePersonOptions {
  readonly role?: string;
  readonly name?: string;
  readonly email?: string;
  readonly active?: boolean;
  readonly inactive?: boolean;
}

/** `sluice users update`. Errors: USAGE where nothing is to be changed, or both ways at once. */
export async function usersUpdateCommand(
  context: CommandContext,
  options: UsersUpdateOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const body = changesOf(options);
  const client = await connect(context, options);
  const id = await findPersonId(client, options.person, signal);
  const person = await client.updatePerson({ params: { id }, body, signal });
  if (options.json) tellDocument(terminal, person);
  else terminal.out(`${personLine(context, 'changed', person)}\n`);
  return 0;
}

function changesOf({ role, name, email, active, inactive }: UsersUpdateOptions) {
  if (active === true && inactive === true) {
    throw new AppError('USAGE', {
      message: '--active and --inactive exclude each other',
      remedy: 'Give one of them.',
    });
  }
  const body = {
    ...(role === undefined ? {} : { role }),
    ...(name === undefined ? {} : { displayName: name }),
    // An empty address takes it away.
    ...(email === undefined ? {} : { email: email === '' ? null : email }),
    ...(active === true ? { isActive: true } : {}),
    ...(inactive === true ? { isActive: false } : {}),
  };
  if (Object.keys(body).length > 0) return body;
  throw new AppError('USAGE', {
    message: 'nothing is to be changed',
    remedy: 'Give one of --role, --name, --email, --active, --inactive.',
  });
}

/** `sluice users remove`: with sessions, keys and shares. */
export async function usersRemoveCommand(
  context: CommandContext,
  options: OnePersonOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findPersonId(client, options.person, signal);
  await client.removePerson({ params: { id }, signal });
  if (options.json) tellDocument(terminal, { id, removed: true });
  else terminal.out(`${styled(terminal, 'green', 'removed')} ${id}; their flows are yours now\n`);
  return 0;
}

function personLine({ terminal }: CommandContext, verb: string, person: Person): string {
  const state = person.isActive ? '' : ', off';
  const label = styled(terminal, 'green', verb);
  return `${label} ${printableLine(person.username)}, role ${person.role}${state}: ${person.id}`;
}
