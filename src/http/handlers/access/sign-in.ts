import { type Auth, namesOf, personPrincipal, type Tokens } from '../../../auth/index.ts';
import type { AccountId, PersonId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { AuditEntry } from '../../../store/index.ts';
import type { Call, Handlers, Reply } from '../../call.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { given, placeOf, reply } from './replies.ts';
import { type SignInCookies, signInCookies } from './sign-in-cookies.ts';
import { personView } from './views.ts';

type SignIn = Pick<
  Handlers,
  'signIn' | 'refreshTokens' | 'signOut' | 'signUp' | 'forgotPassword' | 'resetPassword'
>;

/** Signing in and out, signing up, and what follows a forgotten password. */
export function signInHandlers(
  options: HandlerOptions & { readonly baseUrl: () => string },
): SignIn {
  const { auth } = options;
  const cookies = signInCookies(options.baseUrl);
  return {
    signIn: async (call) => {
      const { username, password, cookies: wantsCookies } = call.body;
      const tokens = await auth.signIn({ username, password }, placeOf(call));
      if (wantsCookies) await endOfBefore(call, auth);
      return tokensReply(tokens, wantsCookies ? cookies : undefined);
    },
    refreshTokens: async (call) => {
      const sent = call.body.refreshToken;
      const token = sent ?? cookies.refreshToken(call.header('cookie'));
      if (token === undefined) {
        throw new AppError('SESSION_OVER', { message: 'the request has no refresh token' });
      }
      const tokens = await auth.refresh(token, placeOf(call));
      return tokensReply(tokens, sent === undefined ? cookies : undefined);
    },
    signOut: async (call) => {
      await auth.signOut(call.principal, placeOf(call));
      return call.way === 'cookie' ? { status: 204, cookies: cookies.cleared() } : { status: 204 };
    },
    signUp: (call) => signUp(call, options),
    forgotPassword: async (call) => {
      await auth.forgotPassword(call.body.username, placeOf(call));
      const message = 'If there is such a person, an admin of the account sees the request.';
      return reply(202, { message });
    },
    resetPassword: async (call) => {
      const { token, password } = call.body;
      await auth.resetPassword({ token, password }, placeOf(call));
      return { status: 204 };
    },
  };
}

/** With cookies no token stands in the body, where a script could read it. */
function tokensReply(tokens: Tokens, cookies: SignInCookies | undefined): Reply {
  const seconds = (ms: number) => Math.ceil(ms / 1_000);
  const body = {
    tokenType: 'Bearer',
    expiresIn: seconds(tokens.expiresInMs),
    refreshExpiresIn: seconds(tokens.refreshExpiresInMs),
    person: personView(tokens.person),
  };
  if (cookies === undefined) {
    const { accessToken, refreshToken } = tokens;
    return reply(200, { ...body, accessToken, refreshToken });
  }
  const { csrfToken } = tokens;
  return { ...reply(200, { ...body, csrfToken }), cookies: cookies.set(tokens) };
}

async function signUp(call: Call<'signUp'>, options: HandlerOptions): Promise<Reply> {
  const { username, password, email, invitation } = call.body;
  const { displayName = username } = call.body;
  const { signUp: allowed, auth } = options;
  const isOpen = invitation === undefined ? allowed === 'open' : allowed !== 'closed';
  if (!isOpen) {
    const message =
      allowed === 'invitation' ? 'this needs an invitation' : 'nobody can sign up here';
    throw new AppError('SIGN_UP_CLOSED', { message });
  }
  const wanted = { username, password, displayName, ...given({ email }) };
  const person =
    invitation === undefined
      ? await signUpAlone(call, wanted, options)
      : await auth.acceptInvitation(invitation, wanted, placeOf(call));
  return reply(201, personView(person));
}

/** A person in an account of their own. Errors: PASSWORD_WEAK, USERNAME_TAKEN. */
async function signUpAlone(
  { requestId, address }: Call<'signUp'>,
  { password, ...person }: Parameters<HandlerOptions['auth']['acceptInvitation']>[1],
  { auth, clock, newId, store }: HandlerOptions,
) {
  const passwordHash = await auth.passwords.hash(password, { names: namesOf(person) });
  const at = clock.now();
  const account = newId() as AccountId; // The maker of ids of accounts.
  const id = newId() as PersonId; // And of those of people.
  const row: AuditEntry = {
    at,
    actor: personPrincipal(id),
    action: 'account.sign-up',
    targetKind: 'account',
    targetId: account,
    outcome: 'done',
    requestId,
    address,
    details: { admin: person.username },
  };
  const { admin } = await store.accounts.create(
    { id: account, name: person.displayName, at },
    { id, ...person, role: 'admin', passwordHash, at },
    row,
  );
  return admin;
}

/**
 * The session that the same browser had: its cookies are replaced, so nobody can end it any more.
 */
async function endOfBefore(call: Call<'signIn'>, auth: Auth): Promise<void> {
  const cookie = call.header('cookie');
  if (cookie === undefined) return;
  const { address, requestId } = call;
  const before = await auth.identify({ headers: ['cookie', cookie], address, requestId });
  if ('principal' in before) await auth.signOut(before.principal, placeOf(call));
}
