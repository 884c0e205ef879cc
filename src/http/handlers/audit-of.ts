import type { Principal } from '../../auth/index.ts';
import type { AuditEntry } from '../../store/index.ts';
import type { Caller } from '../call.ts';

/** The record of something that a call does, committed with what it does. */
export function auditOf(
  call: Caller & { readonly principal: Principal },
  what: Pick<AuditEntry, 'at' | 'action' | 'targetKind' | 'targetId' | 'details'>,
): AuditEntry {
  const { principal, requestId, address } = call;
  return { ...what, actor: principal.id, outcome: 'done', requestId, address };
}
