import type { ExecutionId, FlowId, KeyId, PersonId, SessionId } from '../../src/base/index.ts';
import type { AccountStore } from '../../src/store/index.ts';
import { hashOf, keyDraft, keyId, personDraft, personId, sessionDraft } from './access-rows.ts';
import { auditOf, draftOf, NOW } from './open-test-store.ts';

/** What account A has, and account B asks for. */
export interface Target {
  readonly flow: FlowId;
  readonly execution: ExecutionId;
  readonly blob: string;
  readonly person: PersonId;
  readonly username: string;
  readonly session: SessionId;
  readonly key: KeyId;
  readonly invitation: string;
  readonly link: string;
}

export type Act = (store: AccountStore, target: Target) => Promise<unknown>;
/** One act for each method that there is; one that is added does not compile without its own. */
type Acts = { readonly [Part in keyof AccountStore]: Record<keyof AccountStore[Part], Act> };

const page = { limit: 50 };
const audit = auditOf('b');
const RESET = { hash: 'stolen', at: NOW };
const ROLE = { name: 'robot', description: 'stolen', permissions: ['accounts:admin'] };
const TOKEN = { tokenHash: hashOf('of b'), at: NOW, expiresAt: NOW + 9 };
const ROTATION = { from: hashOf('first'), to: hashOf('b'), at: NOW, arrivedAt: NOW, idleSince: 0 };
const SHARE = { level: 'edit', createdBy: 'b', createdAt: NOW } as const;

const flows: Acts['flows'] = {
  create: (store, { flow }) => store.flows.create(flow, draftOf(), audit),
  update: (store, { flow }) => store.flows.update(flow, draftOf({ source: 'stolen' }), { audit }),
  get: (store, { flow }) => store.flows.get(flow),
  version: (store, { flow }) => store.flows.version(flow),
  versions: (store, { flow }) => store.flows.versions(flow, page),
  list: (store) => store.flows.list({}, page),
  setAccess: (store, { flow }) =>
    store.flows.setAccess(flow, { isPublic: true, owner: 'person:b', at: NOW }, audit),
  remove: (store, { flow }) => store.flows.remove(flow, audit),
};

const executions: Acts['executions'] = {
  get: (store, { execution }) => store.executions.get(execution),
  list: (store) => store.executions.list({}, page),
  findByIdempotencyKey: (store, { flow }) => store.executions.findByIdempotencyKey(flow, 'k'),
  entries: (store, { execution }) => store.executions.entries(execution, 0, 100),
  progress: (store, { execution }) => store.executions.progress([execution]),
  cancelWaiting: (store) => store.executions.cancelWaiting({ startedBy: 'key:admin-1' }, audit),
  cancel: (store, { execution }) => store.executions.cancel(execution, audit),
};

const people: Acts['people'] = {
  create: (store) => store.people.create(personId(), personDraft(), audit),
  get: (store, { person }) => store.people.get(person),
  byUsername: (store, { username }) => store.people.byUsername(username),
  list: (store) => store.people.list({}, page),
  update: (store, { person }) =>
    store.people.update(person, { role: 'admin', isActive: false, at: NOW }, audit),
  setPassword: (store, { person }) => store.people.setPassword(person, RESET, audit),
  rehash: (store, { person }) => store.people.rehash(person, 'hash of a password', 'stolen'),
  passwordHash: (store, { person }) => store.people.passwordHash(person),
  noteSignIn: (store, { person }) => store.people.noteSignIn(person, NOW + 9),
  remove: (store, { person }) => store.people.remove(person, 'key:b', audit),
  isAnybody: (store) => store.people.isAnybody(),
};

const roles: Acts['roles'] = {
  list: (store) => store.roles.list(),
  get: (store) => store.roles.get('robot'),
  put: (store) => store.roles.put(ROLE, NOW, audit),
  remove: (store) => store.roles.remove('robot', audit),
};

const invitations: Acts['invitations'] = {
  create: (store, { invitation }) => {
    const times = { createdAt: NOW, expiresAt: NOW + 9 };
    const draft = { id: invitation, role: 'user', createdBy: 'b', ...times };
    return store.invitations.create({ ...draft, tokenHash: hashOf(`${invitation} of b`) }, audit);
  },
  get: (store, { invitation }) => store.invitations.get(invitation),
  list: (store) => store.invitations.list(page),
  withdraw: (store, { invitation }) => store.invitations.withdraw(invitation, audit),
};

