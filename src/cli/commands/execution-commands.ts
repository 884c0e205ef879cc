import {
  executionsCancelCommand,
  executionsFollowCommand,
  executionsRetryCommand,
} from '../executions/act-commands.ts';
import { executionsListCommand, executionsShowCommand } from '../executions/read-commands.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { type CommandHost, VERSION, wholeNumber, withServerAndJson } from './host.ts';
import { withSeeThrough } from './see-through-options.ts';

/** `executions ...`: what runs and ran on a server. */
export function addExecutionCommands(host: CommandHost): void {
  const executions = host.program
    .command('executions')
    .helpCommand(false)
    .summary('list, show, follow, cancel and retry executions')
    .description('Work with the executions of a server.')
    .addHelpText('after', EXECUTIONS_HELP);
  addReading({ ...host, program: executions });
  addActing({ ...host, program: executions });
}

const ID = '<id>';
const ID_WORDS = 'the id of the execution, or its beginning';
const LIMIT = { min: 1, max: 10_000 };

function addReading({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Read:');
  withServerAndJson(program.command('list'))
    .summary('list executions, newest first')
    .option('--status <statuses>', 'queued, running, waiting, completed, failed, cancelled')
    .option('--flow <flow>', 'only those of this flow: id or name')
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 20)
    .action(async (options: Parameters<typeof executionsListCommand>[1]) => {
      finish(await executionsListCommand(context, options));
    });
  withServerAndJson(program.command('show'))
    .summary('show an execution with its inputs and outputs')
    .argument(ID, ID_WORDS)
    .option('--steps', 'with every step', false)
    .option('--logs', 'with what its nodes logged', false)
    .action(
      async (execution: string, options: RemoteOptions & { steps: boolean; logs: boolean }) => {
        finish(await executionsShowCommand(context, { ...options, execution }));
      },
    );
  withServerAndJson(program.command('follow'))
    .summary('draw an execution until it ends; with --json one line for each event')
    .argument(ID, ID_WORDS)
    .option('--cancel-on-interrupt', 'Ctrl-C cancels the execution', false)
    .action(async (execution: string, options: RemoteOptions & { cancelOnInterrupt: boolean }) => {
      finish(await executionsFollowCommand(context, { ...options, execution }));
    });
}

function addActing({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Change:');
  withServerAndJson(program.command('cancel'))
    .summary('ask an execution to end')
    .argument(ID, ID_WORDS)
    .action(async (execution: string, options: RemoteOptions) => {
      finish(await executionsCancelCommand(context, { ...options, execution }));
    });
  withSeeThrough(withServerAndJson(program.command('retry')))
    .summary('run an execution again, as a new one, and follow it')
    .argument(ID, ID_WORDS)
    .option('--from <node>', 'begin at this node; default is what failed')
    .option(
      '--version <number>',
      'of the flow; default is the one that ran',
      wholeNumber('--version', VERSION),
    )
    .action(
      async (
        execution: string,
        options: Omit<Parameters<typeof executionsRetryCommand>[1], 'execution'>,
      ) => {
        finish(await executionsRetryCommand(context, { ...options, execution }));
      },
    );
}

const EXECUTIONS_HELP = `
Examples:
  $ sluice executions list --status failed,cancelled --flow hello
  $ sluice executions show 0199a1b2-5c3d --steps
  $ sluice executions follow 0199a1b2-5c3d --json
  $ sluice executions retry 0199a1b2-5c3d --from fetch

Exit codes of follow and retry: 0 completed, 1 failed, 2 refused.
`;
