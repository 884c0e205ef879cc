/**
 * Threat: a token that is good once is used twice, at once or later (ASVS 5.0 6.4; claim G2.086).
 * The account is found by the token; then its row is changed in the scope of that account, in the
 * transaction of what the token allows, and only who changed it goes on.
 */
import type { AccountId, PersonId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { appendAudit } from '../account/audit.ts';
import { changePassword } from '../account/password-change.ts';
import { PERSON_COLUMNS, personColumns, personOf } from '../account/person-row.ts';
import type { DirectoryStore, InvitationFacts, ResetFacts } from '../directory-store.ts';
import type { Scoped } from '../scope.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { Asking, DirectoryOptions, Statement } from './ask.ts';
import { PERSON_BY_RESET } from './identities-sql.ts';
import { type SignInRow, signInFactsOf } from './person-facts.ts';

interface TokenUse extends Pick<DirectoryOptions, 'scopeOf'> {
  readonly ask: Asking;
  readonly tokenHash: string;
}

/** $1: the hash of a token, $2: the time. */
const INVITATION: Statement = {
  name: 'invitation-by-token',
  text: `
    SELECT i.account_id, i.role, i.created_by, r.permissions AS role_permissions
    FROM sluice.invitations AS i
    JOIN sluice.accounts AS a ON a.id = i.account_id AND a.status = 'active'
    LEFT JOIN sluice.roles AS r ON r.account_id = i.account_id AND r.name = i.role
    WHERE i.token_hash = $1 AND i.used_at IS NULL AND i.expires_at > $2::bigint`,
};

interface InvitationRow {
  readonly account_id: AccountId;
  readonly role: string;
  readonly created_by: string;
  readonly role_permissions: readonly string[] | null;
}

/** See DirectoryStore.invitationFacts. */
export async function invitationFacts(
  ask: Asking,
  tokenHash: string,
  now: number,
): Promise<InvitationFacts | undefined> {
  const [row] = await ask.read<InvitationRow>(INVITATION, [storedText(tokenHash), now]);
  if (row === undefined) return undefined;
  return {
    account: row.account_id,
    role: originalText(row.role),
    ...(row.role_permissions === null
      ? {}
      : { rolePermissions: row.role_permissions.map(originalText) }),
    createdBy: originalText(row.created_by),
  };
}

/** See DirectoryStore.useInvitation. */
export async function useInvitation(
  { ask, scopeOf, tokenHash }: TokenUse,
  ...[person, audit]: NextOf<'useInvitation'>
): ReturnType<DirectoryStore['useInvitation']> {
  const hash = storedText(tokenHash);
  const found = await invitationFacts(ask, tokenHash, person.at);
  if (found === undefined) throw invalid();
  const made = await scopeOf(found.account).transaction(async (scoped) => {
    const role = await takeInvitation(scoped, hash, person.at);
    const { id, ...draft } = person;
    await scoped.insert('people', personColumns(id, { ...draft, role }));
    await appendAudit(scoped, { ...audit, targetId: id });
    const row = await scoped
      .select('people')
      .select(PERSON_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return personOf(row);
  });
  return { account: found.account, person: made };
}

/** Gives the role. Of two at once the second one waits, and then finds it used. */
async function takeInvitation(scoped: Scoped, hash: string, at: number): Promise<string> {
  const row = await scoped
    .select('invitations')
    .select(['id', 'role'])
    .where('token_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw invalid();
  await scoped.update('invitations', { id: row.id }, { used_at: at });
  return originalText(row.role);
}

/** See DirectoryStore.resetFacts. */
export async function resetFacts(
  ask: Asking,
  tokenHash: string,
  now: number,
): Promise<ResetFacts | undefined> {
  const values = [storedText(tokenHash), now];
  const [row] = await ask.read<SignInRow & { readonly created_by: string }>(
    PERSON_BY_RESET,
    values,
  );
  if (row === undefined) return undefined;
  return { ...signInFactsOf(row), createdBy: originalText(row.created_by) };
}

/** See DirectoryStore.useReset. */
export async function useReset(
  { ask, scopeOf, tokenHash }: TokenUse,
  ...[change, audit]: NextOf<'useReset'>
): ReturnType<DirectoryStore['useReset']> {
  const facts = await resetFacts(ask, tokenHash, change.at);
  if (!(facts?.isAccountActive && facts.person.isActive)) throw invalid();
  const { account, person } = facts;
  const token = { token_hash: storedText(tokenHash), person_id: person.id };
  await scopeOf(account).transaction(async (scoped) => {
    await lockPerson(scoped, person.id);
    if ((await scoped.remove('reset_tokens', token)) === 0) throw invalid();
    await changePassword(scoped, person.id, change);
    const actor = `person:${person.id}`;
    await appendAudit(scoped, { ...audit, actor, targetId: person.id });
  });
  return { account, person: person.id };
}

/** The same lock as that of who makes a token, taken first here as there. */
async function lockPerson(scoped: Scoped, id: PersonId): Promise<void> {
  const query = scoped.select('people').select('id').where('id', '=', id).forNoKeyUpdate();
  await query.executeTakeFirst();
}

/** The parameters but for the token. */
type NextOf<Method extends 'useInvitation' | 'useReset'> =
  Parameters<DirectoryStore[Method]> extends [string, ...infer Next] ? Next : never;

function invalid(): AppError {
  return new AppError('TOKEN_INVALID', { message: 'the token is not good, or not any more' });
}
