import { afterThisTurn, foldName, type PersonId } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { SignInFacts } from '../store/index.ts';
import type { Authenticator, NewPerson, PasswordActs, SignInPlace } from './auth.ts';
import type { AuthParts } from './auth-parts.ts';
import { countedAs } from './counted-names.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import type { FailureWaits } from './failure-waits.ts';
import { tokenHash } from './keys-made.ts';
import type { PasswordChecks, PasswordRechecks } from './password-check.ts';
import type { Principal } from './principal.ts';
import { auditRow, ofPerson } from './sign-in-rows.ts';
import { badToken, refuseLostMaker } from './token-makers.ts';

interface ActParts {
  readonly parts: Pick<AuthParts, 'store' | 'audit' | 'clock' | 'passwords' | 'newId'>;
  readonly checks: PasswordChecks & PasswordRechecks;
  readonly waits: FailureWaits;
  readonly current: Pick<Authenticator, 'currentById'>;
}

/** What people do with passwords and one-time tokens; see PasswordActs. */
export function openPasswordActs(own: ActParts): PasswordActs {
  const { parts } = own;
  const confirm: PasswordActs['confirm'] = async (principal, password, place) => {
    await confirmOf(principal, password, { place, own });
  };
  return {
    confirm,
    changePassword: (principal, change, place) => changeOf(principal, change, { place, own }),
    forgotPassword: async (username, place) => {
      const facts = await parts.store.directory.signIn(username);
      if (facts === undefined) return;
      const what = { at: parts.clock.now(), action: 'auth.forgot-password', outcome: 'done' };
      const row = { ...what, ...ofPerson(facts.person.id), actor: 'nobody' } as const;
      // Not waited for, and not begun before the answer is sent: how long that takes shall not tell
      // that there is such a name. The refusal of a row is told by the store itself.
      const { audit } = parts.store.account(facts.account);
      const write = () => audit.append(auditRow({ ...row, outcome: 'done' }, place));
      afterThisTurn(() => void write().catch(() => undefined));
    },
    resetPassword: ({ token, password }, place) =>
      observed(resetOf({ token, password }, place, own), { place, own }),
    acceptInvitation: (token, person, place) =>
      observed(acceptOf(token, person, { place, own }), { place, own }),
  };
}

/** Who tries tokens is seen as who tries passwords is. */
async function observed<T>(act: Promise<T>, { place, own }: Acting): Promise<T> {
  try {
    return await act;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'TOKEN_INVALID') {
      const { address } = place;
      own.parts.audit.observe({ kind: 'failure', account: DEFAULT_ACCOUNT, address });
    }
    throw thrown;
  }
}

async function acceptOf(
  token: string,
  { username, password, displayName, email }: NewPerson,
  { place, own: { parts, current } }: Acting,
) {
  const { directory } = parts.store;
  const hashOfToken = tokenHash(token);
  const requireGood = async () => {
    const facts = await directory.invitationFacts(hashOfToken, parts.clock.now());
    if (facts === undefined) throw badToken();
    await refuseLostMaker(facts, current);
  };
  // Before the password is hashed, so that a bad token costs us little, and once more after that.
  await requireGood();
  const names = namesOf({ username, displayName, email });
  const passwordHash = await parts.passwords.hash(password, { names });
  await requireGood();
  const at = parts.clock.now();
  const id = parts.newId() as PersonId; // The maker of ids of people.
  const draft = { id, username, displayName, passwordHash, at };
  const what = { at, action: 'person.sign-up', outcome: 'done', details: {} } as const;
  const { person } = await directory.useInvitation(
    hashOfToken,
    email === undefined ? draft : { ...draft, email },
    auditRow({ ...what, ...ofPerson(id) }, place),
  );
  return person;
}

interface Acting {
  readonly place: SignInPlace;
  readonly own: ActParts;
}

async function confirmOf(principal: Principal, password: string, { place, own }: Acting) {
  const { person, account } = principal;
  // A key acts for a person and does not know their password; nor does it change it.
  if (principal.kind !== 'person' || person === undefined) {
    throw new AppError('NOT_A_PERSON', { message: 'this is for people who signed in' });
  }
  const { address } = place;
  const from = { address, session: principal.session };
  const checked = await own.checks.check({ username: person.username, password }, from);
  if ('facts' in checked && checked.facts.person.id === person.id) return checked.facts;
  throw await wrongPassword({ account, person }, { place, own });
}

