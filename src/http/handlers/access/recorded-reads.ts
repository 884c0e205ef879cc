import type { Principal } from '../../../auth/index.ts';
import type { Caller, Reply } from '../../call.ts';
import { auditOf } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';

/** Routes by which admins look at others and change nothing, and the records that they leave. */
const READS = {
  listPeople: ['people.read', 'account'],
  readPerson: ['person.read', 'person'],
  listPersonSessions: ['person.read-sessions', 'person'],
  listInvitations: ['invitations.read', 'account'],
  listAccounts: ['accounts.read', 'server'],
  readAccount: ['account.read', 'account'],
} as const;

type AdminCall = Caller & { readonly principal: Principal; readonly params?: unknown };
type Reading = (call: AdminCall) => Promise<Reply>;

/**
 * Threat: who runs the account looks up people unseen (claim G5.285). Each look of an admin leaves
 * a record, written before the answer is sent; what was not found leaves none.
 */
export function recordedReads<Given extends { readonly [Name in keyof typeof READS]: unknown }>(
  handlers: Given,
  { store, clock }: Pick<HandlerOptions, 'store' | 'clock'>,
): Given {
  const recorded = Object.entries(READS).map(([name, [action, targetKind]]) => {
    const handle = handlers[name as keyof typeof READS] as Reading; // Each of READS is one.
    const reading: Reading = async (call) => {
      const reply = await handle(call);
      const { account } = call.principal;
      const targetId = idOf(call.params) ?? account;
      const row = auditOf(call, { at: clock.now(), action, targetKind, targetId });
      await store.account(account).audit.append(row);
      return reply;
    };
    return [name, reading] as const;
  });
  return { ...handlers, ...Object.fromEntries(recorded) };
}

function idOf(params: unknown): string | undefined {
  return (params as { readonly id?: string } | undefined)?.id;
}
