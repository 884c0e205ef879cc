import { formatDuration, type Value } from '../base/index.ts';
import type { ExecutionResult, Problem } from '../contract/index.ts';
import { AppError, ERROR_CATALOGUE, reportOf } from '../errors/index.ts';
import type { Plan } from '../language/index.ts';
import type { InputProblem, Local } from './local.ts';
import { countText, excerpt, placeText, problemText } from './problem-text.ts';
import { progressView } from './progress-view.ts';
import { printable, styled, type Terminal } from './terminal.ts';

export interface RunOptions {
  readonly file: string;
  /** `name=value` each. */
  readonly input: readonly string[];
  readonly inputs?: string;
  readonly workspace: string;
  readonly json: boolean;
}

/** What the commands share: where to write, what to run with, the time, and how to be stopped. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly local: Local;
  /** Aborts when the person asks to stop (Ctrl-C, SIGTERM). */
  readonly signal: AbortSignal;
  now(): number;
}

/** `sluice run`: 0 when the execution completed, 1 when it failed, 2 when nothing was started. */
export async function runCommand(context: CommandContext, options: RunOptions): Promise<number> {
  const prepared = await prepare(context, options);
  if ('problems' in prepared) return refuse(context, options, prepared.problems);
  const { plan, inputs } = prepared;
  if (!options.json) tellWarnings(context, plan.warnings);
  const startedAt = context.now();
  const result = await runShown(context, options, { plan, inputs });
  if (options.json) context.terminal.out(`${JSON.stringify(documentOf(result), null, 2)}\n`);
  else tellResult(context, result, context.now() - startedAt);
  return result.status === 'completed' ? 0 : 1;
}

type AnyProblem = Problem | InputProblem;
type Prepared =
  | { plan: Plan; inputs: Readonly<Record<string, Value>> }
  | { problems: readonly AnyProblem[] };

async function prepare(context: CommandContext, options: RunOptions): Promise<Prepared> {
  const { local } = context;
  const { plan, problems } = local.compile(await local.readText(options.file));
  if (plan === undefined) return { problems };
  const given: Record<string, Value> = Object.create(null);
  if (options.inputs !== undefined) Object.assign(given, await local.readInputs(options.inputs));
  const wrong = [];
  for (const text of options.input) {
    const input = readInput(local, plan, text);
    if ('code' in input) wrong.push(input);
    else given[input.name] = input.value;
  }
  if (wrong.length > 0) return { problems: wrong };
  const checked = local.checkInputs(plan, given);
  return 'problems' in checked ? checked : { plan, inputs: checked.inputs };
}

function readInput(
  local: Local,
  plan: Plan,
  text: string,
): { name: string; value: Value } | InputProblem {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new AppError('USAGE', {
      message: `--input takes name=value, but got "${text}"`,
      remedy: 'Write for example --input city=Berlin.',
    });
  }
  const name = text.slice(0, at);
  const declaration = plan.inputs.find((input) => input.name === name);
  // An unknown name is left to checkInputs, which knows the near match.
  if (declaration === undefined) return { name, value: text.slice(at + 1) };
  const read = local.parseInput(declaration, text.slice(at + 1));
  return 'code' in read ? read : { name, value: read.value };
}

function refuse(
  context: CommandContext,
  options: RunOptions,
  problems: readonly AnyProblem[],
): number {
  const { terminal } = context;
  if (options.json) {
    const count = problems.length;
    const error = {
      code: problems.every((problem) => 'input' in problem) ? 'INPUT_INVALID' : 'FLOW_INVALID',
      message: `nothing was run: ${count} problem${count === 1 ? '' : 's'}`,
      problems,
    };
    const refused = { status: 'refused', outputs: {}, steps: [], error };
    terminal.out(`${JSON.stringify(refused, null, 2)}\n`);
    return 2;
  }
  for (const problem of problems) terminal.err(`${anyProblemText(terminal, problem)}\n`);
  terminal.err(`${styled(terminal, 'red', 'refused')}: nothing was run (${countAny(problems)})\n`);
  return 2;
}

