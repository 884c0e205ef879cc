import { Option } from 'commander';
import {
  type AuditListOptions,
  auditExportCommand,
  auditListCommand,
} from '../audit/read-commands.ts';
import { type AuditVerifyOptions, auditVerifyCommand } from '../audit/verify-commands.ts';
import type { ServerOptions } from '../remote.ts';
import { type CommandHost, wholeNumber, withServer, withServerAndJson } from './host.ts';

const LIMIT = { min: 1, max: 10_000 };

/** `audit ...`: who did what, and whether the record of it is as it was sealed. */
export function addAuditCommands(host: CommandHost): void {
  const audit = host.program
    .command('audit')
    .helpCommand(false)
    .summary('list, verify and export the record of who did what')
    .description('Read and check the audit of your account; that you do is recorded too.')
    .addHelpText('after', HELP);
  addListing({ ...host, program: audit });
  addChecking({ ...host, program: audit });
}

function addListing({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('list'))
    .summary('list who did what, newest first')
    .option('--actor <principal>', 'only of this principal, such as person:UUID or key:UUID')
    .option('--action <action>', 'only this, such as flow.create; flow.* for all that begin so')
    .option('--target <id>', 'only to what has this id')
    .addOption(
      new Option('--outcome <outcome>', 'only these: done, denied or failed').choices([
        'done',
        'denied',
        'failed',
      ]),
    )
    .option('--address <address>', 'only from this IP address')
    .option('--from <time>', 'since this time, such as 2026-01-31T00:00:00.000Z')
    .option('--to <time>', 'before this time')
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (options: AuditListOptions) => {
      finish(await auditListCommand(context, options));
    });
}

function addChecking({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('verify'))
    .summary('check that no sealed record was changed, removed, added or moved')
    .option('--file <copy>', 'check this copy, with ENCRYPTION_KEY of the settings and no server')
    .option('--compare', 'with --file: the server must have all that the copy has', false)
    .action(async (options: AuditVerifyOptions) => {
      finish(await auditVerifyCommand(context, options));
    });
  withServer(program.command('export'))
    .summary('print all sealed records and checkpoints, one JSON document a line')
    .action(async (options: ServerOptions) => {
      finish(await auditExportCommand(context, options));
    });
}

const HELP = `
Examples:
  $ sluice audit list --action 'auth.*' --outcome failed
  $ sluice audit verify
  $ sluice audit export > copy.jsonl
  $ sluice audit verify --file copy.jsonl --compare

Exit codes of verify: 0 intact, 1 a record is not as it was sealed; the first one is named.
`;
