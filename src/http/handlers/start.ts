import type { ExecutionId, FlowId, ValueMap } from '../../base/index.ts';
import { emptyMap, isMap } from '../../base/index.ts';
import type { StartedExecution, StartRequest } from '../../engine/index.ts';
import { AppError, type ErrorCode } from '../../errors/index.ts';
import type { InputProblem, Plan } from '../../language/index.ts';
import type { ExecutionRecord } from '../../store/index.ts';
import type { Call, Handler, Reply } from '../call.ts';
import { auditOf } from './audit-of.ts';
import { executionText, recordText } from './execution-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import { idempotencyOf, startedBefore, startedMeanwhile } from './idempotency.ts';
import { shownValue } from './kept-value.ts';
import { latestFlows } from './latest-flow.ts';
import { noExecution, noFlow } from './not-found.ts';
import { waitMsOf } from './waits.ts';

/** The fast path of the server: what is here is done for every start. */
export function startHandler(options: HandlerOptions): Handler<'startExecution'> {
  const { store, plans, clock } = options;
  const latest = latestFlows(store);
  return async (call) => {
    const waitMs = waitMsOf(call.query.wait);
    const { principal, body } = call;
    const { account } = principal;
    const flowId = call.params.id as FlowId; // Read by the schema of the route.
    const given = isMap(call.given.inputs) ? call.given.inputs : emptyMap();
    const asked = { flow: flowId, version: body.version ?? null, inputs: given };
    const idempotency = idempotencyOf(call.header('idempotency-key'), asked);
    if (idempotency !== undefined) {
      const before = await startedBefore(store.account(account).executions, flowId, idempotency);
      if (before !== undefined) return replyOfExisting(call, options, { id: before, waitMs });
    }
    const start = async (version: number, { onlyLatest }: { readonly onlyLatest: boolean }) => {
      const plan = await plans.get(account, flowId, version);
      const inputs = checkedInputs(options, plan, given);
      const details = { flowId, version };
      const what = { at: clock.now(), action: 'execution.start', targetKind: 'execution', details };
      const request = {
        account,
        flow: { id: flowId, name: plan.name, version },
        inputs,
        by: principal.id,
        audit: auditOf(call, { ...what, targetId: '' }),
        ...(onlyLatest ? { onlyLatest } : {}),
        ...(idempotency === undefined ? {} : { idempotency }),
      };
      return startAndReply(call, options, { waitMs, request });
    };
    const known = body.version === undefined ? latest.known(account, flowId) : undefined;
    if (known !== undefined) {
      try {
        return await start(known, { onlyLatest: true });
      } catch (thrown) {
        if (!mayBeOutdated(thrown)) throw thrown;
      }
    }
    const flow = await latest.read(account, flowId);
    if (flow === undefined) throw noFlow(flowId);
    return start(body.version ?? flow.version, { onlyLatest: false });
  };
}

/**
 * True for what a version that is not the latest any more may have caused: then nothing of the
 * execution is left. Inputs that it does not take may suit the next one.
 */
function mayBeOutdated(thrown: unknown): boolean {
  return thrown instanceof AppError && OUTDATED.has(thrown.code);
}

const OUTDATED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FLOW_CHANGED',
  'FLOW_INVALID',
  'FLOW_VERSION_NOT_FOUND',
  'INPUT_MISSING',
  'INPUT_INVALID',
  'UNKNOWN_INPUT',
]);

/** Inputs with defaults. Errors: the code of the first problem, all of them in details.problems. */
export function checkedInputs(
  { checkInputs }: Pick<HandlerOptions, 'checkInputs'>,
  plan: Plan,
  given: ValueMap,
): ValueMap {
  const checked = checkInputs(plan, given);
  if ('inputs' in checked) return checked.inputs;
  const problems = checked.problems.map(inBodyWords);
  const [first] = problems;
  if (first === undefined) throw new Error('inputs without a problem are given back');
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const { code, message, remedy } = first;
  throw new AppError(code, { message: `${message}${more}`, remedy, details: { problems } });
}

