import { DEFAULT_ACCOUNT, namesOf } from '../../../auth/index.ts';
import type { AccountId, PersonId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { AccountRecord } from '../../../store/index.ts';
import type { Call, Handlers, Reply } from '../../call.ts';
import { stillHolding } from '../../rights/index.ts';
import { auditOf, fromTo } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { pageOfQuery, pageReply } from '../paging.ts';
import { badBody, given, noAccount, placeOf, reply } from './replies.ts';
import { accountView, personView } from './views.ts';

type Accounts = Pick<
  Handlers,
  | 'readOwnAccount'
  | 'updateOwnAccount'
  | 'deleteOwnAccount'
  | 'listAccounts'
  | 'createAccount'
  | 'readAccount'
  | 'updateAccount'
  | 'deleteAccount'
>;

/** Accounts: one's own for its admins, all of them for the operator. */
export function accountHandlers(options: HandlerOptions): Accounts {
  const { store } = options;
  return {
    readOwnAccount: async ({ principal }) =>
      reply(200, accountView(await accountOf(principal.account, options))),
    updateOwnAccount: async (call) => {
      const id = call.principal.account;
      return await changeAccount(call, { id, change: call.body, auditIn: id }, options);
    },
    deleteOwnAccount: (call) => deleteOwnAccount(call, options),
    listAccounts: async (call) => {
      const { items, nextCursor } = await store.accounts.list(pageOfQuery(call.query));
      return pageReply(items.map(accountView), nextCursor);
    },
    createAccount: (call) => createAccount(call, options),
    readAccount: async ({ params }) =>
      reply(200, accountView(await accountOf(params.id as AccountId, options))),
    updateAccount: async (call) => {
      const id = call.params.id as AccountId; // Read by the schema of the route.
      const change = given(call.body);
      if (change.status !== undefined) refuseFixed(id);
      return await changeAccount(call, { id, change, auditIn: DEFAULT_ACCOUNT }, options);
    },
    deleteAccount: async (call) => {
      const id = call.params.id as AccountId; // Read by the schema of the route.
      refuseFixed(id);
      await accountOf(id, options);
      await beginDeletion(call, id, options);
      return { status: 202 };
    },
  };
}

/** Errors: ACCOUNT_NOT_FOUND. */
async function accountOf(id: AccountId, { store }: HandlerOptions): Promise<AccountRecord> {
  const account = await store.accounts.get(id);
  if (account === undefined) throw noAccount(id);
  return account;
}

/** Errors: ACCOUNT_FIXED. */
function refuseFixed(id: AccountId): void {
  if (id !== DEFAULT_ACCOUNT) return;
  throw new AppError('ACCOUNT_FIXED', { message: `the account ${id} runs the server and stays` });
}

async function changeAccount(
  call: Call<'updateOwnAccount'> | Call<'updateAccount'>,
  what: {
    readonly id: AccountId;
    readonly change: { readonly name?: string; readonly status?: 'active' | 'suspended' };
    readonly auditIn: AccountId;
  },
  options: HandlerOptions,
): Promise<Reply> {
  const { store, clock } = options;
  const { id, change, auditIn } = what;
  const details = fromTo(await accountOf(id, options), change);
  const target = { targetKind: 'account', targetId: id, details };
  const entry = auditOf(call, { at: clock.now(), action: 'account.update', ...target });
  const account = await store.accounts.update(id, change, { entry, auditIn });
  if (account === undefined) throw noAccount(id);
  return reply(200, accountView(account));
}

async function deleteOwnAccount(
  call: Call<'deleteOwnAccount'>,
  options: HandlerOptions,
): Promise<Reply> {
  const { principal, body } = call;
  refuseFixed(principal.account);
  if (body.confirm !== principal.account) {
    throw badBody('body.confirm', 'it is not the id of the account');
  }
  if (body.password === undefined && principal.kind === 'person') {
    throw new AppError('PASSWORD_WRONG', { message: 'this asks for the current password' });
  }
  // Errors: NOT_A_PERSON, since a key that leaked shall not end all that an account has.
  await options.auth.confirm(principal, body.password ?? '', placeOf(call));
  await beginDeletion(call, principal.account, options);
  return { status: 202 };
}

/** The record stays with the operator, since those of the account go with it. */
async function beginDeletion(
  call: Call<'deleteOwnAccount'> | Call<'deleteAccount'>,
  id: AccountId,
  { store, clock }: HandlerOptions,
): Promise<void> {
  const target = { targetKind: 'account', targetId: id, details: {} };
  const entry = auditOf(call, { at: clock.now(), action: 'account.delete', ...target });
  await store.accounts.beginDeletion(id, { entry, auditIn: DEFAULT_ACCOUNT });
}

async function createAccount(call: Call<'createAccount'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock, auth, newId } = options;
  const { name, admin } = call.body;
  const id = (call.body.id ?? newId()) as AccountId; // Read by the schema, or made here.
  const { username } = admin;
  const made = admin.password === undefined ? auth.passwords.generate() : undefined;
  const names = namesOf({ username, displayName: username });
  const passwordHash = await auth.passwords.hash(made ?? admin.password ?? '', { names });
  // Hashes wait for each other, so who asks may have been removed meanwhile.
  await stillHolding(auth, call.principal, 'server:admin');
  const at = clock.now();
  const person = newId() as PersonId; // The maker of ids of people.
  const draft = { id: person, username, displayName: username, role: 'admin', passwordHash, at };
  const target = { targetKind: 'account', targetId: id, details: { admin: username } };
  const row = auditOf(call, { at, action: 'account.create', ...target });
  const created = await store.accounts.create({ id, name, at }, draft, row);
  const body = { ...accountView(created.account), admin: personView(created.admin) };
  return reply(201, { ...body, password: made });
}
