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

/** What a change makes of the members that it names: `{name: {from, to}}`, null where none is. */
export function fromTo(
  before: object,
  change: object,
): Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>> {
  const old = new Map(Object.entries(before));
  const pairs = Object.entries(change).map(([name, to]) => {
    return [name, { from: old.get(name) ?? null, to }] as const;
  });
  return Object.fromEntries(pairs);
}
