import { systemClock, type Value } from '../../base/index.ts';
import type { Client, ExecutionEvent } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { progressView } from '../progress-view.ts';
import { type Ended, stepSummary, tellResult } from '../result-text.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { isOpen, stepsOf } from './read-commands.ts';
import { type Execution, wholeExecution } from './whole-execution.ts';

/** One execution that a command sees through to its end. */
export interface Following {
  readonly client: Client;
  readonly id: string;
  /** Ctrl-C cancels the execution and goes on following, instead of leaving it alone. */
  readonly cancelOnInterrupt: boolean;
}

/**
 * Draws an execution until it ends: the same picture as `sluice run`. 0 when it completed, 1 when
 * not, or when the person stopped following.
 */
export async function followShown(context: CommandContext, following: Following): Promise<number> {
  const { terminal } = context;
  const { client, id } = following;
  const execution = await client.readExecution({ params: { id }, signal: context.signal });
  const title = styled(terminal, 'bold', printableLine(execution.flowName));
  terminal.out(`${title} version ${execution.flowVersion}  ${styled(terminal, 'dim', id)}\n`);
  const names = await nodeNames(context, client, execution);
  const view = progressView(terminal, names, context.now);
  let isOver = false;
  try {
    isOver = await eachEvent(context, following, (event) => view.take(event));
  } finally {
    view.end();
  }
  if (!isOver) return stopFollowing(context, id);
  // Not stopped by Ctrl-C any more: it has ended, and what is left is to say so.
  const { signal } = new AbortController();
  const told = await client.readExecution({ params: { id } });
  const ended = await wholeExecution(client, told, signal);
  const result = resultOf(ended);
  tellResult(terminal, result, tookMs(ended));
  if (result.status === 'failed') {
    terminal.out(
      `  every step      sluice executions show ${id} --steps\n` +
        `  run it again    sluice executions retry ${id}\n`,
    );
  }
  return result.status === 'completed' ? 0 : 1;
}

/** Writes each event as one line of JSON until the execution ends. Exit code as `followShown`. */
export async function followEvents(context: CommandContext, following: Following): Promise<number> {
  const { terminal } = context;
  let status: string | undefined;
  const isOver = await eachEvent(context, following, (event) => {
    terminal.out(`${JSON.stringify(event)}\n`);
    if (event.kind === 'execution.ended') status = event.status;
  });
  if (!isOver) return stopFollowing(context, following.id);
  return status === 'completed' ? 0 : 1;
}

/**
 * Waits for the end without drawing and writes the document of a run, with the id. `untilMs` is
 * when the waiting ends; the document then has the status that the execution has.
 */
export async function waitForDocument(
  context: CommandContext,
  following: Following,
  options: { readonly json: boolean; readonly untilMs: number },
): Promise<number> {
  const { terminal } = context;
  const { client, id } = following;
  const told = await waitForEnd(context, following, options.untilMs);
  if (told === undefined) return stopFollowing(context, id);
  const { signal } = new AbortController();
  const execution = await wholeExecution(client, told, signal);
  const isEnded = !isOpen(execution.status);
  if (options.json) {
    const steps = await stepsOf(client, id, signal);
    tellDocument(terminal, documentOf(execution, steps));
  } else if (isEnded) {
    tellResult(terminal, resultOf(execution), tookMs(execution));
  } else {
    terminal.out(
      `${execution.status}: it has not ended yet and goes on\n  sluice executions follow ${id}\n`,
    );
  }
  return execution.status === 'completed' ? 0 : 1;
}

/** What one request waits for at most, so that no proxy on the way gives up. */
const WAIT_MS = 25_000;
/** Between two questions, where a server answers at once although nothing has ended. */
const EARLY_MS = 500;

