import type { Updateable } from 'kysely';
import { ACCESS_LIMITS, type KeyId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { KeyChange, KeyDraft, KeyRecord, KeyStore } from '../key-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';
import { boundMade, requireGoodMaker, revokeMade } from './key-descent.ts';
import { keyUsage, reservePlace } from './key-places.ts';
import { KEY_COLUMNS, type KeyRow, keyColumns, keyOf } from './key-row.ts';

/** API keys of one account. */
export function keyStore({ read, write }: AccountScopes): KeyStore {
  return {
    create: (draft, audit) =>
      write.transaction(async (scoped) => {
        await requireRoom(scoped, draft);
        await requireGoodMaker(scoped, draft.createdBy);
        await scoped.insert('api_keys', keyColumns(draft));
        await appendAudit(scoped, audit);
        const { hash: _hash, ...record } = draft;
        return record;
      }),
    get: async (id) => {
      if (!isUuid(id)) return undefined;
      const row = await keys(write).where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : keyOf(row);
    },
    list: (filter, page) => listKeys(read, filter, page),
    update: (id, change, audit) =>
      write.transaction(async (scoped) => {
        const key = await changeKey(scoped, id, { columns: changedColumns(change), audit });
        const { expiresAt } = change;
        if (key !== undefined && typeof expiresAt === 'number') {
          await boundMade(scoped, id, expiresAt);
        }
        return key;
      }),
    rotate: (id, change, audit) =>
      write.transaction(async (scoped) => {
        // Of two at once the second one retires what the first one made.
        if ((await lockedKey(scoped, id)) === undefined) return undefined;
        const columns = await rotatedColumns(scoped, id, change);
        return await changeKey(scoped, id, { columns, audit });
      }),
    revoke: (id, at, audit) =>
      write.transaction(async (scoped) => {
        const row = await lockedKey(scoped, id);
        if (row === undefined || row.revoked_at !== null) return row && keyOf(row);
        await scoped.update('api_keys', { id }, { revoked_at: at });
        await appendAudit(scoped, audit);
        await revokeMade(scoped, id, { at, audit });
        return keyOf({ ...row, revoked_at: at });
      }),
    usage: (id, now) => keyUsage(write, id, now),
    reserve: (id, execution, now) => reservePlace(write, id, { execution, now }),
  };
}

/** Nothing else of a key is read than what a record is made of. */
function keys(scoped: Scoped) {
  return scoped.select('api_keys').select(KEY_COLUMNS);
}

async function lockedKey(scoped: Scoped, id: KeyId): Promise<KeyRow | undefined> {
  if (!isUuid(id)) return undefined;
  return await keys(scoped).where('id', '=', id).forUpdate().executeTakeFirst();
}

async function requireRoom(scoped: Scoped, { person }: KeyDraft): Promise<void> {
  await scoped.lock(`keys of ${person ?? 'nobody'}`);
  const there = await scoped
    .select('api_keys')
    .select('id')
    .where('person_id', person === undefined ? 'is' : '=', person ?? null)
    .where('revoked_at', 'is', null)
    .limit(ACCESS_LIMITS.keysAPerson)
    .execute();
  if (there.length < ACCESS_LIMITS.keysAPerson) return;
  throw new AppError('LIMIT_REACHED', {
    message: `there are at most ${ACCESS_LIMITS.keysAPerson} keys that are not revoked`,
  });
}

type KeyColumns = Omit<Updateable<ScopedTables['api_keys']>, 'account_id'>;

/** What is not named stays; null takes a limit away. */
function changedColumns(change: KeyChange): KeyColumns {
  const { name, scopes, networks, minutesAMonth, concurrentExecutions, expiresAt } = change;
  return {
    ...(name === undefined ? {} : { name: storedText(name) }),
    ...(scopes === undefined ? {} : { scopes: scopes.map(storedText) }),
    ...(networks === undefined ? {} : { networks: networks.map(storedText) }),
    ...(minutesAMonth === undefined ? {} : { minutes_a_month: minutesAMonth }),
    ...(concurrentExecutions === undefined ? {} : { concurrent_executions: concurrentExecutions }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
}

async function changeKey(
  scoped: Scoped,
  id: KeyId,
  { columns, audit }: { readonly columns: KeyColumns; readonly audit: AuditEntry },
): Promise<KeyRecord | undefined> {
  const row = await lockedKey(scoped, id);
  if (row === undefined) return undefined;
  if (row.revoked_at !== null) {
    throw new AppError('KEY_REVOKED', { message: `the key ${id} was revoked` });
  }
  if (Object.keys(columns).length > 0) await scoped.update('api_keys', { id }, columns);
  await appendAudit(scoped, audit);
  const after = await keys(scoped).where('id', '=', id).executeTakeFirst();
  return after && keyOf(after);
}

async function rotatedColumns(
  scoped: Scoped,
  id: KeyId,
  change: Parameters<KeyStore['rotate']>[1],
): Promise<KeyColumns> {
  const { prefix, hash, at, graceUntil } = change;
  const columns = { prefix: storedText(prefix), hash: storedText(hash), rotated_at: at };
  if (graceUntil === undefined) return { ...columns, former_hash: null, former_until: null };
  const row = await scoped
    .select('api_keys')
    .select('hash')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { ...columns, former_hash: row.hash, former_until: graceUntil };
}

async function listKeys(
  scoped: Scoped,
  { of: whose, before }: Parameters<KeyStore['list']>[0],
  page: Parameters<KeyStore['list']>[1],
): ReturnType<KeyStore['list']> {
  const of = { account: scoped.account, list: 'keys' };
  const after = positionOf(page, of);
  let query = keys(scoped);
  if (whose === 'nobody') query = query.where('person_id', 'is', null);
  else if (typeof whose === 'object') {
    const { key } = whose;
    if (!isUuid(key)) return { items: [] };
    query = query.where('person_id', 'is', null);
    query = query.where((eb) =>
      eb.or([eb('id', '=', key), eb('created_by', '=', storedText(`key:${key}`))]),
    );
  } else if (whose !== undefined) {
    if (!isUuid(whose)) return { items: [] };
    query = query.where('person_id', '=', whose);
  }
  if (before !== undefined) {
    query = query.where((eb) => eb(eb.fn.coalesce('rotated_at', 'created_at'), '<', before));
  }
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.at, after.id)),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const position = (row: KeyRow) => ({ at: Number(row.created_at), id: row.id });
  return pageOf(rows, { ...page, of }, { item: keyOf, position });
}
