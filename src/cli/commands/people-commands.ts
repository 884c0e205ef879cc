import type { Command } from 'commander';
import { ACCESS_LIMITS } from '../../base/index.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { hashPasswordCommand } from '../people/hash-password-command.ts';
import {
  invitationsCreateCommand,
  invitationsListCommand,
  invitationsWithdrawCommand,
} from '../people/invitation-commands.ts';
import { rolesListCommand, rolesRemoveCommand, rolesSetCommand } from '../people/role-commands.ts';
import {
  usersEndSessionsCommand,
  usersResetPasswordCommand,
  usersSessionsCommand,
} from '../people/session-commands.ts';
import {
  usersCreateCommand,
  usersListCommand,
  usersRemoveCommand,
  usersShowCommand,
  usersUpdateCommand,
} from '../people/user-commands.ts';
import { type CommandHost, collect, wholeNumber, withServerAndJson } from './host.ts';

const LIMIT = { min: 1, max: 10_000 };
const PERSON = '<person>';
const PERSON_WORDS = 'id or username';

/** `users`, `invitations` and `roles`: the people of an account. */
export function addPeopleCommands(host: CommandHost): void {
  const users = group(host, 'users', 'add, change and remove people').addHelpText('after', HELP);
  addUsers({ ...host, program: users });
  addUserChanges({ ...host, program: users });
  addUserSessions({ ...host, program: users });
  const invitations = group(host, 'invitations', 'invite people to the account');
  addInvitations({ ...host, program: invitations });
  addRoles({ ...host, program: group(host, 'roles', 'list and make roles') });
}

/** `hash-password`: what needs no server. */
export function addPasswordCommands({ program, context, finish }: CommandHost): void {
  program
    .command('hash-password')
    .summary('print the hash of a password, for ADMIN_PASSWORD')
    .description('Print the bcrypt hash of a password. Asks for it, and shows nothing of it.')
    .argument('[password]', 'better left out: it would stay in the history of the shell')
    .option('--stdin', 'read it from standard input', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', HASH_HELP)
    .action(async (password: string | undefined, options: { stdin: boolean; json: boolean }) => {
      const given = password === undefined ? {} : { password };
      finish(await hashPasswordCommand(context, { ...options, ...given }));
    });
}

function group({ program }: CommandHost, name: string, summary: string): Command {
  return program.command(name).helpCommand(false).summary(summary);
}

function addUsers({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('list'))
    .summary('list the people of the account, newest first')
    .option('--search <text>', 'a part of the name or mail address')
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (options: Parameters<typeof usersListCommand>[1]) => {
      finish(await usersListCommand(context, options));
    });
  withServerAndJson(program.command('show'))
    .summary('show a person')
    .argument(PERSON, PERSON_WORDS)
    .action(async (person: string, options: RemoteOptions) => {
      finish(await usersShowCommand(context, { ...options, person }));
    });
  withServerAndJson(program.command('create'))
    .summary('add a person; a password is made, and shown once')
    .argument('<username>', 'a name of their own on this server')
    .option('--role <role>', 'admin, user, viewer, or one of the account', 'user')
    .option('--name <text>', 'how they are shown')
    .option('--email <address>', 'their mail address')
    .option('--password-stdin', 'read the password from standard input', false)
    .option('--quiet', 'print the password alone', false)
    .action(
      async (
        username: string,
        options: Omit<Parameters<typeof usersCreateCommand>[1], 'username'>,
      ) => {
        finish(await usersCreateCommand(context, { ...options, username }));
      },
    );
}

