import {
  type AccountsCreateOptions,
  accountsCreateCommand,
  accountsDeleteCommand,
  accountsListCommand,
  accountsShowCommand,
  accountsStatusCommand,
} from '../accounts/account-commands.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { type CommandHost, wholeNumber, withServerAndJson } from './host.ts';

const LIMIT = { min: 1, max: 10_000 };
const ACCOUNT = '<account>';

/** `accounts ...`: what the operator of a server does with its accounts. */
export function addAccountCommands(host: CommandHost): void {
  const accounts = host.program
    .command('accounts')
    .helpCommand(false)
    .summary('make, suspend and delete accounts')
    .description('Work with the accounts of a server; for whoever runs it.')
    .addHelpText('after', HELP);
  addReading({ ...host, program: accounts });
  addChanging({ ...host, program: accounts });
}

function addReading({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('list'))
    .summary('list accounts, newest first')
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (options: RemoteOptions & { limit: number }) => {
      finish(await accountsListCommand(context, options));
    });
  withServerAndJson(program.command('show'))
    .summary('show an account')
    .argument(ACCOUNT, 'its id')
    .action(async (account: string, options: RemoteOptions) => {
      finish(await accountsShowCommand(context, { ...options, account }));
    });
}

function addChanging({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('create'))
    .summary('make an account with its first admin, whose password is shown once')
    .argument('<name>', 'how it is shown')
    .requiredOption('--admin <username>', 'the name of its first admin')
    .option('--id <id>', 'lower-case letters, digits and -; else one is made')
    .option('--quiet', 'print the password alone', false)
    .action(async (name: string, options: Omit<AccountsCreateOptions, 'name'>) => {
      finish(await accountsCreateCommand(context, { ...options, name }));
    });
  for (const [command, status, summary] of STATES) {
    withServerAndJson(program.command(command))
      .summary(summary)
      .argument(ACCOUNT, 'its id')
      .action(async (account: string, options: RemoteOptions) => {
        finish(await accountsStatusCommand(context, { ...options, account, status }));
      });
  }
  withServerAndJson(program.command('delete'))
    .summary('delete an account with all that it holds')
    .argument(ACCOUNT, 'its id')
    .option('--yes', 'do not ask', false)
    .action(async (account: string, options: RemoteOptions & { yes: boolean }) => {
      finish(await accountsDeleteCommand(context, { ...options, account }));
    });
}

const STATES = [
  ['suspend', 'suspended', 'let nobody of an account do anything'],
  ['resume', 'active', 'let an account work again'],
] as const;

const HELP = `
Examples:
  $ sluice accounts create "Acme Ltd" --id acme --admin grace
  $ sluice accounts suspend acme
`;
