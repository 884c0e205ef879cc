import type { Selectable } from 'kysely';
import { ACCESS_LIMITS, type FlowId, type PersonId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Scoped } from '../scope.ts';
import type { ShareRecord, SharingStore } from '../sharing-store.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';
import { lockFlow } from './flow-lock.ts';
import { createLink, goodLinks } from './share-links.ts';

/** Shares and links are read where they are written: each answer decides what somebody may do. */
export function sharingStore({ write }: AccountScopes): SharingStore {
  return {
    putShare: (share, audit) =>
      write.transaction(async (scoped) => {
        await putShare(scoped, share);
        await appendAudit(scoped, audit);
      }),
    removeShare: (flow, person, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(flow) || !isUuid(person)) return false;
        const gone = await scoped.remove('flow_shares', { flow_id: flow, person_id: person });
        if (gone > 0) await appendAudit(scoped, audit);
        return gone > 0;
      }),
    shares: (flow) => sharesOf(write, flow),
    levels: (person, flows) => levelsOf(write, person, flows),
    createLink: (link, audit) =>
      write.transaction(async (scoped) => {
        await createLink(scoped, link);
        await appendAudit(scoped, audit);
        const { tokenHash: _, ...made } = link;
        return { ...made, uses: 0 };
      }),
    links: (flow, now) => goodLinks(write, flow, now),
    revokeLink: (flow, id, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(flow) || !isUuid(id)) return false;
        const good = { flow_id: flow, id, revoked_at: null };
        const revoked = await scoped.update('share_links', good, { revoked_at: audit.at });
        if (revoked > 0) await appendAudit(scoped, audit);
        return revoked > 0;
      }),
  };
}

async function putShare(scoped: Scoped, share: Omit<ShareRecord, 'username'>): Promise<void> {
  const { flow, person, level } = share;
  await lockFlow(scoped, flow);
  await lockPerson(scoped, person);
  const change = { level, created_by: storedText(share.createdBy), created_at: share.createdAt };
  const match = { flow_id: flow, person_id: person };
  if ((await scoped.update('flow_shares', match, change)) > 0) return;
  const { count } = await scoped
    .select('flow_shares')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('flow_id', '=', flow)
    .executeTakeFirstOrThrow();
  if (Number(count) >= ACCESS_LIMITS.sharesAFlow) {
    throw new AppError('LIMIT_REACHED', {
      message: `the flow is shared with ${ACCESS_LIMITS.sharesAFlow} people already`,
    });
  }
  await scoped.insert('flow_shares', { ...match, ...change });
}

/** Stays until the share is there. */
async function lockPerson(scoped: Scoped, person: PersonId): Promise<void> {
  const found = isUuid(person)
    ? await scoped
        .select('people')
        .select('id')
        .where('id', '=', person)
        .forKeyShare()
        .executeTakeFirst()
    : undefined;
  if (found === undefined) {
    throw new AppError('PERSON_NOT_FOUND', { message: `there is no person ${person}` });
  }
}

/** At most ACCESS_LIMITS.sharesAFlow. */
async function sharesOf(scoped: Scoped, flow: FlowId): Promise<readonly ShareRecord[]> {
  if (!isUuid(flow)) return [];
  const rows = await scoped
    .select('flow_shares')
    .selectAll()
    .where('flow_id', '=', flow)
    .orderBy('created_at')
    .orderBy('person_id')
    .limit(ACCESS_LIMITS.sharesAFlow)
    .execute();
  if (rows.length === 0) return [];
  const people = await scoped
    .select('people')
    .select(['id', 'username'])
    .where('id', 'in', scoped.select('flow_shares').select('person_id').where('flow_id', '=', flow))
    .execute();
  const names = new Map(people.map(({ id, username }) => [id, originalText(username)]));
  return rows.flatMap((row) => {
    const username = names.get(row.person_id);
    // Between the two questions somebody may have been removed.
    return username === undefined ? [] : [{ ...shareOf(row), username }];
  });
}

function shareOf(row: Selectable<ScopedTables['flow_shares']>): Omit<ShareRecord, 'username'> {
  return {
    // These columns were written from ids of these kinds.
    flow: row.flow_id as FlowId,
    person: row.person_id as PersonId,
    level: row.level,
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
  };
}

async function levelsOf(
  scoped: Scoped,
  person: PersonId,
  flows: readonly FlowId[],
): ReturnType<SharingStore['levels']> {
  const known = flows.filter(isUuid);
  if (!isUuid(person) || known.length === 0) return new Map();
  const rows = await scoped
    .select('flow_shares')
    .select(['flow_id', 'level'])
    .where('person_id', '=', person)
    .where((eb) => eb('flow_id', '=', eb.fn.any(eb.val(known))))
    .execute();
  return new Map(rows.map(({ flow_id, level }) => [flow_id as FlowId, level]));
}
