import { Option } from 'commander';
import { configCheckCommand } from '../config-check-command.ts';
import { configGenerateCommand } from '../config-generate-command.ts';
import { loginCommand, logoutCommand } from '../server/profile-commands.ts';
import { serveCommand } from '../server/serve-command.ts';
import { CLAIM_STATES, type VerifyOptions, verifyCommand } from '../verify-command.ts';
import { type CommandHost, wholeNumber } from './host.ts';

/** `start`, `worker`, `config` and `verify`: what an operator does on the machine of the server. */
export function addServerCommands(host: CommandHost): void {
  host.program.commandsGroup('Serve:');
  addServing(host);
  addConfig(host);
  addVerify(host);
}

/** `login` and `logout`: which server the commands talk to. */
export function addProfileCommands({ program, context, finish }: CommandHost): void {
  program
    .command('login')
    .summary('keep the address and key of a server for the other commands')
    .description('Try an API key and keep it with the address of its server, for you alone.')
    .option('--server <url>', 'the server; default is the one that is used now')
    .option('--key-stdin', 'read the key from standard input instead of asking', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', LOGIN_HELP)
    .action(async (options: Parameters<typeof loginCommand>[1]) => {
      finish(await loginCommand(context, options));
    });
  program
    .command('logout')
    .summary('forget the address and key')
    .option('--json', 'print one JSON document', false)
    .action(async (options: { json: boolean }) => {
      finish(await logoutCommand(context, options));
    });
}

const PORT = { min: 0, max: 65_535 };

function addServing({ program, context, finish }: CommandHost): void {
  program
    .command('start')
    .summary('serve the API and execute flows')
    .description('Serve the API and execute flows until it is told to stop.')
    .option('--host <address>', 'listen on this address instead of HOST')
    .option('--port <number>', 'listen on this port instead of PORT', wholeNumber('--port', PORT))
    .option('--data-dir <folder>', 'keep data here instead of in DATA_DIR')
    .addHelpText('after', START_HELP)
    .action(async (options: { host?: string; port?: number; dataDir?: string }) => {
      finish(await serveCommand(context, { kind: 'server', ...options }));
    });
  program
    .command('worker')
    .summary('execute flows of the same database, without an API')
    .description('Execute flows beside other processes on one database. Needs DATABASE_URL.')
    .option('--data-dir <folder>', 'the folder for large values, shared with the server')
    .action(async (options: { dataDir?: string }) => {
      finish(await serveCommand(context, { kind: 'worker', ...options }));
    });
}

function addConfig({ program, context, finish }: CommandHost): void {
  const config = program
    .command('config')
    .helpCommand(false)
    .summary('write and judge the settings of a server')
    .description('Write a .env with fresh secrets, and judge the settings before a start.')
    .addHelpText('after', CONFIG_HELP);
  config
    .command('generate')
    .summary('write a .env with fresh secrets; never overwrites')
    .option('--out <file>', 'where to; default is .env in this folder')
    .option('--print', 'print the text, secrets included, instead of writing it', false)
    .action(async (options: { out?: string; print: boolean }) => {
      finish(await configGenerateCommand(context, options));
    });
  config
    .command('check')
    .summary('say whether a server would start, and what to mend')
    .option('--worker', 'judge what sluice worker needs', false)
    .option('--json', 'print one JSON document', false)
    .action(async (options: { worker: boolean; json: boolean }) => {
      finish(await configCheckCommand(context, options));
    });
}

const GUIDE = { min: 1, max: 5 };

function addVerify({ program, context, finish }: CommandHost): void {
  program
    .command('verify')
    .summary('list the promises of the security guides, and how code is held on this machine')
    .option('--all', 'each claim with its state and the file of its test', false)
    .option('--guide <number>', 'of this guide, 1 to 5', wholeNumber('--guide', GUIDE))
    .addOption(new Option('--state <state>', 'in this state').choices([...CLAIM_STATES]))
    .option('--run', 'run their tests; needs a clone of the repository', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', VERIFY_HELP)
    .action(async (options: VerifyOptions) => {
      finish(await verifyCommand(context, options));
    });
}

const START_HELP = `
Examples:
  $ sluice config generate && sluice start
  $ sluice start --port 9000 --data-dir /srv/sluice

It refuses to start while a secret is missing or weak; sluice config check says which. SIGTERM or
Ctrl-C ends it cleanly: what runs may finish, or goes on after the next start.
`;

const CONFIG_HELP = `
Examples:
  $ sluice config generate
  $ sluice config check && sluice start

Exit codes of check: 0 the server would start, 1 something must be mended.
`;

const VERIFY_HELP = `
Examples:
  $ sluice verify
  $ sluice verify --guide 4 --state open
  $ sluice verify --run

A claim is held when a test is named after it. Behind the claims stands the jail for code: what it
is made of here, the attacks that were tried in it, and which languages may run.
Exit codes: 0 no test failed, 1 the test of a claim failed.
`;

const LOGIN_HELP = `
Examples:
  $ sluice login --server https://sluice.example.org
  $ sluice login --key-stdin < key.txt

What counts, in this order: --server and --key-file, SLUICE_SERVER and SLUICE_API_KEY, the profile,
the .env of this folder. A key is only ever sent to the server that it was given for.
`;