async function wrongPassword(
  { account, person }: Pick<Principal, 'account'> & Required<Pick<Principal, 'person'>>,
  { place, own: { parts } }: Acting,
): Promise<AppError> {
  const row = {
    at: parts.clock.now(),
    ...ofPerson(person.id),
    action: 'auth.password-confirm',
    outcome: 'failed',
  } as const;
  await parts.store.account(account).audit.append(auditRow(row, place));
  const name = foldName(person.username);
  parts.audit.observe({ kind: 'failure', account, address: place.address, name });
  return new AppError('PASSWORD_WRONG', { message: 'the current password is wrong' });
}

async function changeOf(
  principal: Principal,
  change: Parameters<PasswordActs['changePassword']>[1],
  acting: Acting,
): Promise<void> {
  const { parts } = acting.own;
  const facts = await confirmOf(principal, change.current, acting);
  const { account, person } = facts;
  const hash = await parts.passwords.hash(change.next, { names: namesOf(person) });
  // Of HTTP Basic there is no session to keep.
  const keep = change.endOtherSessions ? principal.session : ('all' as const);
  const details = { endedOtherSessions: change.endOtherSessions };
  const set = async ({ passwordHash: ifPasswordHash }: SignInFacts) => {
    const at = parts.clock.now();
    const what = { at, action: 'person.password-change', outcome: 'done', details } as const;
    const row = auditRow({ ...what, ...ofPerson(person.id) }, acting.place);
    const { session: ifSession } = principal;
    const held = { ifPasswordHash, ...(ifSession === undefined ? {} : { ifSession }) };
    const kept = keep === undefined ? {} : { keep };
    const { people } = parts.store.account(account);
    await people.setPassword(person.id, { hash, at, ...kept, ...held }, row);
  };
  try {
    await set(facts);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'PASSWORD_WRONG') throw thrown;
    // Somebody set another password meanwhile, or a sign-in only made the hash of this one anew.
    const given = { username: person.username, password: change.current };
    const again = await acting.own.checks.again(given, {
      address: acting.place.address,
      session: principal.session,
    });
    if ('refused' in again) throw await wrongPassword({ account, person }, acting);
    await set(again.facts);
  }
}

async function resetOf(
  { token, password }: { readonly token: string; readonly password: string },
  place: SignInPlace,
  { parts, waits, current }: ActParts,
): Promise<void> {
  const { directory } = parts.store;
  const hashOfToken = tokenHash(token);
  const goodFacts = async () => {
    const facts = await directory.resetFacts(hashOfToken, parts.clock.now());
    if (facts === undefined) throw badToken();
    const { account, createdBy, person } = facts;
    await refuseLostMaker({ account, createdBy, ...roleOf(person) }, current);
    return facts;
  };
  // Before the password is hashed, so that a bad token costs us little, and once more after that.
  const { person } = await goodFacts();
  const hash = await parts.passwords.hash(password, { names: namesOf(person) });
  await goodFacts();
  const at = parts.clock.now();
  const what = { at, targetKind: 'person', action: 'person.password-reset', outcome: 'done' };
  await directory.useReset(
    hashOfToken,
    { hash, at },
    { ...what, outcome: 'done', requestId: place.requestId, address: place.address },
  );
  // Whoever could show the token need not wait for the failures of before.
  const counted = await countedAs(directory, person.username, place);
  for (const one of new Set([counted.own, counted.shared])) await waits.clear(one);
}

/** Nobody needs a right to give a role that is gone, which allows nothing. */
function roleOf({ role, rolePermissions = [] }: SignInFacts['person']) {
  return { role, rolePermissions };
}

/** What a password of this person may not be made of. */
export function namesOf(person: {
  readonly username: string;
  readonly displayName: string;
  readonly email?: string | undefined;
}): readonly string[] {
  const { username, displayName, email } = person;
  return [username, displayName, ...(email === undefined ? [] : [email])];
}
