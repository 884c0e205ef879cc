import type { Selectable } from 'kysely';
import { ACCESS_LIMITS, assert, type FlowId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Scoped } from '../scope.ts';
import type { LinkRecord, SharingStore } from '../sharing-store.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import { lockFlow } from './flow-lock.ts';

/** Inside a transaction. Errors: LIMIT_REACHED, FLOW_NOT_FOUND. */
export async function createLink(
  scoped: Scoped,
  link: Parameters<SharingStore['createLink']>[0],
): Promise<void> {
  const { id, flow, level, tokenHash, createdBy, createdAt, expiresAt } = link;
  assert(isUuid(id), 'the id of a link is a UUID');
  await lockFlow(scoped, flow);
  // What is over or revoked opens nothing any more; the record tells that it was.
  await scoped.remove('share_links', (eb) =>
    eb.and([
      eb('flow_id', '=', flow),
      eb.or([eb('revoked_at', 'is not', null), eb('expires_at', '<=', createdAt)]),
    ]),
  );
  if ((await goodLinks(scoped, flow, createdAt)).length >= ACCESS_LIMITS.linksAFlow) {
    throw new AppError('LIMIT_REACHED', {
      message: `the flow has ${ACCESS_LIMITS.linksAFlow} good links already`,
    });
  }
  await scoped.insert('share_links', {
    id,
    flow_id: flow,
    level,
    token_hash: tokenHash,
    created_by: storedText(createdBy),
    created_at: createdAt,
    expires_at: expiresAt,
    revoked_at: null,
  });
}

/** Neither revoked nor over, oldest first; at most ACCESS_LIMITS.linksAFlow. */
export async function goodLinks(
  scoped: Scoped,
  flow: FlowId,
  now: number,
): Promise<readonly LinkRecord[]> {
  if (!isUuid(flow)) return [];
  const rows = await scoped
    .select('share_links')
    .selectAll()
    .where('flow_id', '=', flow)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at')
    .orderBy('id')
    .limit(ACCESS_LIMITS.linksAFlow)
    .execute();
  return rows.map(linkOf);
}

function linkOf(row: Selectable<ScopedTables['share_links']>): LinkRecord {
  return {
    id: row.id,
    // The column was written from an id of this kind.
    flow: row.flow_id as FlowId,
    level: row.level,
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...(row.last_used_at === null ? {} : { lastUsedAt: Number(row.last_used_at) }),
    uses: row.uses,
  };
}
