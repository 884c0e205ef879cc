import type { Principal } from '../../../auth/index.ts';
import type { PersonId, SessionId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { Call, Handlers, Reply } from '../../call.ts';
import { auditOf } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { given, noPerson, placeOf, reply } from './replies.ts';
import { personView, sessionView } from './views.ts';

type Me = Pick<
  Handlers,
  | 'whoAmI'
  | 'updateMe'
  | 'changePassword'
  | 'listMySessions'
  | 'endMySession'
  | 'endMyOtherSessions'
>;

/** What everybody may do about themselves. */
export function meHandlers(options: HandlerOptions): Me {
  const { clock, auth } = options;
  return {
    whoAmI: (call) => whoAmI(call, options),
    updateMe: (call) => updateMe(call, options),
    changePassword: async (call) => {
      const { current, new: next, endOtherSessions } = call.body;
      const change = { current, next, endOtherSessions };
      await auth.changePassword(call.principal, change, placeOf(call));
      return { status: 204 };
    },
    listMySessions: async ({ principal }) => {
      const { id, sessions } = ownSessions(principal, options);
      const open = await sessions.list(id, clock.now());
      return reply(200, { items: open.map((one) => sessionView(one, principal.session)) });
    },
    endMySession: async (call) => {
      const { id, sessions } = ownSessions(call.principal, options);
      const session = call.params.id as SessionId; // Read by the schema of the route.
      const found = await sessions.get(session);
      const isEnded =
        found?.person === id && (await sessions.end(session, endRow(call, session, clock.now())));
      if (isEnded) return { status: 204 };
      throw new AppError('SESSION_NOT_FOUND', { message: `you have no open session ${session}` });
    },
    endMyOtherSessions: async (call) => {
      const { principal } = call;
      const { id, sessions } = ownSessions(principal, options);
      const target = { targetKind: 'person', targetId: id, details: {} };
      const action = 'person.end-other-sessions';
      const row = auditOf(call, { at: clock.now(), action, ...target });
      return reply(200, { ended: await sessions.endAll(id, principal.session, row) });
    },
  };

  function endRow(call: Call<'endMySession'>, session: SessionId, at: number) {
    const target = { targetKind: 'session', targetId: session, details: {} };
    return auditOf(call, { at, action: 'session.end', ...target });
  }
}

/** A key acts for a person and is not that person. Errors: NOT_A_PERSON. */
function personOf(principal: Principal): PersonId {
  if (principal.kind === 'person' && principal.person !== undefined) return principal.person.id;
  throw new AppError('NOT_A_PERSON', { message: 'this is for people who signed in' });
}

function ownSessions(principal: Principal, { store }: HandlerOptions) {
  const { sessions } = store.account(principal.account);
  return { id: personOf(principal), sessions };
}

async function whoAmI(
  { principal, way }: Call<'whoAmI'>,
  { store, auth }: HandlerOptions,
): Promise<Reply> {
  const { id, kind, account, permissions, person, session } = principal;
  const record = person && (await store.account(account).people.get(person.id));
  return reply(200, {
    id,
    kind,
    account,
    permissions: [...permissions].sort(),
    role: person?.role,
    person: record && personView(record),
    session,
    csrfToken: way === 'cookie' && session !== undefined ? auth.csrfToken(session) : undefined,
  });
}

async function updateMe(call: Call<'updateMe'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock, auth } = options;
  const { principal } = call;
  const id = personOf(principal);
  const { password, ...wanted } = call.body;
  // Whoever has the mail address gets the mail that sets a new password.
  if (wanted.email !== undefined) {
    if (password === undefined) {
      const message = 'a new mail address asks for the current password';
      throw new AppError('PASSWORD_WRONG', { message, remedy: 'Send it as password.' });
    }
    await auth.confirm(principal, password, placeOf(call));
  }
  const at = clock.now();
  const change = given(wanted);
  const target = { targetKind: 'person', targetId: id, details: { changed: Object.keys(change) } };
  const row = auditOf(call, { at, action: 'person.update', ...target });
  const { people } = store.account(principal.account);
  const { session } = principal;
  // A reset of the password ends the session, and with it what was under way.
  const held = session === undefined ? {} : { ifSession: session };
  const person = await people.update(id, { ...change, ...held, at }, row);
  if (person === undefined) throw noPerson(id);
  return reply(200, personView(person));
}
