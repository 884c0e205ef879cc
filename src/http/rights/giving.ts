/**
 * Threat: somebody gives to others what they may not do themselves, and so does it by way of them,
 * or of a link that anybody may open (OWASP API5; claims G2.072, G2.073).
 */
import type { ShareLevel } from '../../contract/index.ts';
import { FLOW_ACTS, type FlowAct } from '../../guard/index.ts';
import type { FlowRecord } from '../../store/index.ts';
import { type Actor, decideAboutFlow, forbidden, type RightsStore } from './rights.ts';

/** What each level lets others do. A link to execute shows the flow too. */
export const ACTS_OF_LEVEL: Readonly<Record<ShareLevel, readonly FlowAct[]>> = {
  view: ['view'],
  execute: ['view', 'execute'],
  edit: ['view', 'execute', 'edit'],
};

/** What passes to whoever a flow is given to. */
export const ACTS_OF_OWNER: readonly FlowAct[] = FLOW_ACTS;

/** Refuses to give what the giver may not do. Errors: FORBIDDEN with why. */
export async function refuseToGive(
  store: Pick<RightsStore, 'sharing'>,
  giver: Actor,
  what: { readonly acts: readonly FlowAct[]; readonly flow: FlowRecord },
): Promise<void> {
  const { acts, flow } = what;
  for (const act of acts) {
    const { isAllowed, why } = await decideAboutFlow(store, giver, { act, flow });
    if (!isAllowed) throw forbidden(act, `you may not ${act} the flow yourself: ${why}`);
  }
}
