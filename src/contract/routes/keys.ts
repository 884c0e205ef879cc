import { z } from 'zod';
import { ACCESS_LIMITS } from '../../base/index.ts';
import { defineRoute } from '../route.ts';
import { displayName, permission } from './access-names.ts';
import { key, networks } from './access-shapes.ts';
import { idParams, pageOf, pageQuery } from './page-shapes.ts';
import { time, wholeNumber } from './shapes.ts';

const limits = {
  minutesAMonth: z
    .number()
    .int()
    .min(0)
    .max(ACCESS_LIMITS.minutesAMonthMax)
    .nullable()
    .optional()
    .describe('Minutes that executions which it started may run in one calendar month, UTC.'),
  concurrentExecutions: z
    .number()
    .int()
    .min(0)
    .max(ACCESS_LIMITS.concurrentExecutionsMax)
    .nullable()
    .optional()
    .describe('Executions started by it that may be under way at once.'),
};

const secret = key.extend({
  key: z.string().describe('The key itself. It is shown here and never again.'),
});

/** API keys: one sees one’s own, an admin of the account all of them. */
export const KEY_ROUTES = [
  defineRoute({
    id: 'listKeys',
    method: 'GET',
    path: '/api/v1/keys',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'List API keys, newest first',
    query: z.strictObject({
      ...pageQuery,
      olderThanDays: wholeNumber(0, 10_000)
        .optional()
        .describe('Only keys that were made or rotated so long ago, or longer.'),
    }),
    answers: [{ status: 200, description: 'A page of keys.', schema: pageOf(key) }],
    errors: ['CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'createKey',
    method: 'POST',
    path: '/api/v1/keys',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'Make an API key',
    description:
      'It acts for the person who makes it, with the scopes named and never with more than that ' +
      'person may do. A key that ADMIN_API_KEYS makes acts for itself.',
    body: z.strictObject({
      name: displayName,
      scopes: z.array(permission).min(1).max(100),
      networks: networks.default([]),
      expiresAt: time.optional(),
      ...limits,
    }),
    answers: [{ status: 201, description: 'The key, shown once.', schema: secret }],
    errors: ['SCOPE_TOO_HIGH', 'LIMIT_REACHED', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'readKey',
    method: 'GET',
    path: '/api/v1/keys/{id}',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'Read what is known of an API key',
    params: idParams,
    answers: [{ status: 200, description: 'The key, without itself.', schema: key }],
    errors: ['KEY_NOT_FOUND'],
  }),
  defineRoute({
    id: 'updateKey',
    method: 'PATCH',
    path: '/api/v1/keys/{id}',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'Change name, scopes, networks or limits of an API key',
    params: idParams,
    body: z.strictObject({
      name: displayName.optional(),
      scopes: z.array(permission).min(1).max(100).optional(),
      networks: networks.optional(),
      ...limits,
    }),
    answers: [{ status: 200, description: 'The key.', schema: key }],
    errors: ['KEY_NOT_FOUND', 'KEY_REVOKED', 'SCOPE_TOO_HIGH', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'extendKey',
    method: 'POST',
    path: '/api/v1/keys/{id}/extend',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'Let an API key end later, or never',
    params: idParams,
    body: z.strictObject({ expiresAt: time.nullable().describe('Null: it does not end.') }),
    answers: [{ status: 200, description: 'The key.', schema: key }],
    errors: ['KEY_NOT_FOUND', 'KEY_REVOKED', 'SCOPE_TOO_HIGH', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'rotateKey',
    method: 'POST',
    path: '/api/v1/keys/{id}/rotate',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'Give an API key a new secret; what it owns and may do stays',
    params: idParams,
    body: z.strictObject({
      graceMinutes: z
        .number()
        .int()
        .min(0)
        .max(ACCESS_LIMITS.keyGraceMinutesMax)
        .default(0)
        .describe('For how long the secret of before is taken too.'),
    }),
    answers: [{ status: 200, description: 'The key, shown once.', schema: secret }],
    errors: ['KEY_NOT_FOUND', 'KEY_REVOKED', 'SCOPE_TOO_HIGH', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'revokeKey',
    method: 'POST',
    path: '/api/v1/keys/{id}/revoke',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'Revoke an API key, at once and for good',
    params: idParams,
    answers: [{ status: 200, description: 'The key.', schema: key }],
    errors: ['KEY_NOT_FOUND'],
  }),
  defineRoute({
    id: 'readKeyUsage',
    method: 'GET',
    path: '/api/v1/keys/{id}/usage',
    permission: 'keys:write',
    tag: 'Keys',
    summary: 'What an API key was used for, by month',
    params: idParams,
    answers: [
      {
        status: 200,
        description: `The last ${ACCESS_LIMITS.usageMonths} months, newest first.`,
        schema: z.object({
          underWay: z.number().int(),
          months: z.array(
            z.object({
              month: z.string().describe('Such as 2026-11, UTC.'),
              requests: z.number().int(),
              executions: z.number().int(),
              minutes: z.number(),
            }),
          ),
        }),
      },
    ],
    errors: ['KEY_NOT_FOUND'],
  }),
] as const;
