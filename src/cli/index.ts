export type { FlowText, InputProblem, Local, RunRequest } from './local.ts';
export { runCli } from './program.ts';
export type { CommandContext } from './run-command.ts';
export type { Terminal } from './terminal.ts';
