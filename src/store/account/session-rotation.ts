/**
 * Threat: somebody copied a refresh token (RFC 9700, 4.14.2). A token is good once; when it comes a
 * second time, either the thief or the owner has used it before, and as nobody can tell which of
 * the two has the newer one, both lose the session.
 */
import type { SessionId } from '../../base/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { Scoped } from '../scope.ts';
import type { Rotation, SessionStore } from '../session-store.ts';
import { storedText } from '../stored-text.ts';
import { appendAudit } from './audit.ts';

/** So many requests of one session may overtake another; what came before is taken for a theft. */
const FORMER_KEPT = 8;

interface RotationRequest {
  readonly change: Parameters<SessionStore['rotate']>[1];
  readonly audits: { readonly rotated: AuditEntry; readonly reuse: AuditEntry };
}

/** Inside a transaction; see SessionStore.rotate. */
export async function rotateSession(
  scoped: Scoped,
  id: SessionId,
  { change, audits }: RotationRequest,
): Promise<Rotation> {
  const { at, idleSince } = change;
  // The lock lets one in at a time: the others see what the first one left.
  const row = await scoped
    .select('sessions')
    .select(['refresh_hash', 'former_hashes', 'former_until', 'last_seen_at', 'refreshed_at'])
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', at)
    .where('last_seen_at', '>=', idleSince)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) return 'over';
  const from = storedText(change.from);
  if (row.refresh_hash === from) {
    const { former_hashes: hashes, former_until: until } = row;
    await scoped.update(
      'sessions',
      { id },
      {
        refresh_hash: storedText(change.to),
        former_hashes: [from, ...hashes].slice(0, FORMER_KEPT),
        former_until: [at, ...until.map(Number)].slice(0, FORMER_KEPT),
        refreshed_at: Math.max(at, Number(row.refreshed_at)),
        last_seen_at: Math.max(at, Number(row.last_seen_at)),
      },
    );
    await appendAudit(scoped, audits.rotated);
    return 'rotated';
  }
  const usedAt = row.former_until[row.former_hashes.indexOf(from)];
  // Two of one millisecond cannot be told apart, and the refused one gains nothing.
  if (usedAt !== undefined && change.arrivedAt <= Number(usedAt)) return 'concurrent';
  await scoped.update('sessions', { id }, { ended_at: at });
  await appendAudit(scoped, audits.reuse);
  return 'reused';
}
