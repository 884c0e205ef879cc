import type { Handlers } from '../../call.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { accessHandlersOfFlows } from './flow-access.ts';
import { linkHandlers } from './links.ts';
import { sharedHandlers } from './shared.ts';
import { shareHandlers } from './shares.ts';
import { ticketHandler } from './ticket.ts';

type SharingRoute =
  | 'flowAccess'
  | 'updateFlowSettings'
  | 'listShares'
  | 'putShare'
  | 'removeShare'
  | 'listLinks'
  | 'createLink'
  | 'revokeLink'
  | 'readShared'
  | 'executeShared'
  | 'openSocketTicket';

/** With whom flows are shared, what links open, and tickets for sockets. */
export function sharingHandlers(
  options: HandlerOptions & { readonly baseUrl: () => string },
): Pick<Handlers, SharingRoute> {
  return {
    ...accessHandlersOfFlows(options),
    ...shareHandlers(options),
    ...linkHandlers(options),
    ...sharedHandlers(options),
    openSocketTicket: ticketHandler(options),
  };
}
