import { Command, CommanderError } from 'commander';
import { AppError, asAppError, ERROR_CATALOGUE } from '../errors/index.ts';
import { type CommandContext, runCommand, tellError } from './run-command.ts';
import { validateCommand } from './validate-command.ts';

/**
 * Runs one command line (without `node` and the script) and gives its exit code: 0 done, 1 failed,
 * 2 refused. Writes only through the context's terminal and never throws.
 */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<number> {
  let exit = 0;
  const finish = (code: number) => {
    exit = code;
  };
  try {
    await programOf(context, finish).parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (thrown) {
    return endOf(thrown, argv, context);
  }
}

function endOf(thrown: unknown, argv: readonly string[], context: CommandContext): number {
  // Commander has written its own message already; asking for help is no error.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  tellError(context, thrown, argv.includes('--json'));
  return ERROR_CATALOGUE[asAppError(thrown).code].exit;
}

function programOf(context: CommandContext, finish: (code: number) => void): Command {
  const { terminal } = context;
  const program = new Command('sluice')
    .description('Run and check flows: graphs of small steps, written in YAML or JSON.')
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help, or that of a command')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .showSuggestionAfterError(true)
    .showHelpAfterError('Try: sluice --help')
    .addHelpText('after', HELP_AFTER);
  addRun(program, context, finish);
  addValidate(program, context, finish);
  return program;
}

function addRun(program: Command, context: CommandContext, finish: (code: number) => void): void {
  program
    .command('run')
    .summary('run a flow here, without a server')
    .description('Run a flow here, without a server or a database, and print its outputs.')
    .argument('<file>', 'the flow; - reads standard input')
    .option('-i, --input <name=value>', 'one input; may be repeated', collect, [])
    .option('--inputs <file>', 'inputs from a YAML or JSON file')
    .option('-w, --workspace <folder>', 'the folder that file nodes may see', '.')
    .option('--json', 'print one JSON document instead of progress', false)
    .addHelpText('after', RUN_HELP_AFTER)
    .action(async (file: string, options: Omit<Parameters<typeof runCommand>[1], 'file'>) => {
      finish(await runCommand(context, { ...options, file }));
    });
}

function addValidate(
  program: Command,
  context: CommandContext,
  finish: (code: number) => void,
): void {
  program
    .command('validate')
    .summary('check flows without running anything')
    .description('Check flows and show every problem with its place and remedy. Nothing is run.')
    .argument('<files...>', 'the flows; - reads standard input')
    .option('--json', 'print {"valid", "problems"} instead of text', false)
    .action(async (files: string[], options: { json: boolean }) => {
      finish(await validateCommand(context, { files, json: options.json }));
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  if (before.length >= INPUTS_MAX) {
    throw new AppError('USAGE', {
      message: `more than ${INPUTS_MAX} --input options`,
      remedy: 'Put the inputs into a file and give it with --inputs.',
    });
  }
  return [...before, value];
}

const INPUTS_MAX = 1_000;

const HELP_AFTER = `
A flow in a file named hello.yaml:

  name: hello
  inputs:
    who: {type: string, default: world}
  nodes:
    greet:
      type: template
      config: {template: "Hello, {{ inputs.who }}!"}
  outputs: {greeting: greet}

  $ sluice run hello.yaml --input who=Ada

Exit codes: 0 done, 1 the flow failed, 2 the input was refused and nothing ran.
More flows to try: examples/    The format: docs/reference/flow-format.md
`;

const RUN_HELP_AFTER = `
Examples:
  $ sluice run flow.yaml --input city=Berlin --input limit=5
  $ sluice run flow.yaml --inputs inputs.json --workspace ./data
  $ sluice run flow.yaml --json | jq .outputs

Values of --input are read by the declared type of the input: 5 for a number, true for a boolean,
JSON for an array or object. Settings come from the environment, .env and sluice.yaml; see
docs/reference/settings.md. Requests to private addresses need an entry in EGRESS_ALLOW.
`;
