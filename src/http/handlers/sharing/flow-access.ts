import { personPrincipal } from '../../../auth/index.ts';
import type { PersonId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import { FLOW_ACTS, type FlowAct } from '../../../guard/index.ts';
import type { Call, Handlers, Reply } from '../../call.ts';
import {
  ACTS_OF_LEVEL,
  ACTS_OF_OWNER,
  decideAboutFlow,
  forbidden,
  refuseToGive,
} from '../../rights/index.ts';
import { auditOf } from '../audit-of.ts';
import { flowFor } from '../flow-of.ts';
import { flowView } from '../flow-view.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { noFlow } from '../not-found.ts';
import { personIn } from './person-in.ts';

type FlowAccess = Pick<Handlers, 'flowAccess' | 'updateFlowSettings'>;

/** What one may do with a flow, and to whom it belongs. */
export function accessHandlersOfFlows(options: HandlerOptions): FlowAccess {
  return {
    flowAccess: (call) => flowAccess(call, options),
    updateFlowSettings: (call) => updateFlowSettings(call, options),
  };
}

/** Who may not see a flow is told why they may not, and nothing else of it. */
async function flowAccess(call: Call<'flowAccess'>, { store }: HandlerOptions): Promise<Reply> {
  const flow = await flowFor(store, call, 'view');
  const account = store.account(call.principal.account);
  const decide = (act: FlowAct) => decideAboutFlow(account, call.principal, { act, flow });
  const decided = await Promise.all(
    FLOW_ACTS.map(async (act) => [act, await decide(act)] as const),
  );
  return { status: 200, text: JSON.stringify(Object.fromEntries(decided)) };
}

async function updateFlowSettings(
  call: Call<'updateFlowSettings'>,
  { store, clock }: HandlerOptions,
): Promise<Reply> {
  const flow = await flowFor(store, call, 'share');
  const { isPublic, owner } = call.body;
  const account = store.account(call.principal.account);
  if (isPublic === undefined && owner === undefined) {
    throw new AppError('BODY_INVALID', {
      message: 'the body changes nothing',
      remedy: 'Give isPublic, owner, or both.',
      details: { issues: [{ path: 'body', message: 'isPublic or owner is needed' }] },
    });
  }
  const acts = [
    // Whoever is of the account may see and run a public flow.
    ...(isPublic === true ? ACTS_OF_LEVEL.execute : []),
    ...(owner === undefined ? [] : ACTS_OF_OWNER),
  ];
  await refuseToGive(account, call.principal, { acts, flow });
  const person = owner === undefined ? undefined : await personIn(account, owner as PersonId);
  if (person?.isActive === false) {
    throw forbidden('share', `${person.username} is not active`);
  }
  const change = {
    ...(isPublic === undefined ? {} : { isPublic }),
    ...(person === undefined ? {} : { owner: personPrincipal(person.id) }),
  };
  const at = clock.now();
  const target = { targetKind: 'flow', targetId: flow.id };
  const details = { ...change, before: { owner: flow.owner, isPublic: flow.isPublic } };
  const audit = auditOf(call, { at, action: 'flow.access', ...target, details });
  const changed = await account.flows.setAccess(flow.id, { ...change, at }, audit);
  if (changed === undefined) throw noFlow(flow.id);
  return { status: 200, text: JSON.stringify(flowView(changed)) };
}