/** The remedy of a missing input speaks of the command line. */
function inBodyWords(problem: InputProblem): InputProblem {
  if (problem.code !== 'INPUT_MISSING') return problem;
  return { ...problem, remedy: `Give it in the body, under inputs.${problem.input}.` };
}

type StartCall = Call<'startExecution'> | Call<'retryExecution'>;

/** Starts, and answers with the end where it is asked for and comes in time. */
export async function startAndReply(
  call: StartCall,
  options: HandlerOptions,
  start: { readonly request: StartRequest; readonly waitMs: number | undefined },
): Promise<Reply> {
  const { request, waitMs } = start;
  try {
    const started = await options.dispatcher.start(request);
    if (waitMs !== undefined && waitMs > 0) {
      const reply = await replyAtEnd(call, options, { started, request, waitMs });
      if (reply !== undefined) return reply;
    }
    await started.accepted();
    return acceptedReply(started.id, started.status);
  } catch (thrown) {
    return replyOfExisting(call, options, { id: startedMeanwhile(thrown), waitMs });
  }
}

async function replyAtEnd(
  call: StartCall,
  { store, waits }: HandlerOptions,
  start: {
    readonly started: StartedExecution;
    readonly request: StartRequest;
    readonly waitMs: number;
  },
): Promise<Reply | undefined> {
  const { started, request, waitMs } = start;
  const outcome = await waits.within(waitMs, call, (signal) => started.ended(signal));
  if (outcome === undefined) return undefined;
  const { account, flow, inputs, by, retry } = request;
  const facts = {
    id: started.id,
    flowId: flow.id,
    flowName: flow.name,
    version: flow.version,
    startedBy: by,
    createdAt: started.createdAt,
    ...outcome,
    ...(retry === undefined ? {} : { retriedFrom: retry.of }),
  };
  const { outputs } = outcome;
  const shown =
    outputs === undefined ? {} : { outputs: await shownValue(store.account(account), outputs) };
  const text = executionText(facts, { inputs: { json: JSON.stringify(inputs) }, ...shown });
  return { status: 200, text, headers: locationOf(started.id) };
}

/** Answers a repeated start as the first one was. */
export async function replyOfExisting(
  call: StartCall,
  options: HandlerOptions,
  { id, waitMs }: { readonly id: ExecutionId; readonly waitMs: number | undefined },
): Promise<Reply> {
  const account = options.store.account(call.principal.account);
  const record = await executionAtEnd(call, options, { id, waitMs });
  if (waitMs === undefined || waitMs === 0 || !isOver(record)) {
    return acceptedReply(id, record.status);
  }
  return { status: 200, text: await recordText(account, record), headers: locationOf(id) };
}

/** The execution, as soon as it has ended or the wait is over. Errors: EXECUTION_NOT_FOUND. */
export async function executionAtEnd(
  call: StartCall | Call<'readExecution'>,
  { store, dispatcher, waits }: HandlerOptions,
  { id, waitMs }: { readonly id: ExecutionId; readonly waitMs: number | undefined },
): Promise<ExecutionRecord> {
  const { account } = call.principal;
  const { executions } = store.account(account);
  const record = await executions.get(id);
  if (record === undefined) throw noExecution(id);
  if (waitMs === undefined || waitMs === 0 || isOver(record)) return record;
  await waits.within(waitMs, call, async (signal) => {
    const entries = dispatcher.feed.follow(account, id, { after: record.lastSequence, signal });
    // The feed ends with the execution or the signal; what it tells is not needed.
    for await (const _entries of entries) if (signal.aborted) break;
  });
  return (await executions.get(id)) ?? record;
}

/** True once nothing more happens to it. */
export function isOver({ status }: Pick<ExecutionRecord, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

function acceptedReply(id: ExecutionId, status: ExecutionRecord['status']): Reply {
  return { status: 202, text: JSON.stringify({ id, status }), headers: locationOf(id) };
}

function locationOf(id: ExecutionId) {
  return { location: `/api/v1/executions/${id}` };
}
