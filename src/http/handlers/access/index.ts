import type { HandlerOptions } from '../handler-options.ts';
import { accountHandlers } from './accounts.ts';
import { invitationHandlers } from './invitations.ts';
import { keyHandlers } from './keys.ts';
import { meHandlers } from './me.ts';
import { peopleHandlers } from './people.ts';
import { recordedReads } from './recorded-reads.ts';
import { roleHandlers } from './roles.ts';
import { signInHandlers } from './sign-in.ts';

/** Signing in, people, roles, invitations, keys and accounts. */
export function accessHandlers(options: HandlerOptions & { readonly baseUrl: () => string }) {
  const handlers = {
    ...signInHandlers(options),
    ...meHandlers(options),
    ...peopleHandlers(options),
    ...invitationHandlers(options),
    ...roleHandlers(options),
    ...keyHandlers(options),
    ...accountHandlers(options),
  };
  return recordedReads(handlers, options);
}
