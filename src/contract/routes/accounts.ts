import { z } from 'zod';
import { ACCESS_LIMITS } from '../../base/index.ts';
import { defineRoute } from '../route.ts';
import { displayName, password, username } from './access-names.ts';
import { account, person } from './access-shapes.ts';
import { pageOf, pageQuery } from './page-shapes.ts';

const accountId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .describe('Lower-case letters, digits and -.');
const accountParams = z.strictObject({ id: accountId });

/** Tenants: each sees and runs its own; the operator makes, suspends and deletes them. */
export const ACCOUNT_ROUTES = [
  defineRoute({
    id: 'readOwnAccount',
    method: 'GET',
    path: '/api/v1/account',
    permission: 'signed-in',
    tag: 'Accounts',
    summary: 'The account of this request',
    answers: [{ status: 200, description: 'The account.', schema: account }],
    errors: [],
  }),
  defineRoute({
    id: 'updateOwnAccount',
    method: 'PATCH',
    path: '/api/v1/account',
    permission: 'accounts:admin',
    tag: 'Accounts',
    summary: 'Rename the account',
    body: z.strictObject({ name: displayName }),
    answers: [{ status: 200, description: 'The account.', schema: account }],
    errors: ['BODY_INVALID'],
  }),
  defineRoute({
    id: 'deleteOwnAccount',
    method: 'DELETE',
    path: '/api/v1/account',
    permission: 'accounts:admin',
    rate: 'sign-in',
    tag: 'Accounts',
    summary: 'Delete the account with all that it holds: people, flows, executions, files',
    body: z.strictObject({
      confirm: accountId.describe('The id of the account once more.'),
      password: z.string().min(1).max(ACCESS_LIMITS.passwordCharactersRead).optional(),
    }),
    answers: [{ status: 202, description: 'Nobody can sign in; rows and files go now.' }],
    errors: ['ACCOUNT_FIXED', 'NOT_A_PERSON', 'PASSWORD_WRONG', 'BODY_INVALID', 'RATE_LIMITED'],
  }),
  defineRoute({
    id: 'listAccounts',
    method: 'GET',
    path: '/api/v1/admin/accounts',
    permission: 'server:admin',
    tag: 'Accounts',
    summary: 'List the accounts of the server, newest first',
    query: z.strictObject(pageQuery),
    answers: [{ status: 200, description: 'A page of accounts.', schema: pageOf(account) }],
    errors: ['CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'createAccount',
    method: 'POST',
    path: '/api/v1/admin/accounts',
    permission: 'server:admin',
    tag: 'Accounts',
    summary: 'Make an account with its first admin',
    body: z.strictObject({
      id: accountId.optional().describe('Absent: one is made.'),
      name: displayName,
      admin: z.strictObject({
        username,
        password: password.optional().describe('Absent: one is made, and shown once.'),
      }),
    }),
    answers: [
      {
        status: 201,
        description: 'The account, its admin, and the password where one was made.',
        schema: account.extend({ admin: person, password: z.string().optional() }),
      },
    ],
    errors: ['ACCOUNT_TAKEN', 'USERNAME_TAKEN', 'PASSWORD_WEAK', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'readAccount',
    method: 'GET',
    path: '/api/v1/admin/accounts/{id}',
    permission: 'server:admin',
    tag: 'Accounts',
    summary: 'Read an account',
    params: accountParams,
    answers: [{ status: 200, description: 'The account.', schema: account }],
    errors: ['ACCOUNT_NOT_FOUND'],
  }),
  defineRoute({
    id: 'updateAccount',
    method: 'PATCH',
    path: '/api/v1/admin/accounts/{id}',
    permission: 'server:admin',
    tag: 'Accounts',
    summary: 'Rename an account, suspend it or let it work again',
    params: accountParams,
    body: z.strictObject({
      name: displayName.optional(),
      status: z.enum(['active', 'suspended']).optional(),
    }),
    answers: [{ status: 200, description: 'The account.', schema: account }],
    errors: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_FIXED', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'deleteAccount',
    method: 'DELETE',
    path: '/api/v1/admin/accounts/{id}',
    permission: 'server:admin',
    tag: 'Accounts',
    summary: 'Delete an account with all that it holds',
    params: accountParams,
    answers: [{ status: 202, description: 'Nobody can sign in; rows and files go now.' }],
    errors: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_FIXED'],
  }),
] as const;
