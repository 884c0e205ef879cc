/**
 * Threat: a key that leaked makes keys, and those go on when it is revoked. A key ends with the one
 * that made it.
 */
import { AppError } from '../../errors/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import { appendAudit } from './audit.ts';

const KEY = /^key:(.+)$/;

/**
 * Inside the transaction that makes a key: where another key makes it, that one is good, and stays
 * so until the new one is there. Errors: KEY_REVOKED.
 */
export async function requireGoodMaker(scoped: Scoped, createdBy: string): Promise<void> {
  const id = KEY.exec(createdBy)?.[1] ?? '';
  // Keys of the settings are in no row.
  if (!isUuid(id)) return;
  const maker = await scoped
    .select('api_keys')
    .select('revoked_at')
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
  if (maker !== undefined && maker.revoked_at === null) return;
  throw new AppError('KEY_REVOKED', { message: `the key ${id} was revoked` });
}

/**
 * Inside a transaction that holds the row of this key: revokes what it made, what those made, and
 * so on, each with a record of its own.
 */
export async function revokeMade(
  scoped: Scoped,
  id: string,
  { at, audit }: { readonly at: number; readonly audit: AuditEntry },
): Promise<void> {
  for (const made of await descendants(scoped, id)) {
    const revoked = await scoped.update(
      'api_keys',
      { id: made, revoked_at: null },
      { revoked_at: at },
    );
    if (revoked === 0) continue;
    await appendAudit(scoped, { ...audit, targetId: made, details: { madeBy: `key:${id}` } });
  }
}

/** As `revokeMade`, where the key ends earlier: nothing that came of it is good for longer. */
export async function boundMade(scoped: Scoped, id: string, expiresAt: number): Promise<void> {
  for (const made of await descendants(scoped, id)) {
    await scoped.update(
      'api_keys',
      (eb) =>
        eb.and([
          eb('id', '=', made),
          eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', expiresAt)]),
        ]),
      { expires_at: expiresAt },
    );
  }
}

/**
 * Those that are not revoked, of which a person has at most ACCESS_LIMITS.keysAPerson. What is
 * revoked has left none behind, and makes none.
 */
async function descendants(scoped: Scoped, id: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let makers: readonly string[] = [id];
  while (makers.length > 0) {
    const names = makers.map((maker) => storedText(`key:${maker}`));
    const rows = await scoped
      .select('api_keys')
      .select(['id', 'created_by'])
      .where((eb) => eb('created_by', '=', eb.fn.any(eb.val(names))))
      .where('revoked_at', 'is', null)
      .execute();
    makers = rows.map((row) => originalText(row.id)).filter((made) => !found.has(made));
    for (const made of makers) found.add(made);
  }
  return found;
}
