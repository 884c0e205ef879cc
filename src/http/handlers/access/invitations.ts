import { AppError } from '../../../errors/index.ts';
import type { Handlers } from '../../call.ts';
import { auditOf } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { pageOfQuery, pageReply } from '../paging.ts';
import { given, reply } from './replies.ts';
import { refuseHigherPerson, refuseHigherRole } from './rights.ts';
import { DAY_MS, invitationView } from './views.ts';

type Invitations = Pick<Handlers, 'createInvitation' | 'listInvitations' | 'withdrawInvitation'>;

/** Invitations to an account: one-time tokens that carry a role. */
export function invitationHandlers(options: HandlerOptions): Invitations {
  const { store, clock, auth, newId } = options;
  return {
    createInvitation: async (call) => {
      const { role, email, days } = call.body;
      const account = store.account(call.principal.account);
      await refuseHigherRole(call.principal, role, account);
      const { token, hash } = auth.makeToken();
      const id = newId();
      const at = clock.now();
      const draft = {
        id,
        role,
        createdBy: call.principal.id,
        createdAt: at,
        expiresAt: at + days * DAY_MS,
        tokenHash: hash,
        ...given({ email }),
      };
      const target = { targetKind: 'invitation', targetId: id };
      const row = auditOf(call, { at, action: 'invitation.create', ...target, details: { role } });
      const invitation = await account.invitations.create(draft, row);
      return reply(201, { ...invitationView(invitation), token });
    },
    listInvitations: async (call) => {
      const { invitations } = store.account(call.principal.account);
      const { items, nextCursor } = await invitations.list(pageOfQuery(call.query));
      return pageReply(items.map(invitationView), nextCursor);
    },
    withdrawInvitation: async (call) => {
      const { id } = call.params;
      const { invitations, roles } = store.account(call.principal.account);
      const open = await invitations.get(id);
      if (open !== undefined) await refuseHigherPerson(call.principal, open, { roles });
      const target = { targetKind: 'invitation', targetId: id, details: {} };
      const row = auditOf(call, { at: clock.now(), action: 'invitation.withdraw', ...target });
      if (await invitations.withdraw(id, row)) return { status: 204 };
      throw new AppError('INVITATION_NOT_FOUND', { message: `there is no open invitation ${id}` });
    },
  };
}
