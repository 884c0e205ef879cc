export type { CommandContext } from './command-context.ts';
export type {
  FlowText,
  InputProblem,
  Local,
  LocalAccess,
  LocalFlows,
  RunRequest,
  ServedUntil,
  ServeRequest,
} from './local.ts';
export { runCli } from './program.ts';
export type { ProfileFile, Remote, ServerHere } from './remote.ts';
export type { Terminal } from './terminal.ts';
export type { Claims } from './verify-command.ts';
