import { type AccountId, assert, type PersonId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { PERSON_COLUMNS, type PersonRow, personColumns, personOf } from '../account/person-row.ts';
import type { AccountRecord, AccountsStore } from '../accounts-store.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { PersonDraft, PersonRecord } from '../people-store.ts';
import { storedText } from '../stored-text.ts';
import { ACCOUNT_COLUMNS, type AccountRow, accountOf } from './account-row.ts';
import type { AccountsOptions } from './accounts.ts';
import { askRunningToEnd, endAllIdle } from './end-executions.ts';
import { insertAudit, inTransaction, NOW } from './transaction.ts';

/** Account and first admin, both or none. Errors: ACCOUNT_TAKEN, USERNAME_TAKEN. */
export function createAccount(
  { pool, isAuditOn }: AccountsOptions,
  { id, name, at }: Parameters<AccountsStore['create']>[0],
  admin: PersonDraft & { readonly id: PersonId; readonly audit: AuditEntry },
): Promise<{ readonly account: AccountRecord; readonly admin: PersonRecord }> {
  assert(id !== '' && storedText(id) === id, 'the id of an account is plain text');
  return inTransaction(pool, async (client) => {
    const made = await client.query<AccountRow>(
      `INSERT INTO sluice.accounts (id, name, created_at) VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING RETURNING ${ACCOUNT_COLUMNS}`,
      [id, storedText(name), at],
    );
    const [account] = made.rows;
    if (account === undefined) {
      throw new AppError('ACCOUNT_TAKEN', { message: `there is or was an account ${id}` });
    }
    const columns = { account_id: id, ...personColumns(admin.id, admin) };
    const names = Object.keys(columns);
    // Who has the name already is told by the constraint; see `cataloguedError`.
    const people = await client.query<PersonRow>(
      `INSERT INTO sluice.people (${names.join(', ')})
      VALUES (${names.map((_, place) => `$${place + 1}`).join(', ')})
      RETURNING ${PERSON_COLUMNS.join(', ')}`,
      Object.values(columns),
    );
    const [person] = people.rows;
    assert(person !== undefined, 'the row that was made is given');
    if (isAuditOn) await insertAudit(client, id, admin.audit);
    return { account: accountOf(account), admin: personOf(person) };
  });
}

interface Recorded {
  readonly entry: AuditEntry;
  readonly auditIn: AccountId;
}

/** Undefined where there is no such account, or none any more. */
export async function updateAccount(
  { pool, isAuditOn, announce }: AccountsOptions,
  id: AccountId,
  { name, status, entry, auditIn }: Parameters<AccountsStore['update']>[1] & Recorded,
): Promise<AccountRecord | undefined> {
  const updated = await inTransaction(pool, async (client) => {
    const { rows } = await client.query<AccountRow>(
      `UPDATE sluice.accounts SET name = coalesce($2, name), status = coalesce($3, status)
      WHERE id = $1 AND status <> 'deleting' RETURNING ${ACCOUNT_COLUMNS}`,
      [storedText(id), name === undefined ? null : storedText(name), status ?? null],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    // With the change or not at all: nobody is told that it is suspended while it works on.
    if (status === 'suspended') await askRunningToEnd(client, id);
    if (isAuditOn) await insertAudit(client, auditIn, entry);
    return accountOf(row);
  });
  if (updated !== undefined && status === 'suspended') announce();
  return updated;
}

/** False where there is no such account, or its deletion has begun before. */
export async function beginDeletion(
  { pool, isAuditOn, announce }: AccountsOptions,
  id: AccountId,
  { entry, auditIn }: Recorded,
): Promise<boolean> {
  const hasBegun = await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE sluice.accounts SET status = 'deleting', deleting_since = ${NOW}
      WHERE id = $1 AND status <> 'deleting'`,
      [storedText(id)],
    );
    if (rowCount === 0) return false;
    if (isAuditOn) await insertAudit(client, auditIn, entry);
    return true;
  });
  if (!hasBegun) return false;
  // The deletion has begun whatever comes of this, and asks for the same each time it goes on.
  await askRunningToEnd(pool, id)
    .then(() => endAllIdle(pool, id))
    .catch(() => undefined);
  announce();
  return true;
}
