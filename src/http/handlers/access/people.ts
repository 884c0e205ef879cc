import { namesOf, ownerOf } from '../../../auth/index.ts';
import { ACCESS_LIMITS, type PersonId, type SessionId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { PersonRecord } from '../../../store/index.ts';
import type { Call, Caller, Handlers, Reply } from '../../call.ts';
import { stillHolding } from '../../rights/index.ts';
import { auditOf, fromTo } from '../audit-of.ts';
import { isoTime } from '../flow-view.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { pageOfQuery, pageReply } from '../paging.ts';
import { type CallOfOne, given, noPerson, reply } from './replies.ts';
import { refuseHigherPerson, refuseHigherRole } from './rights.ts';
import { personView, sessionView } from './views.ts';

type People = Pick<
  Handlers,
  | 'listPeople'
  | 'createPerson'
  | 'readPerson'
  | 'updatePerson'
  | 'removePerson'
  | 'resetPersonPassword'
  | 'listPersonSessions'
  | 'endPersonSessions'
  | 'endPersonSession'
>;

/** The people of an account, for its admins. */
export function peopleHandlers(options: HandlerOptions): People {
  const { store, clock } = options;
  return {
    listPeople: async (call) => {
      const { people } = store.account(call.principal.account);
      const filter = given({ search: call.query.search });
      const { items, nextCursor } = await people.list(filter, pageOfQuery(call.query));
      return pageReply(items.map(personView), nextCursor);
    },
    createPerson: (call) => createPerson(call, options),
    readPerson: async (call) => reply(200, personView(await personOf(call, options))),
    updatePerson: (call) => updatePerson(call, options),
    removePerson: async (call) => {
      const person = await personOf(call, options);
      const account = store.account(call.principal.account);
      if (person.id === call.principal.person?.id) {
        // Their flows would pass to nobody.
        throw new AppError('FORBIDDEN', {
          message: 'you cannot remove yourself',
          remedy: 'Have another admin do it.',
          details: { why: 'you cannot remove yourself' },
        });
      }
      await refuseHigherPerson(call.principal, person, account);
      const flowsTo = ownerOf(call.principal);
      const row = rowOf(call, person.id, { at: clock.now(), action: 'person.remove' });
      const details = { username: person.username, flowsTo };
      const isGone = await account.people.remove(person.id, flowsTo, { ...row, details });
      if (!isGone) throw noPerson(person.id);
      return { status: 204 };
    },
    resetPersonPassword: (call) => resetPassword(call, options),
    listPersonSessions: async (call) => {
      const person = await personOf(call, options);
      const { sessions, roles } = store.account(call.principal.account);
      // From where they come is what somebody would have to know who means to be taken for them.
      await refuseHigherPerson(call.principal, person, { roles });
      const open = await sessions.list(person.id, clock.now());
      const items = open.map((one) => sessionView(one, call.principal.session));
      return reply(200, { items });
    },
    endPersonSessions: async (call) => {
      const person = await personOf(call, options);
      const { sessions, roles } = store.account(call.principal.account);
      await refuseHigherPerson(call.principal, person, { roles });
      const row = rowOf(call, person.id, { at: clock.now(), action: 'person.end-sessions' });
      return reply(200, { ended: await sessions.endAll(person.id, undefined, row) });
    },
    endPersonSession: async (call) => {
      const person = await personOf(call, options);
      const { sessions, roles } = store.account(call.principal.account);
      await refuseHigherPerson(call.principal, person, { roles });
      const session = call.params.session as SessionId; // Read by the schema of the route.
      const at = clock.now();
      const what = { at, action: 'person.end-session', details: { session } };
      const found = await sessions.get(session);
      const isTheirs = found?.person === person.id;
      if (isTheirs && (await sessions.end(session, rowOf(call, person.id, what)))) {
        return { status: 204 };
      }
      throw new AppError('SESSION_NOT_FOUND', { message: `they have no open session ${session}` });
    },
  };
}

/** Errors: PERSON_NOT_FOUND. */
async function personOf(call: CallOfOne, { store }: HandlerOptions): Promise<PersonRecord> {
  const id = call.params.id as PersonId; // Read by the schema of the route.
  const person = await store.account(call.principal.account).people.get(id);
  if (person === undefined) throw noPerson(id);
  return person;
}

function rowOf(
  call: Pick<CallOfOne, keyof Caller | 'principal'>,
  id: PersonId,
  what: {
    readonly at: number;
    readonly action: string;
    readonly details?: Readonly<Record<string, unknown>>;
  },
) {
  const { details = {} } = what;
  return auditOf(call, { ...what, details, targetKind: 'person', targetId: id });
}

async function createPerson(call: Call<'createPerson'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock, auth, newId } = options;
  const { username, email, role, displayName = username, password } = call.body;
  const account = store.account(call.principal.account);
  await refuseHigherRole(call.principal, role, account);
  const made = password === undefined ? auth.passwords.generate() : undefined;
  const names = namesOf({ username, displayName, email });
  const passwordHash = await auth.passwords.hash(made ?? password ?? '', { names });
  // Hashes wait for each other, so who asks may have been removed meanwhile.
  const principal = await stillHolding(auth, call.principal, 'accounts:admin');
  await refuseHigherRole(principal, role, account);
  const at = clock.now();
  const id = newId() as PersonId; // The maker of ids of people.
  const draft = { username, displayName, role, passwordHash, at, ...given({ email }) };
  const row = rowOf(call, id, { at, action: 'person.create', details: { username, role } });
  const person = await account.people.create(id, draft, row);
  return reply(201, { ...personView(person), password: made });
}

async function updatePerson(call: Call<'updatePerson'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock } = options;
  const before = await personOf(call, options);
  const account = store.account(call.principal.account);
  await refuseHigherPerson(call.principal, before, account);
  const { role, isActive } = call.body;
  if (role !== undefined) await refuseHigherRole(call.principal, role, account);
  const at = clock.now();
  const change = given(call.body);
  const changed = Object.keys(change);
  // What people write of themselves is in no record.
  const details = { changed, ...fromTo(before, given({ role, isActive })) };
  const row = rowOf(call, before.id, { at, action: 'person.update', details });
  const person = await account.people.update(before.id, { ...change, at }, row);
  if (person === undefined) throw noPerson(before.id);
  return reply(200, personView(person));
}

async function resetPassword(
  call: Call<'resetPersonPassword'>,
  options: HandlerOptions,
): Promise<Reply> {
  const { store, clock, auth } = options;
  const person = await personOf(call, options);
  const account = store.account(call.principal.account);
  // Whoever holds the token becomes the person.
  await refuseHigherPerson(call.principal, person, account);
  const { token, hash } = auth.makeToken();
  const at = clock.now();
  const expiresAt = at + ACCESS_LIMITS.resetTokenMs;
  const row = rowOf(call, person.id, { at, action: 'person.reset-token' });
  const { id: createdBy } = call.principal;
  const reset = { person: person.id, tokenHash: hash, createdBy, at, expiresAt };
  await account.resets.create(reset, row);
  return reply(201, { token, expiresAt: isoTime(expiresAt) });
}
