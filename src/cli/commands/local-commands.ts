import { runCommand } from '../run-command.ts';
import { validateCommand } from '../validate-command.ts';
import { type CommandHost, collect } from './host.ts';

/** `run` and `validate`: what needs no server. */
export function addLocalCommands(host: CommandHost): void {
  host.program.commandsGroup('Flows in files, without a server:');
  addRun(host);
  addValidate(host);
}

function addRun({ program, context, finish }: CommandHost): void {
  program
    .command('run')
    .summary('run a flow here, without a server')
    .description('Run a flow here, without a server or a database, and print its outputs.')
    .argument('<file>', 'the flow; - reads standard input')
    .option('-i, --input <name=value>', 'one input; may be repeated', collect, [])
    .option('--inputs <file>', 'inputs from a YAML or JSON file')
    .option('-w, --workspace <folder>', 'the folder that file nodes may see', '.')
    .option('--logs', 'show what nodes logged, such as what code printed', false)
    .option('--json', 'print one JSON document instead of progress', false)
    .addHelpText('after', RUN_HELP)
    .action(async (file: string, options: Omit<Parameters<typeof runCommand>[1], 'file'>) => {
      finish(await runCommand(context, { ...options, file }));
    });
}

function addValidate({ program, context, finish }: CommandHost): void {
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

const RUN_HELP = `
Examples:
  $ sluice run flow.yaml --input city=Berlin --input limit=5
  $ sluice run flow.yaml --inputs inputs.json --workspace ./data
  $ sluice run flow.yaml --json | jq .outputs

Values of --input are read by the declared type of the input: 5 for a number, true for a boolean,
JSON for an array or object. Settings come from the environment, .env and sluice.yaml; see
docs/reference/settings.md. Requests to private addresses need an entry in EGRESS_ALLOW.
`;
