import type { Principal } from '../../../auth/index.ts';
import { emptyMap, isMap } from '../../../base/index.ts';
import type { FlowRecord, FlowVersionRecord, LinkFacts } from '../../../store/index.ts';
import type { Call, Handlers, Reply } from '../../call.ts';
import { isLinkGood } from '../../rights/index.ts';
import { auditOf } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { noLink } from '../not-found.ts';
import { checkedInputs, type StartCall, startAndReply } from '../start.ts';
import { waitMsOf } from '../waits.ts';

/** What the holder of a link waits for a flow that they run. */
const WAIT = '30s';

/**
 * Threat: a link travels in addresses, so it ends up in logs and histories and is tried by guessing
 * (OWASP API1). It opens one flow, to see or to run, until it is over or revoked or its maker may
 * not share the flow any more; whatever is wrong with it is answered alike.
 */
export function sharedHandlers(
  options: HandlerOptions,
): Pick<Handlers, 'readShared' | 'executeShared'> {
  return {
    readShared: (call) => readShared(call, options),
    executeShared: (call) => executeShared(call, options),
  };
}

interface Shared {
  readonly facts: LinkFacts;
  readonly flow: FlowRecord;
  readonly version: FlowVersionRecord;
}

async function sharedBy(
  { params }: Call<'readShared'> | Call<'executeShared'>,
  options: HandlerOptions,
): Promise<Shared> {
  const { store, auth, clock } = options;
  const facts = await store.directory.useLink(auth.tokenHash(params.token), clock.now());
  if (facts === undefined || !facts.isAccountActive) throw noLink();
  const { flows } = store.account(facts.account);
  const flow = await flows.get(facts.link.flow);
  if (flow === undefined || !(await isLinkGood(options, facts, flow))) throw noLink();
  const version = await flows.version(flow.id, flow.version);
  if (version === undefined) throw noLink();
  return { facts, flow, version };
}

/** Never kept by anything on the way: the link may be revoked. */
const NOT_STORED = { 'cache-control': 'no-store' } as const;

async function readShared(call: Call<'readShared'>, options: HandlerOptions): Promise<Reply> {
  const { facts, flow, version } = await sharedBy(call, options);
  const { name, description } = flow;
  const { format, source, grants } = version;
  const body = { name, description, version: version.version, format, source, grants };
  const text = JSON.stringify({ ...body, level: facts.link.level });
  return { status: 200, text, headers: NOT_STORED };
}

async function executeShared(call: Call<'executeShared'>, options: HandlerOptions): Promise<Reply> {
  const waitMs = waitMsOf(call.query.wait ?? WAIT);
  const { facts, flow, version } = await sharedBy(call, options);
  // A link to see a flow runs nothing; that it is good for something is not told either.
  if (facts.link.level !== 'execute') throw noLink();
  const starter = starterOf(call, facts);
  const { account, id: by } = starter.principal;
  const plan = await options.plans.get(account, flow.id, version.version);
  const given = isMap(call.given.inputs) ? call.given.inputs : emptyMap();
  const inputs = checkedInputs(options, plan, given);
  const details = { flowId: flow.id, version: version.version, link: facts.link.id };
  const target = { targetKind: 'execution', targetId: '', details };
  const audit = auditOf(starter, { at: options.clock.now(), action: 'execution.start', ...target });
  const started = { id: flow.id, name: plan.name, version: version.version };
  const request = { account, flow: started, inputs, by, audit };
  const { headers: _place, ...reply } = await startAndReply(starter, options, { request, waitMs });
  // Where the execution is to be read is of no use to who has only the link.
  return { ...reply, headers: NOT_STORED };
}

/** The call as if the link had asked: a principal that may do nothing but this. */
function starterOf(call: Call<'executeShared'>, { account, link }: LinkFacts): StartCall {
  const { requestId, address, agent, arrivedAt } = call;
  const principal: Principal = {
    id: `link:${link.id}`,
    kind: 'link',
    account,
    permissions: new Set(),
  };
  return { requestId, address, agent, arrivedAt, principal, onGone: (act) => call.onGone(act) };
}
