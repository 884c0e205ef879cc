import { z } from 'zod';
import { ACCESS_LIMITS } from '../../base/index.ts';
import { SHARE_LEVELS } from '../permission.ts';
import { defineRoute } from '../route.ts';
import { execution } from './executions.ts';
import { flow, grants } from './flows.ts';
import { idParams } from './page-shapes.ts';
import { id, json, time, waitText } from './shapes.ts';

const level = z.enum(SHARE_LEVELS);

const share = z.object({
  person: id,
  username: z.string(),
  level,
  createdBy: z.string(),
  createdAt: time,
});

const linkLevel = z.enum(['view', 'execute']);
const link = z.object({
  id,
  level: linkLevel,
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.optional(),
  uses: z.number().int(),
});

const linkToken = z.strictObject({ token: z.string().regex(/^[\w-]{20,100}$/) });
const decision = z.object({ isAllowed: z.boolean(), why: z.string() });

export const SHARING_ROUTES = [
  defineRoute({
    id: 'flowAccess',
    method: 'GET',
    path: '/api/v1/flows/{id}/access',
    permission: 'flows:read',
    tag: 'Sharing',
    summary: 'What you may do with a flow, and why',
    params: idParams,
    answers: [
      {
        status: 200,
        description: 'A decision for each act.',
        schema: z.object({
          view: decision,
          execute: decision,
          edit: decision,
          delete: decision,
          share: decision,
        }),
      },
    ],
    errors: ['FLOW_NOT_FOUND'],
  }),
  defineRoute({
    id: 'updateFlowSettings',
    method: 'PATCH',
    path: '/api/v1/flows/{id}',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'Make a flow public in the account or private, or give it to somebody',
    params: idParams,
    body: z.strictObject({
      isPublic: z.boolean().optional(),
      owner: id.optional().describe('A person of the account.'),
    }),
    answers: [{ status: 200, description: 'The flow.', schema: flow }],
    errors: ['FLOW_NOT_FOUND', 'PERSON_NOT_FOUND', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'listShares',
    method: 'GET',
    path: '/api/v1/flows/{id}/shares',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'List with whom a flow is shared',
    params: idParams,
    answers: [{ status: 200, description: 'All.', schema: z.object({ items: z.array(share) }) }],
    errors: ['FLOW_NOT_FOUND'],
  }),
  defineRoute({
    id: 'putShare',
    method: 'PUT',
    path: '/api/v1/flows/{id}/shares/{person}',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'Share a flow with a person of the account',
    params: z.strictObject({
      id,
      person: z.string().min(1).max(ACCESS_LIMITS.usernameCharacters).describe('Id or name.'),
    }),
    body: z.strictObject({ level }),
    answers: [{ status: 200, description: 'The share.', schema: share }],
    errors: ['FLOW_NOT_FOUND', 'PERSON_NOT_FOUND', 'LIMIT_REACHED', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'removeShare',
    method: 'DELETE',
    path: '/api/v1/flows/{id}/shares/{person}',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'Stop sharing a flow with a person',
    params: z.strictObject({
      id,
      person: z.string().min(1).max(ACCESS_LIMITS.usernameCharacters).describe('Id or name.'),
    }),
    answers: [{ status: 204, description: 'It is not shared with them.' }],
    errors: ['FLOW_NOT_FOUND', 'PERSON_NOT_FOUND'],
  }),
  defineRoute({
    id: 'listLinks',
    method: 'GET',
    path: '/api/v1/flows/{id}/links',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'List the share links of a flow that are good',
    params: idParams,
    answers: [{ status: 200, description: 'All.', schema: z.object({ items: z.array(link) }) }],
    errors: ['FLOW_NOT_FOUND'],
  }),
  defineRoute({
    id: 'createLink',
    method: 'POST',
    path: '/api/v1/flows/{id}/links',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'Make a link by which anybody who has it may see or run a flow',
    params: idParams,
    body: z.strictObject({
      level: linkLevel.default('view'),
      days: z.number().int().min(1).max(ACCESS_LIMITS.linkDaysMax).default(30),
    }),
    answers: [
      {
        status: 201,
        description: 'The link with its token, which is shown once.',
        schema: link.extend({ token: z.string(), url: z.string() }),
      },
    ],
    errors: ['FLOW_NOT_FOUND', 'LIMIT_REACHED', 'BODY_INVALID'],
  }),
  defineRoute({
    id: 'revokeLink',
    method: 'DELETE',
    path: '/api/v1/flows/{id}/links/{link}',
    permission: 'flows:share',
    tag: 'Sharing',
    summary: 'Revoke a share link',
    params: z.strictObject({ id, link: id }),
    answers: [{ status: 204, description: 'It opens nothing any more.' }],
    errors: ['FLOW_NOT_FOUND', 'LINK_NOT_FOUND'],
  }),
  defineRoute({
    id: 'readShared',
    method: 'GET',
    path: '/api/v1/shared/{token}',
    permission: 'public',
    tag: 'Sharing',
    summary: 'Read the flow of a share link',
    params: linkToken,
    answers: [
      {
        status: 200,
        description: 'The flow, without who made it.',
        schema: z.object({
          name: z.string(),
          description: z.string(),
          version: z.number().int(),
          format: z.enum(['yaml', 'json']),
          source: z.string(),
          grants,
          level: linkLevel,
        }),
      },
    ],
    errors: ['LINK_NOT_FOUND'],
  }),
  defineRoute({
    id: 'executeShared',
    method: 'POST',
    path: '/api/v1/shared/{token}/execute',
    permission: 'public',
    tag: 'Sharing',
    summary: 'Run the flow of a share link and wait for its end',
    params: linkToken,
    query: z.strictObject({ wait: waitText.optional() }),
    body: z.strictObject({ inputs: z.record(z.string(), json).default({}) }),
    answers: [
      {
        status: 200,
        description: 'It has ended in time, also where it failed.',
        schema: execution,
      },
      {
        status: 202,
        description: 'It is under way.',
        schema: z.object({ id, status: z.string() }),
      },
    ],
    errors: ['LINK_NOT_FOUND', 'INPUT_MISSING', 'INPUT_INVALID', 'UNKNOWN_INPUT', 'QUEUE_FULL'],
  }),
] as const;
