import { Command, CommanderError, type Option } from 'commander';
import { asAppError, ERROR_CATALOGUE } from '../errors/index.ts';
import type { CommandContext } from './command-context.ts';
import { addAccountCommands } from './commands/account-commands.ts';
import { addAuditCommands } from './commands/audit-commands.ts';
import { addDoctorCommands } from './commands/doctor-commands.ts';
import { addExecutionCommands } from './commands/execution-commands.ts';
import { addFlowCommands } from './commands/flow-commands.ts';
import type { CommandHost } from './commands/host.ts';
import { addKeyCommands } from './commands/key-commands.ts';
import { addLocalCommands } from './commands/local-commands.ts';
import { addPasswordCommands, addPeopleCommands } from './commands/people-commands.ts';
import { addProfileCommands, addServerCommands } from './commands/server-commands.ts';
import { addShareCommands } from './commands/share-commands.ts';
import { tellError } from './error-text.ts';

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
    const program = programOf(context);
    addCommands({ program, context, finish });
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (thrown) {
    return endOf(thrown, argv, context);
  }
}

function endOf(thrown: unknown, argv: readonly string[], context: CommandContext): number {
  // Commander has written its own message already; asking for help is no error.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  const { terminal, signal } = context;
  if (signal.aborted && thrown === signal.reason) {
    terminal.err('stopped\n');
    return 1;
  }
  const ofRun = argv[0] === 'run' || argv[0] === 'validate' || argv[1] === 'run';
  tellError(terminal, thrown, { json: argv.includes('--json'), ofRun });
  return ERROR_CATALOGUE[asAppError(thrown).code].exit;
}

function programOf({ terminal, version }: CommandContext): Command {
  return (
    new Command('sluice')
      .description('Run and check flows: graphs of small steps, written in YAML or JSON.')
      .version(version, '-V, --version', 'print the version')
      .helpOption('-h, --help', 'show this help, or that of a command')
      .helpCommand(false)
      // `flows show X --version 2` means the flow's version, not that of this program.
      .enablePositionalOptions()
      .exitOverride()
      .configureOutput({
        writeOut: (text) => terminal.out(text),
        writeErr: (text) => terminal.err(text),
        getOutHelpWidth: () => terminal.columns,
        getErrHelpWidth: () => terminal.columns,
      })
      .configureHelp({ optionDescription: optionText })
      .showSuggestionAfterError(true)
      .showHelpAfterError('Try: sluice --help, or --help behind the command')
      .addHelpText('after', HELP_AFTER)
  );
}

/** What an option does; that one is off or empty unless it is given goes without saying. */
function optionText({ description, defaultValue }: Option): string {
  const isTold =
    (typeof defaultValue === 'string' && defaultValue !== '') || typeof defaultValue === 'number';
  return isTold ? `${description} (default: ${defaultValue})` : description;
}

/** Each table of commands adds its own; a new area is one line here. */
function addCommands(host: CommandHost): void {
  addLocalCommands(host);
  addServerCommands(host);
  addDoctorCommands(host);
  addPasswordCommands(host);
  host.program.commandsGroup('Work with a server:');
  addFlowCommands(host);
  addShareCommands(host);
  addExecutionCommands(host);
  addPeopleCommands(host);
  addKeyCommands(host);
  addAccountCommands(host);
  addAuditCommands(host);
  addProfileCommands(host);
}

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
More flows to try: examples/    The format: docs/reference/flow-format.md    All: docs/cli.md
`;
