import type { Client } from '../../contract/index.ts';
import type { CommandContext } from '../command-context.ts';
import { findFlowId } from '../flows/find-flow.ts';
import { factsText, type RemoteOptions, tellMore } from '../flows/read-commands.ts';
import { tellLogs } from '../log-text.ts';
import { failureText } from '../result-text.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { printable, printableLine, styled, type Terminal, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText, tookText } from '../time-text.ts';
import { findExecutionId } from './find-execution.ts';
import { scriptTable } from './script-table.ts';
import { type Execution, wholeExecution } from './whole-execution.ts';

/** Steps or lines of one execution that a command reads; an execution makes at most so many. */
const PARTS_MAX = 100_000;

/** `sluice executions list`. */
export async function executionsListCommand(
  context: CommandContext,
  options: RemoteOptions & {
    readonly status?: string;
    readonly flow?: string;
    readonly limit: number;
  },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { status, flow } = options;
  const filter = {
    ...(status === undefined ? {} : { status }),
    ...(flow === undefined ? {} : { flowId: await findFlowId(client, flow, signal) }),
  };
  const page = await collectPages(options.limit, (query) =>
    client.listExecutions({ query: { ...filter, ...query }, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  if (page.items.length === 0) {
    const isFiltered = status !== undefined || flow !== undefined;
    terminal.out(isFiltered ? 'no execution fits\n' : 'no executions yet\n');
    return 0;
  }
  const now = context.now();
  const rows = page.items.map((execution) => [
    execution.id,
    execution.flowName,
    String(execution.flowVersion),
    execution.status,
    agoText(execution.createdAt, now),
    tookText(execution.startedAt, execution.endedAt),
  ]);
  terminal.out(textTable(terminal, EXECUTION_COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const EXECUTION_COLUMNS = [
  { title: 'ID' },
  { title: 'FLOW', mayShrink: true },
  { title: 'V', isNumber: true },
  { title: 'STATUS' },
  { title: 'STARTED' },
  { title: 'TOOK' },
];

/** `sluice executions show`: one execution, on demand with its steps and logs. */
export async function executionsShowCommand(
  context: CommandContext,
  options: RemoteOptions & {
    readonly execution: string;
    readonly steps: boolean;
    readonly logs: boolean;
  },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findExecutionId(client, options.execution, signal);
  const told = await client.readExecution({ params: { id }, signal });
  const execution = await wholeExecution(client, told, signal);
  const steps = options.steps ? await stepsOf(client, id, signal) : undefined;
  const logs = options.logs ? await logsOf(client, id, signal) : undefined;
  if (options.json) {
    const parts = { ...(steps && { steps }), ...(logs && { logs }) };
    tellDocument(terminal, { ...execution, ...parts });
    return 0;
  }
  tellExecution(context, execution);
  if (steps !== undefined) tellSteps(terminal, steps);
  if (logs !== undefined) tellLogs(terminal, logs);
  return 0;
}

type Step = Awaited<ReturnType<Client['listSteps']>>['items'][number];
type LogLine = Awaited<ReturnType<Client['listLogs']>>['items'][number];

/** All steps of an execution, in the order in which they ended. */
export async function stepsOf(
  client: Client,
  id: string,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const page = await collectPages(PARTS_MAX, (query) =>
    client.listSteps({ params: { id }, query, signal }),
  );
  return page.items;
}

async function logsOf(
  client: Client,
  id: string,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  const page = await collectPages(PARTS_MAX, (query) =>
    client.listLogs({ params: { id }, query, signal }),
  );
  return page.items;
}

function tellExecution(context: CommandContext, execution: Execution): void {
  const { terminal } = context;
  const now = context.now();
  const { flowName, flowVersion, status, error, inputs, outputs } = execution;
  const flow = `${printableLine(flowName)}, version ${flowVersion}`;
  terminal.out(`${styled(terminal, 'bold', flow)}: ${statusText(terminal, status)}\n`);
  const facts = [
    ['id', execution.id],
    ['created', `${timeText(execution.createdAt, now)} by ${execution.startedBy}`],
    ['started', timeText(execution.startedAt, now)],
    ['ended', timeText(execution.endedAt, now)],
    ['took', tookText(execution.startedAt, execution.endedAt)],
    ['goes on', timeText(execution.wakeAt, now)],
    ['retry of', execution.retriedFrom ?? ''],
    ['cancel', execution.cancelRequested === true && isOpen(status) ? 'was asked for' : ''],
  ];
  terminal.out(factsText(facts));
  if (inputs !== undefined && Object.keys(inputs).length > 0) tellValue(terminal, 'inputs', inputs);
  if (outputs !== undefined) tellValue(terminal, 'outputs', outputs);
  // The contract of the route gives the shape of a report, places and all.
  if (error !== undefined) terminal.out(`\n${failureText(terminal, error as Failure)}`);
}

type Failure = Parameters<typeof failureText>[1];

function tellValue(terminal: Terminal, title: string, value: unknown): void {
  const text = printable(JSON.stringify(value, null, 2));
  terminal.out(`\n${styled(terminal, 'dim', title)}\n${text}\n`);
}

function tellSteps(terminal: Terminal, steps: readonly Step[]): void {
  const rows = steps.map((step) => [
    step.path === '' ? step.node : `${step.node}[${step.path}]`,
    step.status,
    step.attempts > 1 ? String(step.attempts) : '',
    step.attempts === 0 ? '' : tookText(step.startedAt, step.endedAt),
    step.error === undefined ? outputText(step) : `${step.error.code}: ${step.error.message}`,
  ]);
  terminal.out(`\n${textTable(terminal, STEP_COLUMNS, rows)}`);
  const scripts = scriptTable(terminal, steps);
  if (scripts !== '') terminal.out(`\n${scripts}`);
}

const STEP_COLUMNS = [
  { title: 'STEP', mayShrink: true },
  { title: 'STATUS' },
  { title: 'TRIES', isNumber: true },
  { title: 'TOOK' },
  { title: 'OUTPUT', mayShrink: true },
];

function outputText({ output, outputRef, reusedFrom }: Step): string {
  const taken = reusedFrom === undefined ? '' : '(taken over) ';
  if (outputRef !== undefined) return `${taken}(${outputRef.bytes} bytes)`;
  return output === undefined ? taken : `${taken}${JSON.stringify(output)}`;
}

/** The status in the colour of its kind. */
export function statusText(terminal: Terminal, status: Execution['status']): string {
  switch (status) {
    case 'completed':
      return styled(terminal, 'green', status);
    case 'failed':
      return styled(terminal, 'red', status);
    case 'cancelled':
      return styled(terminal, 'yellow', status);
    default:
      return styled(terminal, 'cyan', status);
  }
}

/** True while an execution has not come to its end. */
export function isOpen(status: Execution['status']): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting';
}
