import { ownerOf } from '../../auth/index.ts';
import {
  emptyMap,
  type FlowId,
  isMap,
  STORE_LIMITS,
  toValue,
  type ValueMap,
} from '../../base/index.ts';
import type { StepRecord } from '../../contract/index.ts';
import { stepsToReuse } from '../../engine/index.ts';
import { AppError } from '../../errors/index.ts';
import type { AccountStore, ExecutionRecord, KeptValue } from '../../store/index.ts';
import type { Handler } from '../call.ts';
import { auditOf } from './audit-of.ts';
import { executionFor } from './flow-of.ts';
import type { HandlerOptions } from './handler-options.ts';
import { idempotencyOf, startedBefore } from './idempotency.ts';
import { stepOf } from './journal-pages.ts';
import { textOf } from './kept-value.ts';
import { keyPlace } from './key-place.ts';
import { noFlow } from './not-found.ts';
import { checkedInputs, isOver, replyOfExisting, startAndReply } from './start.ts';
import { waitMsOf } from './waits.ts';

/** A retry is a new execution on the inputs of the old one, which keeps what need not run again. */
export function retryHandler(options: HandlerOptions): Handler<'retryExecution'> {
  const { store, plans, clock } = options;
  return async (call) => {
    const waitMs = waitMsOf(call.query.wait);
    const { principal, body } = call;
    const account = store.account(principal.account);
    const previous = await executionFor(store, call, 'retry');
    refuseRunning(previous);
    const { id } = previous;
    const flowId = previous.flowId as FlowId;
    const asked = { retry: id, from: body.from ?? null, version: body.version ?? null };
    const idempotency = idempotencyOf(call.header('idempotency-key'), asked);
    if (idempotency !== undefined) {
      const before = await startedBefore(account.executions, flowId, idempotency);
      if (before !== undefined) return replyOfExisting(call, options, { before, waitMs });
    }
    // A deleted flow starts nothing any more, also not by way of its executions.
    if ((await account.flows.get(flowId)) === undefined) throw noFlow(flowId);
    const version = body.version ?? previous.version;
    const plan = await plans.get(principal.account, flowId, version);
    const ranPlan = await plans.get(principal.account, flowId, previous.version);
    const from = body.from === undefined ? {} : { from: body.from };
    const ran = { id, plan: ranPlan, steps: await allSteps(account, previous), ...from };
    const steps = stepsToReuse(plan, ran);
    const inputs = checkedInputs(options, plan, await mapOf(account, previous.inputs));
    const details = { flowId, version, of: id, reused: steps.length, ...from };
    const what = { at: clock.now(), action: 'execution.retry', targetKind: 'execution', details };
    return startAndReply(call, options, {
      waitMs,
      request: {
        account: principal.account,
        flow: { id: flowId, name: plan.name, version },
        inputs,
        by: ownerOf(principal),
        retry: { of: id, steps },
        audit: auditOf(call, { ...what, targetId: '' }),
        ...(idempotency === undefined ? {} : { idempotency }),
        ...(await keyPlace(principal, options)()),
      },
    });
  };
}

function refuseRunning(record: ExecutionRecord): void {
  if (isOver(record)) return;
  const message = `execution ${record.id} has not ended yet`;
  throw new AppError('EXECUTION_RUNNING', { message });
}

/** All steps of an execution; there are at most ENGINE_LIMITS.steps. */
async function allSteps(
  { executions }: AccountStore,
  { id, lastSequence }: ExecutionRecord,
): Promise<readonly StepRecord[]> {
  const steps: StepRecord[] = [];
  for (let last = 0; last < lastSequence; ) {
    const entries = await executions.entries(id, last, STORE_LIMITS.entriesAPage);
    for (const entry of entries) {
      const found = stepOf(entry);
      if (found !== undefined) steps.push(found.step);
    }
    last = entries.at(-1)?.sequence ?? lastSequence;
  }
  return steps;
}

async function mapOf({ blobs }: AccountStore, kept: KeptValue): Promise<ValueMap> {
  const text = 'json' in kept ? kept.json : textOf(await blobs.get(kept.ref.blob));
  const value = toValue(JSON.parse(text));
  return isMap(value) ? value : emptyMap();
}
