import type { Auth } from '../../auth/index.ts';
import type { FlowRecord, LinkFacts, Store } from '../../store/index.ts';
import { ACTS_OF_LEVEL } from './giving.ts';
import { decideAboutFlow } from './rights.ts';

/**
 * Whether a link still opens its flow: its maker may still share it, and do with it what the link
 * lets others do. So a link ends with the rights of who made it, at once, whether they left, lost
 * their role or gave the flow away, or the key by which they made it was revoked. That the link
 * itself is neither over nor revoked is the store's doing.
 */
export async function isLinkGood(
  {
    store,
    auth,
  }: { readonly store: Pick<Store, 'account'>; readonly auth: Pick<Auth, 'currentById'> },
  { account, link }: Pick<LinkFacts, 'account' | 'link'>,
  flow: FlowRecord,
): Promise<boolean> {
  const maker = (await auth.currentById(account, [link.createdBy])).get(link.createdBy);
  if (maker === undefined) return false;
  const of = store.account(account);
  for (const act of ['share', ...ACTS_OF_LEVEL[link.level]] as const) {
    if (!(await decideAboutFlow(of, maker, { act, flow })).isAllowed) return false;
  }
  return true;
}
