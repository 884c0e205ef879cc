import { ACCESS_LIMITS } from '../../base/index.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { type KeysGenerateOptions, keysGenerateCommand } from '../keys/generate-command.ts';
import { keysListCommand, keysShowCommand, keysUsageCommand } from '../keys/read-commands.ts';
import {
  keysCreateCommand,
  keysExtendCommand,
  keysRevokeCommand,
  keysRotateCommand,
} from '../keys/write-commands.ts';
import type { SecretOptions } from '../people/made-secret.ts';
import { type CommandHost, collect, wholeNumber, withServerAndJson } from './host.ts';

/** `keys ...`: API keys, on a server and new ones for `.env`. */
export function addKeyCommands(host: CommandHost): void {
  const keys = host.program
    .command('keys')
    .helpCommand(false)
    .summary('make, list, rotate and revoke API keys')
    .description('Work with the API keys of a server, and make new ones for its .env.')
    .addHelpText('after', HELP);
  addReading({ ...host, program: keys });
  addMaking({ ...host, program: keys });
  addChanging({ ...host, program: keys });
  addGenerating({ ...host, program: keys });
}

const KEY = '<key>';
const KEY_WORDS = 'its id, the beginning of it, its exact name, or what lists show under BEGINS';
const LIMIT = { min: 1, max: 10_000 };
const DAYS = { min: 0, max: 10_000 };

function addReading({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Read:');
  withServerAndJson(program.command('list'))
    .summary(`list keys with their age; over ${ACCESS_LIMITS.keyAgeDays} days one is due`)
    .option(
      '--older-than-days <count>',
      'only those that are so old',
      wholeNumber('--older-than-days', DAYS),
    )
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (options: Parameters<typeof keysListCommand>[1]) => {
      finish(await keysListCommand(context, options));
    });
  withServerAndJson(program.command('show'))
    .summary('show what is known of a key')
    .argument(KEY, KEY_WORDS)
    .action(async (key: string, options: RemoteOptions) => {
      finish(await keysShowCommand(context, { ...options, key }));
    });
  withServerAndJson(program.command('usage'))
    .summary('what a key was used for, by month')
    .argument(KEY, KEY_WORDS)
    .action(async (key: string, options: RemoteOptions) => {
      finish(await keysUsageCommand(context, { ...options, key }));
    });
}

const AHEAD = { min: 1, max: 3_650 };
const MINUTES = { min: 0, max: ACCESS_LIMITS.minutesAMonthMax };
const AT_ONCE = { min: 0, max: ACCESS_LIMITS.concurrentExecutionsMax };

function addMaking({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Change:');
  withServerAndJson(program.command('create'))
    .summary('make a key; it is shown once')
    .argument('<name>', 'what it is for')
    .option('--scope <names>', 'what it may do; commas between, may be repeated', collect, [])
    .option('--network <range>', 'from where alone it is taken; may be repeated', collect, [])
    .option('--days <count>', 'how long it is good', wholeNumber('--days', AHEAD))
    .option(
      '--minutes-a-month <count>',
      'how long its executions may run',
      wholeNumber('--minutes-a-month', MINUTES),
    )
    .option(
      '--concurrent <count>',
      'how many of its executions may be under way',
      wholeNumber('--concurrent', AT_ONCE),
    )
    .option('--quiet', 'print the key alone', false)
    .action(
      async (name: string, options: Omit<Parameters<typeof keysCreateCommand>[1], 'name'>) => {
        finish(await keysCreateCommand(context, { ...options, name }));
      },
    );
}

const GRACE = { min: 0, max: ACCESS_LIMITS.keyGraceMinutesMax };

function addChanging({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('rotate'))
    .summary('give a key a new secret, which is shown once')
    .argument(KEY, KEY_WORDS)
    .option(
      '--grace-minutes <count>',
      'how long the old secret is taken too',
      wholeNumber('--grace-minutes', GRACE),
      0,
    )
    .option('--quiet', 'print the key alone', false)
    .action(
      async (key: string, options: RemoteOptions & SecretOptions & { graceMinutes: number }) => {
        finish(await keysRotateCommand(context, { ...options, key }));
      },
    );
  withServerAndJson(program.command('extend'))
    .summary('let a key end later, or never')
    .argument(KEY, KEY_WORDS)
    .option('--days <count>', 'so long from now', wholeNumber('--days', AHEAD))
    .option('--never', 'it does not end', false)
    .action(async (key: string, options: RemoteOptions & { days?: number; never: boolean }) => {
      finish(await keysExtendCommand(context, { ...options, key }));
    });
  withServerAndJson(program.command('revoke'))
    .summary('revoke a key, at once and for good')
    .argument(KEY, KEY_WORDS)
    .action(async (key: string, options: RemoteOptions) => {
      finish(await keysRevokeCommand(context, { ...options, key }));
    });
}

const COUNT = { min: 1, max: 100 };

function addGenerating({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Without a server:');
  program
    .command('generate')
    .summary('print new keys or passwords of 32 random bytes')
    .option('--admin', 'one line for .env: ADMIN_API_KEYS=...', false)
    .option('--password', 'passwords in base64, of 44 characters', false)
    .option('-n, --count <count>', 'how many', wholeNumber('--count', COUNT), 1)
    .option('--json', 'print one JSON document', false)
    .action(async (options: KeysGenerateOptions) => {
      finish(await keysGenerateCommand(context, options));
    });
}

const HELP = `
Examples:
  $ sluice keys create nightly --scope flows:read,flows:execute --days 90
  $ sluice keys list --older-than-days 90
  $ sluice keys rotate nightly --grace-minutes 60
  $ sluice keys revoke nightly
  $ sluice keys generate --admin -n 2

A key acts for whoever makes it, and may never do more than they may at that moment.
`;
