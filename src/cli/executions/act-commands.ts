import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type AnyProblem, anyProblemText } from '../error-text.ts';
import { findFlowId } from '../flows/find-flow.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { givenInputs, type InputOptions } from '../given-inputs.ts';
import { connect } from '../server/connect.ts';
import { styled, tellDocument } from '../terminal.ts';
import { findExecutionId } from './find-execution.ts';
import { followEvents, followShown } from './follow.ts';
import { checkSeeThrough, type SeeThroughOptions, seeThrough } from './see-through.ts';

export interface FlowsRunOptions extends RemoteOptions, InputOptions, SeeThroughOptions {
  readonly flow: string;
  readonly version?: number;
  readonly idempotencyKey?: string;
}

/** `sluice flows run`: starts a flow on the server; exit codes as `sluice run`. */
export async function flowsRunCommand(
  context: CommandContext,
  options: FlowsRunOptions,
): Promise<number> {
  const { signal } = context;
  const { version, idempotencyKey } = options;
  const bounds = checkSeeThrough(options);
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const declared = async () => {
    const query = version === undefined ? {} : { version };
    const { name, source } = await client.readFlow({ params: { id }, query, signal });
    const bytes = new TextEncoder().encode(source);
    // A flow that this command cannot read may still be one for the server; its inputs are text.
    return context.local.compile({ file: name, bytes }).plan?.inputs ?? [];
  };
  const inputs = options.input.length === 0 ? [] : await declared();
  const given = await givenInputs(context.local, inputs, options);
  if ('problems' in given) return refuse(context, options, given.problems);
  const started = await accepted(idempotencyKey !== undefined, () =>
    client.startExecution({
      params: { id },
      headers: idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
      body: { inputs: given.inputs, ...(version === undefined ? {} : { version }) },
      signal,
    }),
  );
  return seeThrough(context, { client, ...started }, { ...options, ...bounds });
}

/**
 * What starts something. Where the answer got lost, nobody knows whether it started: the remedy
 * then says how to find out, so that nobody starts it twice.
 */
async function accepted<T>(hasKey: boolean, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const isLost = error instanceof AppError && error.code === 'SERVER_UNREACHABLE';
    if (!isLost) throw error;
    const { message, cause } = error;
    const remedy = hasKey
      ? 'Run it again with the same --idempotency-key: it is started once.'
      : 'It may have been started: sluice executions list shows it once the server answers.';
    throw new AppError('SERVER_UNREACHABLE', { message, remedy, cause });
  }
}

function refuse(
  { terminal }: CommandContext,
  options: FlowsRunOptions,
  problems: readonly AnyProblem[],
): number {
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  if (options.json) {
    const error = { code: 'INPUT_INVALID', message: `nothing was started: ${count}`, problems };
    tellDocument(terminal, { status: 'refused', outputs: {}, steps: [], error });
    return 2;
  }
  for (const problem of problems) terminal.err(`${anyProblemText(terminal, problem)}\n`);
  terminal.err(`${styled(terminal, 'red', 'refused')}: nothing was started (${count})\n`);
  return 2;
}

/** `sluice executions retry`: runs an execution again from a node, as a new one. */
export async function executionsRetryCommand(
  context: CommandContext,
  options: RemoteOptions &
    SeeThroughOptions & {
      readonly execution: string;
      readonly from?: string;
      readonly version?: number;
    },
): Promise<number> {
  const { signal } = context;
  const bounds = checkSeeThrough(options);
  const client = await connect(context, options);
  const id = await findExecutionId(client, options.execution, signal);
  const { from, version } = options;
  const body = {
    ...(from === undefined ? {} : { from }),
    ...(version === undefined ? {} : { version }),
  };
  const started = await accepted(false, () =>
    client.retryExecution({ params: { id }, body, signal }),
  );
  return seeThrough(context, { client, ...started }, { ...options, ...bounds });
}

/** `sluice executions cancel`. */
export async function executionsCancelCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly execution: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findExecutionId(client, options.execution, signal);
  const answer = await client.cancelExecution({ params: { id }, signal });
  if (options.json) tellDocument(terminal, answer);
  else terminal.out(`${styled(terminal, 'green', 'asked')} ${id} to end; it is ${answer.status}\n`);
  return 0;
}

/** `sluice executions follow`: with `json` one line for each event. */
export async function executionsFollowCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly execution: string; readonly cancelOnInterrupt: boolean },
): Promise<number> {
  const client = await connect(context, options);
  const id = await findExecutionId(client, options.execution, context.signal);
  const following = { client, id, cancelOnInterrupt: options.cancelOnInterrupt };
  return options.json ? followEvents(context, following) : followShown(context, following);
}
