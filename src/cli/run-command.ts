import type { Value } from '../base/index.ts';
import type { ExecutionResult, Problem } from '../contract/index.ts';
import type { Plan } from '../language/index.ts';
import type { CommandContext } from './command-context.ts';
import { type AnyProblem, anyProblemText } from './error-text.ts';
import { givenInputs, type InputOptions } from './given-inputs.ts';
import { tellLogs } from './log-text.ts';
import { countText, problemText } from './problem-text.ts';
import { progressView } from './progress-view.ts';
import { stepSummary, tellResult } from './result-text.ts';
import { printable, styled, tellDocument } from './terminal.ts';

export interface RunOptions extends InputOptions {
  readonly file: string;
  readonly workspace: string;
  readonly json: boolean;
  /** Shows what nodes logged, at the end. */
  readonly logs: boolean;
}

/** `sluice run`: 0 when the execution completed, 1 when it failed, 2 when nothing was started. */
export async function runCommand(context: CommandContext, options: RunOptions): Promise<number> {
  const prepared = await prepare(context, options);
  if ('problems' in prepared) return refuse(context, options, prepared.problems);
  const { plan, inputs } = prepared;
  if (!options.json) tellWarnings(context, plan.warnings);
  const startedAt = context.now();
  const result = await runShown(context, options, { plan, inputs });
  if (options.json) tellDocument(context.terminal, documentOf(result));
  else tellEnd(context, options, { result, ms: context.now() - startedAt });
  return result.status === 'completed' ? 0 : 1;
}

function tellEnd(
  { terminal }: CommandContext,
  options: RunOptions,
  { result, ms }: { readonly result: ExecutionResult; readonly ms: number },
): void {
  tellResult(terminal, result, ms);
  if (!options.logs) return;
  const lines = result.steps.flatMap(({ node, path, logs = [] }) =>
    logs.map((line) => ({ ...line, node, path })),
  );
  tellLogs(terminal, lines);
}

type Prepared =
  | { plan: Plan; inputs: Readonly<Record<string, Value>> }
  | { problems: readonly AnyProblem[] };

async function prepare(context: CommandContext, options: RunOptions): Promise<Prepared> {
  const { local } = context;
  const { plan, problems } = local.compile(await local.readText(options.file));
  if (plan === undefined) return { problems };
  const given = await givenInputs(local, plan.inputs, options);
  if ('problems' in given) return given;
  const checked = local.checkInputs(plan, given.inputs);
  return 'problems' in checked ? checked : { plan, inputs: checked.inputs };
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
    tellDocument(terminal, refused);
    return 2;
  }
  for (const problem of problems) terminal.err(`${anyProblemText(terminal, problem)}\n`);
  terminal.err(`${styled(terminal, 'red', 'refused')}: nothing was run (${countAny(problems)})\n`);
  return 2;
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
  const steps = result.steps.map(stepSummary);
  const { status, outputs, error } = result;
  return { status, outputs, steps, ...(error === undefined ? {} : { error }) };
}
