import type { ShareRecord } from '../../../store/index.ts';
import type { Handlers } from '../../call.ts';
import { ACTS_OF_LEVEL, refuseToGive } from '../../rights/index.ts';
import { auditOf } from '../audit-of.ts';
import { flowFor } from '../flow-of.ts';
import { isoTime } from '../flow-view.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { pageReply } from '../paging.ts';
import { personIn } from './person-in.ts';

type Shares = Pick<Handlers, 'listShares' | 'putShare' | 'removeShare'>;

/** Flows shared with people of the account, by whoever may share them. */
export function shareHandlers({ store, clock }: HandlerOptions): Shares {
  return {
    listShares: async (call) => {
      const { id } = await flowFor(store, call, 'share');
      const shares = await store.account(call.principal.account).sharing.shares(id);
      return pageReply(shares.map(shareView), undefined);
    },
    putShare: async (call) => {
      const shared = await flowFor(store, call, 'share');
      const account = store.account(call.principal.account);
      const { level } = call.body;
      const given = { acts: ACTS_OF_LEVEL[level], flow: shared };
      await refuseToGive(account, call.principal, given);
      const { id: flow } = shared;
      const { id: person, username } = await personIn(account, call.params.person);
      const [createdAt, createdBy] = [clock.now(), call.principal.id];
      const target = { targetKind: 'flow', targetId: flow, details: { person, level } };
      const audit = auditOf(call, { at: createdAt, action: 'flow.share', ...target });
      const share = { flow, person, level, createdBy, createdAt };
      await account.sharing.putShare(share, audit);
      return { status: 200, text: JSON.stringify(shareView({ ...share, username })) };
    },
    removeShare: async (call) => {
      const { id: flow } = await flowFor(store, call, 'share');
      const account = store.account(call.principal.account);
      const { id: person } = await personIn(account, call.params.person);
      const target = { targetKind: 'flow', targetId: flow, details: { person } };
      const audit = auditOf(call, { at: clock.now(), action: 'flow.unshare', ...target });
      // Where it was not shared with them, it is as it should be.
      await account.sharing.removeShare(flow, person, audit);
      return { status: 204 };
    },
  };
}

function shareView({ person, username, level, createdBy, createdAt }: ShareRecord) {
  return { person, username, level, createdBy, createdAt: isoTime(createdAt) };
}
