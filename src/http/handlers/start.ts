import { ownerOf, type Principal } from '../../auth/index.ts';
import type { ExecutionId, FlowId, ValueMap } from '../../base/index.ts';
import { emptyMap, isMap } from '../../base/index.ts';
import type { StartedExecution, StartRequest } from '../../engine/index.ts';
import { AppError, type ErrorCode } from '../../errors/index.ts';
import type { InputProblem, Plan } from '../../language/index.ts';
import type { ExecutionRecord, FlowRecord } from '../../store/index.ts';
import type { Call, Caller, Handler, Reply } from '../call.ts';
import { allowFlow } from '../rights/index.ts';
import { mayBeTold, mayStillBeTold } from './after-wait.ts';
import { auditOf } from './audit-of.ts';
import { executionText, recordText } from './execution-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import {
  type Idempotency,
  idempotencyMismatch,
  idempotencyOf,
  type StartedBefore,
  startedBefore,
  startedMeanwhile,
} from './idempotency.ts';
import { shownValue } from './kept-value.ts';
import { type KeyPlace, keyPlace } from './key-place.ts';
import { latestFlows } from './latest-flow.ts';
import { noExecution, noFlow } from './not-found.ts';
import { type Asker, waitMsOf } from './waits.ts';

/** The fast path of the server: what is here is done for every start. */
export function startHandler(options: HandlerOptions): Handler<'startExecution'> {
  const { store } = options;
  const latest = latestFlows(store);
  return async (call) => {
    const waitMs = waitMsOf(call.query.wait);
    const { principal, body } = call;
    const { account } = principal;
    const flowId = call.params.id as FlowId; // Read by the schema of the route.
    // Who runs the account may start all that is there, so the flow need not be asked for that.
    const isAdmin = principal.permissions.has('accounts:admin');
    const allowed = isAdmin ? undefined : await readFlow();
    const given = isMap(call.given.inputs) ? call.given.inputs : emptyMap();
    const asked = { flow: flowId, version: body.version ?? null, inputs: given };
    const idempotency = idempotencyOf(call.header('idempotency-key'), asked);
    if (idempotency !== undefined) {
      const before = await startedBefore(store.account(account).executions, flowId, idempotency);
      if (before !== undefined) return replyOfExisting(call, options, { before, waitMs });
    }
    const place = keyPlace(principal, options);
    const start = (version: number, onlyLatest: boolean) => {
      const what = { flowId, version, onlyLatest, given, waitMs, idempotency, place };
      return startVersion(call, options, what);
    };
    const known = body.version === undefined && isAdmin ? latest.known(account, flowId) : undefined;
    if (known !== undefined) {
      try {
        return await start(known, true);
      } catch (thrown) {
        if (!mayBeOutdated(thrown)) throw thrown;
      }
    }
    const flow = allowed ?? (await readFlow());
    return start(body.version ?? flow.version, false);

    async function readFlow(): Promise<FlowRecord> {
      const flow = await latest.read(account, flowId);
      if (flow === undefined) throw noFlow(flowId);
      await allowFlow(store.account(account), principal, { act: 'execute', flow });
      return flow;
    }
  };
}

async function startVersion(
  call: Call<'startExecution'>,
  options: HandlerOptions,
  what: {
    readonly flowId: FlowId;
    readonly version: number;
    readonly onlyLatest: boolean;
    readonly given: ValueMap;
    readonly waitMs: number | undefined;
    readonly idempotency: Idempotency | undefined;
    readonly place: KeyPlace;
  },
): Promise<Reply> {
  const { flowId, version, onlyLatest, given, waitMs, idempotency, place } = what;
  const { principal } = call;
  const { account } = principal;
  const plan = await options.plans.get(account, flowId, version);
  const inputs = checkedInputs(options, plan, given);
  const details = { flowId, version };
  const target = { targetKind: 'execution', targetId: '', details };
  const audit = auditOf(call, { at: options.clock.now(), action: 'execution.start', ...target });
  const request = {
    account,
    flow: { id: flowId, name: plan.name, version },
    inputs,
    by: ownerOf(principal),
    audit,
    ...(onlyLatest ? { onlyLatest } : {}),
    ...(idempotency === undefined ? {} : { idempotency }),
    ...(await place()),
  };
  return startAndReply(call, options, { waitMs, request });
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

/** Who starts, and hears of the end: a call, or what stands for the call of a share link. */
export type StartCall = Caller & Asker & { readonly principal: Principal };

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
    return replyOfExisting(call, options, { before: startedMeanwhile(thrown), waitMs });
  }
}

async function replyAtEnd(
  call: StartCall,
  options: HandlerOptions,
  start: {
    readonly started: StartedExecution;
    readonly request: StartRequest;
    readonly waitMs: number;
  },
): Promise<Reply | undefined> {
  const { store, waits } = options;
  const { started, request, waitMs } = start;
  const outcome = await waits.within(waitMs, call, (signal) => started.ended(signal));
  if (outcome === undefined) return undefined;
  const { account, flow, inputs, by, retry } = request;
  const origin = { startedBy: by, flowId: flow.id };
  if (!(await mayStillBeTold(call, options, origin))) return undefined;
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

/**
 * Answers a repeated start as the first one was. Errors: IDEMPOTENCY_MISMATCH where something else
 * was asked then, or somebody asked whose execution the principal may not see.
 */
export async function replyOfExisting(
  call: StartCall,
  options: HandlerOptions,
  { before, waitMs }: { readonly before: StartedBefore; readonly waitMs: number | undefined },
): Promise<Reply> {
  const { id, isSameRequest } = before;
  const account = options.store.account(call.principal.account);
  const first = await account.executions.get(id);
  if (first === undefined) throw noExecution(id);
  const isSeen = await mayBeTold(account, call.principal, first);
  if (!isSeen || !isSameRequest) throw idempotencyMismatch(isSeen ? id : undefined);
  const record = await executionAtEnd(call, options, { first, waitMs });
  const isTold = waitMs !== undefined && waitMs > 0 && isOver(record);
  if (!isTold || !(await mayStillBeTold(call, options, record))) {
    return acceptedReply(id, record.status);
  }
  return { status: 200, text: await recordText(account, record), headers: locationOf(id) };
}

/** The execution that was read first, as soon as it has ended or the wait is over. */
export async function executionAtEnd(
  call: StartCall,
  { store, dispatcher, waits }: HandlerOptions,
  { first, waitMs }: { readonly first: ExecutionRecord; readonly waitMs: number | undefined },
): Promise<ExecutionRecord> {
  if (waitMs === undefined || waitMs === 0 || isOver(first)) return first;
  const { account } = call.principal;
  const { id, lastSequence: after } = first;
  await waits.within(waitMs, call, async (signal) => {
    const entries = dispatcher.feed.follow(account, id, { after, signal });
    // The feed ends with the execution or the signal; what it tells is not needed.
    for await (const _entries of entries) if (signal.aborted) break;
  });
  return (await store.account(account).executions.get(id)) ?? first;
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