function addUserChanges({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('update'))
    .summary('change a person, or switch them off and on')
    .argument(PERSON, PERSON_WORDS)
    .option('--role <role>', 'their new role; counts at once')
    .option('--name <text>', 'how they are shown')
    .option('--email <address>', 'their mail address; "" takes it away')
    .option('--active', 'they may sign in again')
    .option('--inactive', 'no session and no key of theirs is taken')
    .action(
      async (person: string, options: Omit<Parameters<typeof usersUpdateCommand>[1], 'person'>) => {
        finish(await usersUpdateCommand(context, { ...options, person }));
      },
    );
  withServerAndJson(program.command('remove'))
    .summary('remove a person with sessions, keys and shares')
    .argument(PERSON, PERSON_WORDS)
    .action(async (person: string, options: RemoteOptions) => {
      finish(await usersRemoveCommand(context, { ...options, person }));
    });
}

function addUserSessions({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('reset-password'))
    .summary('make a one-time token for a new password')
    .argument(PERSON, PERSON_WORDS)
    .option('--set', 'ask for the new password here instead', false)
    .option('--password-stdin', 'set the one on standard input', false)
    .option('--quiet', 'print the token alone', false)
    .action(
      async (
        person: string,
        options: Omit<Parameters<typeof usersResetPasswordCommand>[1], 'person'>,
      ) => {
        finish(await usersResetPasswordCommand(context, { ...options, person }));
      },
    );
  withServerAndJson(program.command('sessions'))
    .summary('list where a person is signed in')
    .argument(PERSON, PERSON_WORDS)
    .action(async (person: string, options: RemoteOptions) => {
      finish(await usersSessionsCommand(context, { ...options, person }));
    });
  withServerAndJson(program.command('end-sessions'))
    .summary('sign a person out everywhere')
    .argument(PERSON, PERSON_WORDS)
    .action(async (person: string, options: RemoteOptions) => {
      finish(await usersEndSessionsCommand(context, { ...options, person }));
    });
}

const DAYS = { min: 1, max: ACCESS_LIMITS.invitationDaysMax };

function addInvitations({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('list'))
    .summary('list invitations, newest first')
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (options: Parameters<typeof invitationsListCommand>[1]) => {
      finish(await invitationsListCommand(context, options));
    });
  withServerAndJson(program.command('create'))
    .summary('invite somebody; the token is shown once, and nothing is sent')
    .option('--role <role>', 'what they will be', 'user')
    .option('--email <address>', 'a note for the list')
    .option('--days <count>', 'how long it is good', wholeNumber('--days', DAYS), 7)
    .option('--quiet', 'print the token alone', false)
    .action(async (options: Parameters<typeof invitationsCreateCommand>[1]) => {
      finish(await invitationsCreateCommand(context, options));
    });
  withServerAndJson(program.command('withdraw'))
    .summary('withdraw an invitation that was not used')
    .argument('<invitation>', 'its id')
    .action(async (invitation: string, options: RemoteOptions) => {
      finish(await invitationsWithdrawCommand(context, { ...options, invitation }));
    });
}

function addRoles({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('list'))
    .summary('list roles with what they allow')
    .action(async (options: RemoteOptions) => {
      finish(await rolesListCommand(context, options));
    });
  withServerAndJson(program.command('set'))
    .summary('make a role, or replace what it allows')
    .argument('<role>', 'its name, such as author')
    .option('--permission <names>', 'with commas between; may be repeated', collect, [])
    .option('--description <text>', 'what it is for', '')
    .action(
      async (
        role: string,
        options: RemoteOptions & { permission: readonly string[]; description: string },
      ) => {
        finish(await rolesSetCommand(context, { ...options, role }));
      },
    );
  withServerAndJson(program.command('remove'))
    .summary('remove a role that nobody has')
    .argument('<role>', 'its name')
    .action(async (role: string, options: RemoteOptions) => {
      finish(await rolesRemoveCommand(context, { ...options, role }));
    });
}

const HELP = `
Examples:
  $ sluice users create ada --role user
  $ sluice users update ada --role viewer
  $ sluice users update ada --inactive
  $ sluice users reset-password ada
`;

const HASH_HELP = `
Examples:
  $ sluice hash-password
  $ sluice hash-password --stdin < password.txt

The hash belongs into ADMIN_PASSWORD. It is no password itself: nobody can sign in with it.
`;
