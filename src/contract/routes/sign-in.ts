import { z } from 'zod';
import { ACCESS_LIMITS } from '../../base/index.ts';
import { defineRoute } from '../route.ts';
import { displayName, email, password, roleName, username } from './access-names.ts';
import { person, session } from './access-shapes.ts';
import { idParams } from './page-shapes.ts';
import { id, time } from './shapes.ts';

const oneTimeToken = z.string().min(1).max(200);

/** What a sign-in or a refresh gives; with cookies the tokens are in those instead. */
const tokens = z.object({
  tokenType: z.literal('Bearer'),
  accessToken: z.string().optional(),
  expiresIn: z.number().int().describe('Seconds until the access token ends.'),
  refreshToken: z.string().optional().describe('Good for one refresh.'),
  refreshExpiresIn: z.number().int().describe('Seconds until the refresh token ends.'),
  csrfToken: z
    .string()
    .optional()
    .describe('With cookies: send it as X-CSRF-Token with all that changes something.'),
  person,
});

const wantsCookies = z
  .boolean()
  .default(false)
  .describe('For pages: tokens travel in httpOnly cookies and not in the body.');

export const SIGN_IN_ROUTES = [
  defineRoute({
    id: 'signIn',
    method: 'POST',
    path: '/api/v1/auth/sign-in',
    permission: 'public',
    rate: 'sign-in',
    tag: 'Sign-in',
    summary: 'Sign in with name and password',
    body: z.strictObject({
      username: z.string().min(1).max(ACCESS_LIMITS.usernameCharacters),
      password: z.string().min(1).max(ACCESS_LIMITS.passwordCharactersRead),
      cookies: wantsCookies,
    }),
    answers: [{ status: 200, description: 'Signed in.', schema: tokens }],
    errors: ['SIGN_IN_REFUSED', 'BODY_INVALID', 'RATE_LIMITED'],
  }),
  defineRoute({
    id: 'refreshTokens',
    method: 'POST',
    path: '/api/v1/auth/refresh',
    permission: 'public',
    tag: 'Sign-in',
    summary: 'Renew the tokens of a session',
    description:
      'A refresh token is good once. One that comes again after it was used ends its session, since ' +
      'somebody else has it too.',
    body: z.strictObject({
      refreshToken: z.string().min(1).max(4_096).optional().describe('Absent: from the cookie.'),
    }),
    answers: [{ status: 200, description: 'New tokens.', schema: tokens }],
    errors: ['SESSION_OVER', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'signOut',
    method: 'POST',
    path: '/api/v1/auth/sign-out',
    permission: 'signed-in',
    tag: 'Sign-in',
    summary: 'End this session',
    answers: [{ status: 204, description: 'Its tokens are worth nothing any more.' }],
    errors: ['NOT_A_PERSON'],
  }),
  defineRoute({
    id: 'signUp',
    method: 'POST',
    path: '/api/v1/auth/sign-up',
    permission: 'public',
    rate: 'sign-in',
    tag: 'Sign-in',
    summary: 'Become a person here, as SIGN_UP allows',
    description:
      'With an invitation: in the account that invites. Where SIGN_UP=open, without one: in a new ' +
      'account, as its admin.',
    body: z.strictObject({
      username,
      password,
      email: email.optional(),
      displayName: displayName.optional(),
      invitation: oneTimeToken.optional(),
    }),
    answers: [{ status: 201, description: 'The person, who may sign in now.', schema: person }],
    errors: ['SIGN_UP_CLOSED', 'TOKEN_INVALID', 'USERNAME_TAKEN', 'PASSWORD_WEAK', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'forgotPassword',
    method: 'POST',
    path: '/api/v1/auth/forgot-password',
    permission: 'public',
    rate: 'sign-in',
    tag: 'Sign-in',
    summary: 'Ask for a new password',
    description: 'The answer is the same whether there is such a person or not.',
    body: z.strictObject({ username: z.string().min(1).max(ACCESS_LIMITS.usernameCharacters) }),
    answers: [{ status: 202, description: 'Noted.', schema: z.object({ message: z.string() }) }],
    errors: ['BODY_INVALID', 'RATE_LIMITED'],
  }),
  defineRoute({
    id: 'resetPassword',
    method: 'POST',
    path: '/api/v1/auth/reset-password',
    permission: 'public',
    rate: 'sign-in',
    tag: 'Sign-in',
    summary: 'Set a new password with a one-time token',
    body: z.strictObject({ token: oneTimeToken, password }),
    answers: [{ status: 204, description: 'Set; all sessions of the person have ended.' }],
    errors: ['TOKEN_INVALID', 'PASSWORD_WEAK', 'BODY_INVALID', 'RATE_LIMITED'],
  }),
  defineRoute({
    id: 'whoAmI',
    method: 'GET',
    path: '/api/v1/me',
    permission: 'signed-in',
    tag: 'Sign-in',
    summary: 'Who this request comes from, and what that allows',
    answers: [
      {
        status: 200,
        description: 'The principal.',
        schema: z.object({
          id: z.string(),
          kind: z.enum(['operator', 'person', 'key']),
          account: z.string(),
          permissions: z.array(z.string()),
          role: roleName.optional(),
          person: person.optional(),
          session: id.optional(),
          csrfToken: z.string().optional().describe('Where the request came with cookies.'),
        }),
      },
    ],
    errors: [],
  }),
  defineRoute({
    id: 'updateMe',
    method: 'PATCH',
    path: '/api/v1/me',
    permission: 'signed-in',
    tag: 'Sign-in',
    summary: 'Change one’s own name and mail address',
    body: z.strictObject({
      displayName: displayName.optional(),
      email: email.nullable().optional(),
      password: password.optional().describe('The current one; a new mail address asks for it.'),
    }),
    answers: [{ status: 200, description: 'The person.', schema: person }],
    errors: ['NOT_A_PERSON', 'PASSWORD_WRONG', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'changePassword',
    method: 'POST',
    path: '/api/v1/me/password',
    permission: 'signed-in',
    rate: 'sign-in',
    tag: 'Sign-in',
    summary: 'Change one’s own password',
    body: z.strictObject({
      current: z.string().min(1).max(ACCESS_LIMITS.passwordCharactersRead),
      new: password,
      endOtherSessions: z.boolean().default(true),
    }),
    answers: [{ status: 204, description: 'Changed.' }],
    errors: ['NOT_A_PERSON', 'PASSWORD_WRONG', 'PASSWORD_WEAK', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'listMySessions',
    method: 'GET',
    path: '/api/v1/me/sessions',
    permission: 'signed-in',
    tag: 'Sign-in',
    summary: 'List one’s own sessions that have not ended',
    answers: [
      {
        status: 200,
        description: `The newest ${ACCESS_LIMITS.sessionsAPerson}.`,
        schema: z.object({ items: z.array(session) }),
      },
    ],
    errors: ['NOT_A_PERSON'],
  }),
  defineRoute({
    id: 'endMySession',
    method: 'DELETE',
    path: '/api/v1/me/sessions/{id}',
    permission: 'signed-in',
    tag: 'Sign-in',
    summary: 'End one of one’s own sessions',
    params: idParams,
    answers: [{ status: 204, description: 'Ended.' }],
    errors: ['NOT_A_PERSON', 'SESSION_NOT_FOUND'],
  }),
  defineRoute({
    id: 'endMyOtherSessions',
    method: 'DELETE',
    path: '/api/v1/me/sessions',
    permission: 'signed-in',
    tag: 'Sign-in',
    summary: 'End all of one’s own sessions but this one',
    answers: [
      { status: 200, description: 'How many.', schema: z.object({ ended: z.number().int() }) },
    ],
    errors: ['NOT_A_PERSON'],
  }),
  defineRoute({
    id: 'openSocketTicket',
    method: 'POST',
    path: '/api/v1/ws/tickets',
    permission: 'executions:read',
    tag: 'Events',
    summary: 'Get a ticket that opens one WebSocket within 30 seconds',
    description:
      'Send it as ?ticket= or, better, as the second of two WebSocket protocols: sluice.v1 and ' +
      'ticket.<ticket>.',
    body: z.strictObject({
      executionId: id.optional().describe('Bound to this execution; absent: to /api/v1/ws.'),
    }),
    answers: [
      {
        status: 201,
        description: 'The ticket; shown once.',
        schema: z.object({ ticket: z.string(), expiresAt: time }),
      },
    ],
    errors: ['EXECUTION_NOT_FOUND', 'BODY_INVALID'],
  }),
] as const;
