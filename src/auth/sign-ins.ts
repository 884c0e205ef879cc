import { AppError } from '../errors/index.ts';
import type { SignInFacts } from '../store/index.ts';
import type { SignInPlace, SignIns, Tokens } from './auth.ts';
import type { AuthParts } from './auth-parts.ts';
import type { PasswordChecks, PasswordRechecks, RefusedCheck } from './password-check.ts';
import type { SessionTokens } from './session-tokens.ts';
import type { ShownName } from './shown-names.ts';
import { auditRow, ofPerson } from './sign-in-rows.ts';

interface SignInParts {
  readonly parts: Pick<AuthParts, 'store' | 'audit' | 'clock' | 'passwords' | 'settings' | 'log'>;
  readonly checks: PasswordChecks & PasswordRechecks;
  readonly sessions: SessionTokens;
  readonly shownName: ShownName;
}

/** Signing in and out; see SignIns for what it tells whom. */
export function openSignIns(own: SignInParts): Pick<SignIns, 'signIn' | 'signOut'> {
  const { parts, checks, sessions } = own;
  return {
    signIn: async (given, place) => {
      const checked = await checks.check(given, place);
      if ('refused' in checked) throw await refusal(checked.refused, place, parts);
      const { facts, failures } = checked;
      const details = await noticeOf(facts, failures, { place, parts });
      const passwordHash = await renewHash(facts, given.password, parts);
      const begin = (holding: SignInFacts) => sessions.begin(holding, place, details);
      const tokens =
        (await unlessRefused(begin({ ...facts, passwordHash }))) ??
        (await beginAgain(given, { own, begin, place }));
      const { people } = parts.store.account(facts.account);
      await people.noteSignIn(facts.person.id, parts.clock.now());
      return tokens;
    },
    signOut: async ({ account, person, session }, place) => {
      // Silence would let somebody believe that what they hold is worth nothing any more.
      if (session === undefined || person === undefined) {
        const message = 'a key or a password sent along has no session that could end';
        throw new AppError('NOT_A_PERSON', { message });
      }
      const what = { at: parts.clock.now(), action: 'auth.sign-out', outcome: 'done' } as const;
      const row = auditRow({ ...what, ...ofPerson(person.id), details: { session } }, place);
      await parts.store.account(account).sessions.end(session, row);
    },
  };
}

/** Undefined where what was judged does not hold any more. */
function unlessRefused(beginning: Promise<Tokens>): Promise<Tokens | undefined> {
  return beginning.catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'SIGN_IN_REFUSED') return undefined;
    throw thrown;
  });
}

/**
 * What was judged has changed since: the password, which is no good then, or only its hash, which
 * another sign-in made anew. Who changes it twice while we look is asked to come again.
 */
async function beginAgain(
  given: Parameters<SignIns['signIn']>[0],
  {
    own: { parts, checks, shownName },
    begin,
    place,
  }: {
    readonly own: SignInParts;
    readonly begin: (facts: SignInFacts) => Promise<Tokens>;
    readonly place: SignInPlace;
  },
): Promise<Tokens> {
  const again = await checks.again(given, place);
  if ('refused' in again) throw await refusal(again.refused, place, parts);
  const tokens = await unlessRefused(begin(again.facts));
  if (tokens !== undefined) return tokens;
  const { account, person } = again.facts;
  const name = shownName(given.username);
  throw await refusal({ account, person: person.id, name, reason: 'wrong' }, place, parts);
}

async function refusal(
  { account, person, name, reason }: RefusedCheck,
  place: SignInPlace,
  { store, audit, clock }: SignInParts['parts'],
): Promise<AppError> {
  const row = {
    at: clock.now(),
    actor: 'nobody',
    action: 'auth.sign-in',
    targetKind: 'person',
    targetId: person ?? 'unknown',
    outcome: 'failed',
    details: { username: name, reason },
  } as const;
  await store.account(account).audit.append(auditRow(row, place));
  audit.observe({ kind: 'failure', account, address: place.address, name });
  return new AppError('SIGN_IN_REFUSED', { message: 'name or password is wrong' });
}

/** What the person and the admins may want to look at (ASVS 5.0 6.3.5). */
async function noticeOf(
  { account, person }: SignInFacts,
  failures: number,
  { place, parts }: { readonly place: SignInPlace; readonly parts: SignInParts['parts'] },
): Promise<Readonly<Record<string, unknown>>> {
  const open = await parts.store.account(account).sessions.list(person.id, parts.clock.now());
  const isNew = open.length > 0 && open.every(({ address }) => address !== place.address);
  const notice = [...(failures > 0 ? ['after-failures'] : []), ...(isNew ? ['new-address'] : [])];
  const count = failures > 0 ? { failures } : {};
  return notice.length === 0 ? {} : { notice, ...count };
}

/**
 * Hashes of fewer rounds than BCRYPT_ROUNDS are made anew while the password is at hand. Gives the
 * hash that should be kept now.
 */
async function renewHash(
  { account, person, passwordHash }: SignInFacts,
  password: string,
  { passwords, settings, store, log }: SignInParts['parts'],
): Promise<string> {
  // The hash of the settings stays, or the next start would take the new one for a change.
  if (!passwords.isOld(passwordHash) || passwordHash === settings.adminPassword) {
    return passwordHash;
  }
  try {
    const hash = await passwords.hash(password, { names: [person.username] });
    await store.account(account).people.rehash(person.id, passwordHash, hash);
    return hash;
  } catch (thrown) {
    // Too weak for the rules of today, or too many at once: the old hash serves as before.
    log.debug('a password hash was not made anew', { person: person.id, error: thrown });
    return passwordHash;
  }
}
