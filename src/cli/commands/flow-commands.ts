import { AppError } from '../../errors/index.ts';
import { type FlowsRunOptions, flowsRunCommand } from '../executions/act-commands.ts';
import {
  flowsExportCommand,
  flowsListCommand,
  flowsShowCommand,
  flowsValidateCommand,
  flowsVersionsCommand,
  type RemoteOptions,
} from '../flows/read-commands.ts';
import {
  flowsCreateCommand,
  flowsDeleteCommand,
  flowsRestoreCommand,
  flowsUpdateCommand,
} from '../flows/write-commands.ts';
import { printableLine } from '../terminal.ts';
import {
  type CommandHost,
  collect,
  VERSION,
  wholeNumber,
  withServer,
  withServerAndJson,
} from './host.ts';
import { withSeeThrough } from './see-through-options.ts';

/** `flows ...`: flows on a server. */
export function addFlowCommands(host: CommandHost): void {
  const flows = host.program
    .command('flows')
    .helpCommand(false)
    .summary('list, save and run flows on a server')
    .description('Work with the flows of a server.')
    .addHelpText('after', FLOWS_HELP);
  addReading({ ...host, program: flows });
  addExporting({ ...host, program: flows });
  addWriting({ ...host, program: flows });
  addRunning({ ...host, program: flows });
}

const FLOW = '<flow>';
const FLOW_WORDS = 'its id, the beginning of it, or its exact name';
const FILE_WORDS = 'the flow; - reads standard input';
const LIMIT = { min: 1, max: 10_000 };

function addReading({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Read:');
  withServerAndJson(program.command('list'))
    .summary('list flows, newest first')
    .option('--search <text>', 'a part of the name or description')
    .option('--tag <tag>', 'only flows with this tag; may be repeated', collect, [])
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (options: Parameters<typeof flowsListCommand>[1]) => {
      finish(await flowsListCommand(context, options));
    });
  withServerAndJson(program.command('show'))
    .summary('show a flow with its text')
    .argument(FLOW, FLOW_WORDS)
    .option('--version <number>', 'this version', wholeNumber('--version', VERSION))
    .action(async (flow: string, options: RemoteOptions & { version?: number }) => {
      finish(await flowsShowCommand(context, { ...options, flow }));
    });
  withServerAndJson(program.command('versions'))
    .summary('list the versions of a flow, newest first')
    .argument(FLOW, FLOW_WORDS)
    .option('--limit <count>', 'how many', wholeNumber('--limit', LIMIT), 50)
    .action(async (flow: string, options: RemoteOptions & { limit: number }) => {
      finish(await flowsVersionsCommand(context, { ...options, flow }));
    });
}

function addExporting({ program, context, finish }: CommandHost): void {
  withServer(program.command('export'))
    .summary('write a flow to a file or to standard output')
    .argument(FLOW, FLOW_WORDS)
    .option('-o, --output <file>', 'where to; default is standard output')
    .option('--format <format>', 'yaml or json', formatOf, 'yaml')
    .option('--version <number>', 'this version', wholeNumber('--version', VERSION))
    .option('--force', 'overwrite the file', false)
    .action(
      async (flow: string, options: Omit<Parameters<typeof flowsExportCommand>[1], 'flow'>) => {
        finish(await flowsExportCommand(context, { ...options, flow }));
      },
    );
}

function formatOf(text: string): 'yaml' | 'json' {
  if (text === 'yaml' || text === 'json') return text;
  throw new AppError('USAGE', {
    message: `--format takes yaml or json, but got "${printableLine(text, 40)}"`,
    remedy: 'Write --format yaml.',
  });
}

function addWriting({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Change:');
  withServerAndJson(program.command('create'))
    .summary('save a new flow')
    .argument('<file>', FILE_WORDS)
    .action(async (file: string, options: RemoteOptions) => {
      finish(await flowsCreateCommand(context, { ...options, file }));
    });
  withServerAndJson(program.command('update'))
    .summary('save a new version of a flow')
    .argument(FLOW, FLOW_WORDS)
    .argument('<file>', FILE_WORDS)
    .option(
      '--if-version <number>',
      'only while this is the latest',
      wholeNumber('--if-version', VERSION),
    )
    .action(async (flow: string, file: string, options: RemoteOptions & { ifVersion?: number }) => {
      finish(await flowsUpdateCommand(context, { ...options, flow, file }));
    });
  withServerAndJson(program.command('restore'))
    .summary('make an earlier version the latest again')
    .argument(FLOW, FLOW_WORDS)
    .argument('<version>', 'the earlier version', wholeNumber('<version>', VERSION))
    .action(async (flow: string, version: number, options: RemoteOptions) => {
      finish(await flowsRestoreCommand(context, { ...options, flow, version }));
    });
  withServerAndJson(program.command('delete'))
    .summary('delete a flow; its executions stay')
    .argument(FLOW, FLOW_WORDS)
    .action(async (flow: string, options: RemoteOptions) => {
      finish(await flowsDeleteCommand(context, { ...options, flow }));
    });
}

function addRunning({ program, context, finish }: CommandHost): void {
  program.commandsGroup('Try:');
  withSeeThrough(withServerAndJson(program.command('run')))
    .summary('start a flow and follow it to its end')
    .argument(FLOW, FLOW_WORDS)
    .option('-i, --input <name=value>', 'one input; may be repeated', collect, [])
    .option('--inputs <file>', 'inputs from a YAML or JSON file')
    .option('--version <number>', 'this version', wholeNumber('--version', VERSION))
    .option('--idempotency-key <key>', 'the same key gives the execution that is there')
    .addHelpText('after', RUN_HELP)
    .action(async (flow: string, options: Omit<FlowsRunOptions, 'flow'>) => {
      finish(await flowsRunCommand(context, { ...options, flow }));
    });
  withServerAndJson(program.command('validate'))
    .summary('have the server check a flow; nothing is saved or run')
    .argument('<file>', FILE_WORDS)
    .action(async (file: string, options: RemoteOptions) => {
      finish(await flowsValidateCommand(context, { ...options, file }));
    });
}

const FLOWS_HELP = `
Examples:
  $ sluice flows create hello.yaml
  $ sluice flows run hello --input who=Ada
  $ sluice flows update hello hello.yaml
  $ sluice flows export hello -o hello.yaml
`;

const RUN_HELP = `
Examples:
  $ sluice flows run hello --input who=Ada
  $ sluice flows run nightly --detach
  $ sluice flows run nightly --wait 30s --json | jq .outputs

Exit codes: 0 completed, 1 failed or not ended in time, 2 refused and nothing started.
Ctrl-C stops following; the execution goes on. With --cancel-on-interrupt it is cancelled.
`;