/** The execution as it is at its end or at the time; undefined when the person stopped waiting. */
async function waitForEnd(
  context: CommandContext,
  following: Following,
  untilMs: number,
): Promise<Execution | undefined> {
  const { client, id } = following;
  const { signal, release } = interruption(context, following);
  try {
    for (;;) {
      const startedAt = context.now();
      const waitMs = Math.max(0, Math.min(WAIT_MS, Math.floor(untilMs - startedAt)));
      const query = waitMs === 0 ? {} : { wait: `${waitMs}ms` };
      const execution = await client.readExecution({ params: { id }, query, signal });
      const now = context.now();
      if (!isOpen(execution.status) || now >= untilMs) return execution;
      const left = Math.min(EARLY_MS, untilMs - now);
      if (now - startedAt < waitMs - EARLY_MS) await systemClock.sleep(left, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    if (following.cancelOnInterrupt) throw signal.reason;
    return undefined;
  } finally {
    release();
  }
}

/** True when the execution came to its end; false when the person stopped following. */
async function eachEvent(
  context: CommandContext,
  following: Following,
  take: (event: ExecutionEvent) => void,
): Promise<boolean> {
  const { client, id } = following;
  const { signal, release } = interruption(context, following);
  try {
    for await (const event of client.followEvents(id, { signal })) {
      take(event);
      if (event.kind === 'execution.ended') return true;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    release();
  }
  if (signal.aborted && following.cancelOnInterrupt) throw signal.reason;
  if (signal.aborted) return false;
  throw new AppError('SERVER_ANSWER', {
    message: `the server ended the events of ${id} before the execution ended`,
    remedy: `It goes on; try again: sluice executions follow ${id}`,
  });
}

/**
 * The signal that ends following. With `cancelOnInterrupt` the first Ctrl-C cancels the execution,
 * and following goes on until it has ended.
 */
function interruption(
  context: CommandContext,
  following: Following,
): { readonly signal: AbortSignal; release(): void } {
  if (!following.cancelOnInterrupt) return { signal: context.signal, release: () => undefined };
  const stop = new AbortController();
  const { client, id } = following;
  const onInterrupt = () => {
    context.terminal.err('cancelling\n');
    client.cancelExecution({ params: { id } }).catch((error: unknown) => {
      // It has ended meanwhile, and its events say so; anything else ends the following.
      if (!(error instanceof AppError) || error.code !== 'EXECUTION_OVER') stop.abort(error);
    });
  };
  if (context.signal.aborted) onInterrupt();
  context.signal.addEventListener('abort', onInterrupt, { once: true });
  return {
    signal: stop.signal,
    release: () => context.signal.removeEventListener('abort', onInterrupt),
  };
}

function stopFollowing({ terminal }: CommandContext, id: string): number {
  terminal.err(
    'stopped following; the execution goes on\n' +
      `  follow it again   sluice executions follow ${id}\n` +
      `  cancel it         sluice executions cancel ${id}\n`,
  );
  return 1;
}

/** Names of the nodes, for the width of the picture only; none where they cannot be known. */
async function nodeNames(
  context: CommandContext,
  client: Client,
  execution: Execution,
): Promise<readonly string[]> {
  const { flowId: id, flowVersion: version, flowName } = execution;
  try {
    const { source } = await client.readFlowVersion({ params: { id, version } });
    const bytes = new TextEncoder().encode(source);
    const { plan } = context.local.compile({ file: flowName, bytes });
    return plan === undefined ? [] : plan.nodes.map(({ name }) => name);
  } catch {
    // The flow may be gone, or of a newer version than this command: the picture does without.
    return [];
  }
}

function resultOf(execution: Execution): Ended {
  const { status, outputs = {}, error } = execution;
  return {
    status: status === 'completed' || status === 'cancelled' ? status : 'failed',
    // Outputs came as JSON, and JSON is what a Value is.
    outputs: outputs as Readonly<Record<string, Value>>,
    // The contract of the route gives the shape of a report, places and all.
    ...(error === undefined ? {} : { error: error as NonNullable<Ended['error']> }),
  };
}

function tookMs({ startedAt, createdAt, endedAt }: Execution): number {
  const from = Date.parse(startedAt ?? createdAt);
  return endedAt === undefined ? 0 : Math.max(0, Date.parse(endedAt) - from);
}

/** As the document of `sluice run`, with the id of the execution. */
function documentOf(execution: Execution, steps: Awaited<ReturnType<typeof stepsOf>>): object {
  const { id, status, outputs = {}, error } = execution;
  const summaries = steps.map((step) =>
    stepSummary({
      ...step,
      startedAt: Date.parse(step.startedAt),
      endedAt: Date.parse(step.endedAt),
    }),
  );
  return { id, status, outputs, steps: summaries, ...(error === undefined ? {} : { error }) };
}
