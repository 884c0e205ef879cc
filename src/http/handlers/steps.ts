import { type FlowId, SERVER_LIMITS, type Value } from '../../base/index.ts';
import type { StepRecord } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Plan, PlanNode } from '../../language/index.ts';
import type { AccountStore, ExecutionRecord } from '../../store/index.ts';
import type { Call, Handlers } from '../call.ts';
import { executionFor } from './flow-of.ts';
import { isoTime } from './flow-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import { type JournaledStep, journalEntries, stepOf } from './journal-pages.ts';
import { cursorOf, type JournalPosition, pageReply, positionOf } from './paging.ts';
import { stepInputs } from './step-inputs.ts';

/** What an execution did, from its journal. */
export function stepHandlers(options: HandlerOptions): Pick<Handlers, 'listSteps' | 'listLogs'> {
  return {
    listSteps: async (call) => {
      const { account, record } = await found(call, options);
      const { steps, next } = await pageOfSteps(account, record, call.query);
      const plan = await planOf(call, options, record);
      const inputs = await stepInputs(account, record, { steps, plan });
      const items = steps.map((each, index) => stepView(each, plan, inputs[index]));
      return pageReply(items, next);
    },
    listLogs: async (call) => {
      const { account, record } = await found(call, options);
      const { lines, next } = await pageOfLines(account, record, call.query);
      return pageReply(lines, next);
    },
  };
}

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly node?: string | undefined;
}

async function found(
  call: Call<'listSteps'> | Call<'listLogs'>,
  { store }: HandlerOptions,
): Promise<{ readonly account: AccountStore; readonly record: ExecutionRecord }> {
  const record = await executionFor(store, call, 'view');
  return { account: store.account(call.principal.account), record };
}

/** The page may be short, even empty, where much had to be read; `next` then goes on. */
async function pageOfSteps(
  { executions }: AccountStore,
  record: ExecutionRecord,
  { limit, cursor, node }: PageQuery,
): Promise<{ readonly steps: readonly JournaledStep[]; readonly next: string | undefined }> {
  const steps: JournaledStep[] = [];
  let { after } = positionOf(cursor);
  let bytes = 0;
  for await (const entry of journalEntries(executions, record.id, after)) {
    const step = stepOf(entry);
    after = entry.sequence;
    if (step === undefined || (node !== undefined && step.step.node !== node)) continue;
    steps.push(step);
    bytes += entry.text.length;
    if (steps.length === limit || bytes > SERVER_LIMITS.answerBytes) break;
  }
  return { steps, next: nextOf(record, { after, lines: 0 }) };
}

/** No next page after the last entry of an execution that is over. */
function nextOf(record: ExecutionRecord, position: JournalPosition): string | undefined {
  return position.after >= record.lastSequence ? undefined : cursorOf(position);
}

async function pageOfLines(
  { executions }: AccountStore,
  record: ExecutionRecord,
  { limit, cursor, node }: PageQuery,
): Promise<{ readonly lines: readonly object[]; readonly next: string | undefined }> {
  const lines: object[] = [];
  const position = positionOf(cursor);
  let { after } = position;
  let bytes = 0;
  for await (const entry of journalEntries(executions, record.id, after)) {
    const found = entry.text.includes('"logs"') ? stepOf(entry) : undefined;
    if (found !== undefined && (node === undefined || found.step.node === node)) {
      const { step, sequence } = found;
      const logs = step.logs ?? [];
      for (
        let index = after === position.after ? position.lines : 0;
        index < logs.length;
        index += 1
      ) {
        lines.push({ sequence, node: step.node, path: step.path, ...logs[index] });
        const isLast = index === logs.length - 1;
        if (lines.length < limit) continue;
        return {
          lines,
          next: isLast
            ? nextOf(record, { after: sequence, lines: 0 })
            : cursorOf({ after: sequence - 1, lines: index + 1 }),
        };
      }
      bytes += entry.text.length;
    }
    after = entry.sequence;
    if (bytes > SERVER_LIMITS.answerBytes) break;
  }
  return { lines, next: nextOf(record, { after, lines: 0 }) };
}

/** Undefined where this server does not read the flow's text any more; steps are shown without. */
async function planOf(
  call: Call<'listSteps'>,
  { plans }: HandlerOptions,
  { flowId, version }: ExecutionRecord,
): Promise<Plan | undefined> {
  try {
    return await plans.get(call.principal.account, flowId as FlowId, version);
  } catch (thrown) {
    const isGone =
      thrown instanceof AppError &&
      (thrown.code === 'FLOW_INVALID' || thrown.code === 'FLOW_VERSION_NOT_FOUND');
    if (isGone) return undefined;
    throw thrown;
  }
}

function stepView(
  { sequence, step }: JournaledStep,
  plan: Plan | undefined,
  inputs: Readonly<Record<string, Value>> | undefined,
) {
  const { value, valueRef, startedAt, endedAt, ...rest } = step satisfies StepRecord;
  const node: PlanNode | undefined = plan?.node.get(step.node);
  return {
    sequence,
    ...rest,
    type: node?.type.id,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    inputs,
    output: value,
    outputRef: valueRef,
  };
}
