import type { AccountId } from '../base/index.ts';
import type { AuditEntry } from '../store/index.ts';
import type { SignInPlace } from './auth.ts';

/** A record of this room; `what` says what, the place says from where. */
export function auditRow(
  what: Pick<AuditEntry, 'at' | 'actor' | 'action' | 'targetKind' | 'targetId' | 'outcome'> & {
    readonly details?: Readonly<Record<string, unknown>>;
  },
  { address, requestId }: Pick<SignInPlace, 'address' | 'requestId'>,
): AuditEntry {
  return { ...what, requestId, address };
}

/** A person of an account as the target of a record, acting for themselves. */
export function ofPerson(id: string): Pick<AuditEntry, 'actor' | 'targetKind' | 'targetId'> {
  return { actor: `person:${id}`, targetKind: 'person', targetId: id };
}

/** Where records go that belong to nobody. */
export type RecordsOf = (account: AccountId) => { append(entry: AuditEntry): Promise<void> };
