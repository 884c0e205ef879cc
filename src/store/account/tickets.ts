import { ACCESS_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { TicketStore } from '../sharing-store.ts';
import { storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';

/** Tickets with which sockets of one account are opened; the directory uses them. */
export function ticketStore({ write }: AccountScopes): TicketStore {
  return {
    create: (ticket) =>
      write.transaction(async (scoped) => {
        const { tokenHash, at, expiresAt, session, execution } = ticket;
        const principal = storedText(ticket.principal);
        await scoped.lock(`tickets of ${principal}`);
        await scoped.remove('socket_tickets', (eb) =>
          eb.and([eb('principal', '=', principal), eb('expires_at', '<=', at)]),
        );
        const open = await scoped
          .select('socket_tickets')
          .select('token_hash')
          .where('principal', '=', principal)
          .limit(ACCESS_LIMITS.ticketsAPrincipal)
          .execute();
        if (open.length >= ACCESS_LIMITS.ticketsAPrincipal) {
          throw new AppError('LIMIT_REACHED', {
            message: `there are ${ACCESS_LIMITS.ticketsAPrincipal} tickets that were not used`,
            remedy: 'Use them, or wait until they expire.',
          });
        }
        await scoped.insert('socket_tickets', {
          token_hash: storedText(tokenHash),
          principal,
          session: session === undefined ? null : storedText(session),
          execution: execution === undefined ? null : storedText(execution),
          created_at: at,
          expires_at: expiresAt,
        });
      }),
  };
}
