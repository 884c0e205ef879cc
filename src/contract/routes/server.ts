import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { idParams } from './page-shapes.ts';
import { json, wholeNumber } from './shapes.ts';

const after = wholeNumber(0)
  .optional()
  .describe('Replay begins after this sequence number; 0 or absent is the beginning.');

/** Read by the pipeline, which asks who opens the socket; no handler sees them. */
const socketQuery = {
  ticket: z.string().max(200).optional().describe('Of openSocketTicket: good once, for 30 s.'),
  token: z
    .string()
    .max(4_096)
    .optional()
    .describe('An access token; a ticket is safer, as addresses end up in logs.'),
};

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
    query: z.strictObject({ after, ...socketQuery }),
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
    query: z.strictObject(socketQuery),
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
    rate: 'none',
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
    rate: 'none',
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
    rate: 'none',
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
    rate: 'none',
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
    rate: 'none',
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
    rate: 'none',
    tag: 'Server',
    summary: 'The style sheet of that page',
    transport: 'text',
    answers: [{ status: 200, description: 'A style sheet.', mediaType: 'text/css' }],
    errors: [],
  }),
] as const;
