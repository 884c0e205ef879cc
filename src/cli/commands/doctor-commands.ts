import { type DoctorOptions, doctorCommand } from '../doctor/doctor-command.ts';
import { type CommandHost, wholeNumber, withServerAndJson } from './host.ts';

const GUIDE = { min: 1, max: 5 };

/** `doctor`: whether this machine is ready for production. */
export function addDoctorCommands({ program, context, finish }: CommandHost): void {
  withServerAndJson(program.command('doctor'))
    .summary('go through the production checklist')
    .description('Judge settings, files and the jail of this machine by the production checklists.')
    .option('--guide <number>', 'the items of this guide, 1 to 5', wholeNumber('--guide', GUIDE))
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      finish(await doctorCommand(context, options));
    });
}

const HELP = `
Examples:
  $ sluice doctor
  $ sluice doctor --guide 5
  $ sluice doctor --json | jq '.checks[] | select(.state == "fail")'

Run it in the folder of the server's .env. A server that answers is asked for the age of its keys.
Exit codes: 0 nothing failed, 1 a check failed. What only a person can tell is marked look.
`;