const sessions: Acts['sessions'] = {
  create: (store, { person }) => store.sessions.create(sessionDraft(person), audit),
  get: (store, { session }) => store.sessions.get(session),
  list: (store, { person }) => store.sessions.list(person, NOW),
  rotate: (store, { session }) =>
    store.sessions.rotate(session, ROTATION, { rotated: audit, reuse: audit }),
  end: (store, { session }) => store.sessions.end(session, audit),
  endAll: (store, { person }) => store.sessions.endAll(person, undefined, audit),
};

const keys: Acts['keys'] = {
  create: (store) => store.keys.create(keyDraft({ id: keyId() }), audit),
  get: (store, { key }) => store.keys.get(key),
  list: (store, { person }) => store.keys.list({ of: person }, page),
  update: (store, { key }) => store.keys.update(key, { scopes: ['accounts:admin'] }, audit),
  rotate: (store, { key }) =>
    store.keys.rotate(key, { prefix: 'b', hash: hashOf('key of b'), at: NOW }, audit),
  revoke: (store, { key }) => store.keys.revoke(key, NOW, audit),
  usage: (store, { key }) => store.keys.usage(key, NOW),
  reserve: (store, { key, execution }) => store.keys.reserve(key, execution, NOW),
};

const sharing: Acts['sharing'] = {
  putShare: (store, { flow, person }) => store.sharing.putShare({ flow, person, ...SHARE }, audit),
  removeShare: (store, { flow, person }) => store.sharing.removeShare(flow, person, audit),
  shares: (store, { flow }) => store.sharing.shares(flow),
  levels: (store, { flow, person }) => store.sharing.levels(person, [flow]),
  createLink: (store, { flow, link }) => {
    const made = { ...SHARE, level: 'view', expiresAt: NOW + 9 } as const;
    return store.sharing.createLink(
      { id: link, flow, ...made, tokenHash: hashOf(`${link} of b`) },
      audit,
    );
  },
  links: (store, { flow }) => store.sharing.links(flow, NOW),
  revokeLink: (store, { flow, link }) => store.sharing.revokeLink(flow, link, audit),
};

/** Each does what it can to what A has. */
export const ACTS: Acts = {
  flows,
  executions,
  people,
  roles,
  invitations,
  sessions,
  keys,
  sharing,
  audit: {
    append: (store) => store.audit.append(audit),
    appendAll: (store) => store.audit.appendAll([audit, audit]),
    list: (store) => store.audit.list({}, page),
  },
  blobs: {
    put: (store) => store.blobs.put(Buffer.from('content of b')),
    get: (store, { blob }) => store.blobs.get(blob),
  },
  resets: {
    create: (store, { person }) => store.resets.create({ person, createdBy: 'b', ...TOKEN }, audit),
  },
  tickets: { create: (store) => store.tickets.create({ principal: 'person:b', ...TOKEN }) },
};

/** What an account that has nothing hears: an answer, or the code of a refusal. */
export const NOTHING: Readonly<Record<string, unknown>> = {
  'flows.update': undefined,
  'flows.get': undefined,
  'flows.version': undefined,
  'flows.versions': { items: [] },
  'flows.list': { items: [] },
  'flows.setAccess': undefined,
  'flows.remove': false,
  'executions.get': undefined,
  'executions.list': { items: [] },
  'executions.findByIdempotencyKey': undefined,
  'executions.entries': [],
  'executions.progress': new Map(),
  'executions.cancelWaiting': 0,
  'executions.cancel': undefined,
  'audit.list': { items: [] },
  'blobs.get': 'BLOB_NOT_FOUND',
  'people.get': undefined,
  'people.byUsername': undefined,
  'people.list': { items: [] },
  'people.update': undefined,
  'people.setPassword': false,
  'people.passwordHash': undefined,
  'people.remove': false,
  'people.isAnybody': false,
  'roles.list': [],
  'roles.get': undefined,
  'roles.remove': false,
  'invitations.get': undefined,
  'invitations.list': { items: [] },
  'invitations.withdraw': false,
  'resets.create': 'PERSON_NOT_FOUND',
  'sessions.create': 'SIGN_IN_REFUSED',
  'sessions.get': undefined,
  'sessions.list': [],
  'sessions.rotate': 'over',
  'sessions.end': false,
  'sessions.endAll': 0,
  'keys.get': undefined,
  'keys.list': { items: [] },
  'keys.update': undefined,
  'keys.rotate': undefined,
  'keys.revoke': undefined,
  'keys.usage': { underWay: 0, months: [] },
  'keys.reserve': 'KEY_NOT_FOUND',
  'sharing.removeShare': false,
  'sharing.shares': [],
  'sharing.levels': new Map(),
  'sharing.links': [],
  'sharing.revokeLink': false,
};
