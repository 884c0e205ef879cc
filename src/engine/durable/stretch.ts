import {
  type AccountId,
  type Clock,
  DISPATCH_LIMITS,
  type ExecutionId,
  type ValueMap,
} from '../../base/index.ts';
import type { Capabilities } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Plan } from '../../language/index.ts';
import type { Log } from '../../log/index.ts';
import type { ClaimedExecution, Store } from '../../store/index.ts';
import type { Spawn, Visit } from '../ports.ts';
import { type CapabilityProvider, spawnNode } from '../spawn-node.ts';
import type { MayRun } from './dispatcher.ts';
import { keptValue } from './entries.ts';
import { type History, NO_HISTORY, readHistory } from './history.ts';
import type { Plans } from './plans.ts';
import type { Stretch } from './segment-options.ts';

type Given = Partial<Capabilities> | CapabilityProvider;

/** For whom capabilities are made. */
export interface CapabilityRequest {
  readonly account: AccountId;
  readonly execution: ExecutionId;
  readonly plan: Plan;
}

/** Where a stretch comes from. */
export interface StretchSource {
  readonly store: Pick<Store, 'account'>;
  readonly plans: Plans;
  readonly clock: Clock;
  readonly log: Log;
  /** What the nodes of one execution may use; as `spawnNode` takes it. */
  readonly capabilities: (request: CapabilityRequest) => Given | Promise<Given>;
  /** Asked when the turn of an execution comes that waited. Absent: all may. */
  readonly mayRun?: MayRun;
}

/** How visits of one execution run. */
export async function spawnOf(source: StretchSource, request: CapabilityRequest): Promise<Spawn> {
  const given = source.capabilities(request);
  const onUnsafe = unsafeTeller(source.log, request);
  return spawnNode(given instanceof Promise ? await given : given, source.clock, { onUnsafe });
}

/** Tells the server's log once for each node of an execution; its step says it each time. */
function unsafeTeller(log: Log, { account, execution }: CapabilityRequest) {
  const told = new Set<string>();
  return ({ node: { name: node } }: Visit) => {
    if (told.has(node)) return;
    told.add(node);
    log.warn('a template of the level unsafe is rendered', { account, execution, node });
  };
}

/**
 * Reads what a claimed execution goes on from. Errors: FORBIDDEN where who started it may not any
 * more; EXECUTION_PARKED where it has ended too many processes; those of Plans.get; BLOB_NOT_FOUND;
 * STORE_UNAVAILABLE.
 */
export async function claimedStretch(
  claimed: ClaimedExecution,
  source: StretchSource,
): Promise<Stretch> {
  const { id, account, lastSequence, reason } = claimed;
  const store = source.store.account(account);
  await checkMayRun(claimed, source);
  const history = lastSequence === 0 ? NO_HISTORY : await readHistory(store, id, lastSequence);
  if (reason === 'takeover') checkParked(claimed, history);
  const plan = await source.plans.get(account, claimed.flowId, claimed.version);
  // It is the map of inputs that the header was made with.
  const inputs = (await keptValue(claimed.inputs, store.blobs)) as ValueMap;
  const spawn = await spawnOf(source, { account, execution: id, plan });
  return { plan, inputs, history, spawn, ...(lastSequence === 0 ? {} : { reason }) };
}

/**
 * Threat: somebody whose rights were taken away goes on by what they put into the queue before.
 * Asked for each turn anew, since nothing about rights outlives a turn. What cannot be asked is no
 * failure of the execution: the turn ends in silence, and comes again.
 */
async function checkMayRun(
  { id, account, startedBy, flowId }: ClaimedExecution,
  { mayRun, store, clock, log }: StretchSource,
): Promise<void> {
  if (mayRun === undefined) return;
  let why: string | undefined;
  try {
    why = await mayRun({ id, account, startedBy, flowId });
  } catch (cause) {
    log.warn('whether an execution may run could not be asked', { execution: id, error: cause });
    const message = 'whether the execution may run could not be asked';
    throw new AppError('STORE_UNAVAILABLE', { message, cause });
  }
  if (why === undefined) return;
  await store.account(account).audit.append({
    at: clock.now(),
    actor: startedBy,
    action: 'execution.refused',
    targetKind: 'execution',
    targetId: id,
    outcome: 'denied',
    details: { why },
  });
  throw new AppError('FORBIDDEN', {
    message: `it may not run: ${why}`,
    remedy: 'Have somebody start it who may.',
    details: { act: 'execute', why },
    retryable: false,
  });
}

/**
 * An execution that ends every process which runs it would go round for ever. Each takeover is an
 * entry of its journal before anything runs; those since the last step count, and those that the
 * store has counted because not even that entry was written.
 */
function checkParked(claimed: ClaimedExecution, history: History): void {
  const takeovers = Math.max(claimed.takeovers, history.takeovers + 1);
  if (takeovers <= DISPATCH_LIMITS.takeovers) return;
  const { underWay } = history;
  const nodes = underWay.length === 0 ? 'no node' : underWay.join(', ');
  throw new AppError('EXECUTION_PARKED', {
    message: `${takeovers} processes in a row ended while they ran it; under way: ${nodes}`,
    details: { nodes: underWay },
    retryable: false,
  });
}