function anyProblemText(terminal: Terminal, problem: AnyProblem): string {
  if ('line' in problem) return problemText(terminal, problem);
  const label = styled(terminal, 'red', 'error');
  return `${label}: ${printable(problem.message)} [${problem.code}]\n  ${printable(problem.remedy)}\n`;
}

function countAny(problems: readonly AnyProblem[]): string {
  const placed = problems.filter((problem): problem is Problem => 'line' in problem);
  if (placed.length > 0) return countText(placed);
  return `${problems.length} error${problems.length === 1 ? '' : 's'}`;
}

function tellWarnings(context: CommandContext, warnings: readonly Problem[]): void {
  for (const warning of warnings) {
    context.terminal.err(`${problemText(context.terminal, warning)}\n`);
  }
}

async function runShown(
  context: CommandContext,
  options: RunOptions,
  start: { plan: Plan; inputs: Readonly<Record<string, Value>> },
): Promise<ExecutionResult> {
  const { terminal, local, signal } = context;
  const request = { ...start, workspace: options.workspace, signal };
  if (options.json) return local.run({ ...request, onEvent: () => undefined });
  const { name, version, nodes } = start.plan;
  terminal.out(`${styled(terminal, 'bold', printable(name))} ${printable(version)}\n`);
  const names = nodes.map((node) => node.name);
  const view = progressView(terminal, names, context.now);
  try {
    return await local.run({ ...request, onEvent: view.take });
  } finally {
    view.end();
  }
}

/** The one document of `--json`. */
function documentOf(result: ExecutionResult): object {
  const steps = result.steps.map((step) => ({
    node: step.node,
    path: step.path,
    status: step.status,
    attempts: step.attempts,
    ms: Math.max(0, step.endedAt - step.startedAt),
  }));
  const { status, outputs, error } = result;
  return { status, outputs, steps, ...(error === undefined ? {} : { error }) };
}

function tellResult(context: CommandContext, result: ExecutionResult, ms: number): void {
  const { terminal } = context;
  const took = styled(terminal, 'dim', `in ${formatDuration(ms)}`);
  if (result.status === 'completed') {
    terminal.out(`${styled(terminal, 'green', 'completed')} ${took}\n`);
    const hasOutputs = Object.keys(result.outputs).length > 0;
    if (hasOutputs) terminal.out(`${printable(JSON.stringify(result.outputs, null, 2))}\n`);
    return;
  }
  const style = result.status === 'cancelled' ? 'yellow' : 'red';
  terminal.out(`${styled(terminal, style, result.status)} ${took}\n`);
  if (result.error !== undefined) terminal.out(failureText(terminal, result.error));
}

function failureText(terminal: Terminal, error: NonNullable<ExecutionResult['error']>): string {
  const visit = error.path === undefined || error.path === '' ? '' : `[${error.path}]`;
  const where = error.node === undefined ? '' : `node ${printable(error.node)}${visit}: `;
  // Lines of a message are indented: code of a flow could otherwise write lines like our own.
  const message = printable(error.message).replaceAll('\n', '\n    ');
  const lines = [`${where}${message} [${error.code}]`];
  if (error.place !== undefined) {
    lines.push(`  at ${placeText(error.place)}`, ...excerpt(terminal, error.place));
  }
  lines.push(`  ${printable(error.remedy)}`);
  return `${lines.join('\n')}\n`;
}

/**
 * How a command ends when it could not even begin: the error on standard error, or as the document.
 */
export function tellError(context: CommandContext, thrown: unknown, json: boolean): void {
  const error = reportOf(thrown);
  const { terminal } = context;
  if (json) {
    const status = ERROR_CATALOGUE[error.code].exit === 2 ? 'refused' : 'failed';
    const ended = { status, outputs: {}, steps: [], error };
    terminal.out(`${JSON.stringify(ended, null, 2)}\n`);
    return;
  }
  terminal.err(
    `${styled(terminal, 'red', 'error')}: ${printable(error.message)} [${error.code}]\n`,
  );
  terminal.err(`  ${printable(error.remedy)}\n`);
}
