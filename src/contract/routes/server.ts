import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { idParams, pageOf, pageQuery } from './page-shapes.ts';
import { json, time, wholeNumber } from './shapes.ts';

const after = wholeNumber(0)
  .optional()
  .describe('Replay begins after this sequence number; 0 or absent is the beginning.');

export const EVENT_ROUTES = [
  defineRoute({
    id: 'followExecution',
    method: 'GET',
    path: '/api/v1/executions/{id}/events',
    permission: 'executions:read',
    tag: 'Events',
    summary: 'Follow an execution by server-sent events',
    description:
      'Each event has its sequence number as id, its kind as event and JSON as data. A reconnecting ' +
      'EventSource goes on where it was (Last-Event-ID). The stream ends after execution.ended.',
    params: idParams,
    query: z.strictObject({ after }),
    transport: 'events',
    answers: [{ status: 200, description: 'Events.', mediaType: 'text/event-stream' }],
    errors: ['EXECUTION_NOT_FOUND', 'TOO_MANY_LISTENERS'],
  }),
  defineRoute({
    id: 'executionSocket',
    method: 'GET',
    path: '/ws/executions/{id}',
    permission: 'executions:read',
    tag: 'Events',
    summary: 'Follow one execution by WebSocket',
    params: idParams,
    query: z.strictObject({ after }),
    transport: 'socket',
    answers: [{ status: 101, description: 'A WebSocket; see docs/events.md.' }],
    errors: ['EXECUTION_NOT_FOUND', 'TOO_MANY_LISTENERS'],
  }),
  defineRoute({
    id: 'eventSocket',
    method: 'GET',
    path: '/api/v1/ws',
    permission: 'executions:read',
    tag: 'Events',
    summary: 'Follow any number of executions by one WebSocket',
    transport: 'socket',
    answers: [{ status: 101, description: 'A WebSocket; see docs/events.md.' }],
    errors: ['TOO_MANY_LISTENERS'],
  }),
] as const;

const health = z.object({ status: z.enum(['ok', 'failing']) });

export const SERVER_ROUTES = [
  defineRoute({
    id: 'health',
    method: 'GET',
    path: '/health',
    permission: 'public',
    tag: 'Server',
    summary: 'Whether the server and its database work',
    answers: [
      { status: 200, description: 'All is well.', schema: health },
      { status: 503, description: 'Something is not.', schema: health },
    ],
    errors: [],
  }),
  defineRoute({
    id: 'healthLive',
    method: 'GET',
    path: '/health/live',
    permission: 'public',
    tag: 'Server',
    summary: 'Whether the process answers',
    answers: [{ status: 200, description: 'It does.', schema: health }],
    errors: [],
  }),
  defineRoute({
    id: 'healthReady',
    method: 'GET',
    path: '/health/ready',
    permission: 'public',
    tag: 'Server',
    summary: 'Whether the server takes work: the database answers and it is not stopping',
    answers: [
      { status: 200, description: 'It does.', schema: health },
      { status: 503, description: 'Not now.', schema: health },
    ],
    errors: [],
  }),
  defineRoute({
    id: 'healthDetailed',
    method: 'GET',
    path: '/health/detailed',
    permission: 'server:read',
    tag: 'Server',
    summary: 'Version, database, executions under way, listeners, how code is held',
    answers: [{ status: 200, description: 'Details.', schema: z.record(z.string(), json) }],
    errors: [],
  }),
  defineRoute({
    id: 'openApi',
    method: 'GET',
    path: '/api/v1/openapi.json',
    permission: 'public',
    tag: 'Server',
    summary: 'This API as an OpenAPI 3.1 document',
    answers: [{ status: 200, description: 'The document.', schema: z.record(z.string(), json) }],
    errors: [],
  }),
  defineRoute({
    id: 'apiPage',
    method: 'GET',
    path: '/api/v1/docs',
    permission: 'public',
    tag: 'Server',
    summary: 'This API as a page',
    transport: 'text',
    answers: [{ status: 200, description: 'A page.', mediaType: 'text/html' }],
    errors: [],
  }),
  defineRoute({
    id: 'apiStyle',
    method: 'GET',
    path: '/api/v1/docs.css',
    permission: 'public',
    tag: 'Server',
    summary: 'The style sheet of that page',
    transport: 'text',
    answers: [{ status: 200, description: 'A style sheet.', mediaType: 'text/css' }],
    errors: [],
  }),
  defineRoute({
    id: 'whoAmI',
    method: 'GET',
    path: '/api/v1/me',
    permission: 'signed-in',
    tag: 'Server',
    summary: 'Who this request comes from, and what that allows',
    answers: [
      {
        status: 200,
        description: 'The principal.',
        schema: z.object({
          id: z.string(),
          account: z.string(),
          permissions: z.array(z.string()),
        }),
      },
    ],
    errors: [],
  }),
  defineRoute({
    id: 'listAudit',
    method: 'GET',
    path: '/api/v1/audit',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'List who did what, newest first',
    query: z.strictObject({
      ...pageQuery,
      actor: z.string().max(200).optional(),
      action: z.string().max(200).optional(),
      targetId: z.string().max(200).optional(),
      from: time.optional(),
      to: time.optional(),
    }),
    answers: [
      {
        status: 200,
        description: 'A page of audit records.',
        schema: pageOf(
          z.object({
            id: z.string(),
            at: time,
            actor: z.string(),
            action: z.string(),
            targetKind: z.string(),
            targetId: z.string(),
            outcome: z.enum(['done', 'denied', 'failed']),
            requestId: z.string().optional(),
            address: z.string().optional(),
            details: z.record(z.string(), json).optional(),
          }),
        ),
      },
    ],
    errors: ['CURSOR_INVALID'],
  }),
] as const;
