import { z } from 'zod';
import { SERVER_LIMITS } from '../../base/index.ts';
import type { StoredStatus } from '../execution.ts';
import { defineRoute } from '../route.ts';
import { errorReport } from './error-shapes.ts';
import { idParams, pageOf, pageQuery } from './page-shapes.ts';
import { blobRef, id, json, time, waitText } from './shapes.ts';
import { stepEvents } from './step-event-shape.ts';

/** Every status that an execution may have. */
export const STATUSES = [
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly StoredStatus[];

const executionSummary = z.object({
  id,
  flowId: id,
  flowName: z.string(),
  flowVersion: z.number().int(),
  status: z.enum(STATUSES),
  error: errorReport.optional(),
  createdAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  wakeAt: time.optional().describe('While waiting: when it goes on.'),
  startedBy: z.string(),
  retriedFrom: id.optional(),
  cancelRequested: z.boolean().optional(),
});

export const execution = executionSummary.extend({
  inputs: z.record(z.string(), json).optional(),
  inputsRef: blobRef.optional().describe('In place of inputs too large to stand here.'),
  outputs: z.record(z.string(), json).optional().describe('When completed.'),
  outputsRef: blobRef.optional().describe('In place of outputs too large to stand here.'),
});

const logLine = z.object({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
});

export const step = z.object({
  sequence: z.number().int(),
  node: z.string(),
  path: z.string().describe("'' outside regions, '3' for item 3, '3/0' inside it."),
  type: z.string().optional(),
  status: z.enum(['completed', 'failed', 'skipped', 'cancelled']),
  attempts: z.number().int(),
  startedAt: time,
  endedAt: time,
  port: z.string().optional(),
  inputs: z
    .record(z.string(), json)
    .optional()
    .describe('The values of the nodes that it depends on, by name, as far as they are kept here.'),
  output: json.optional(),
  outputRef: blobRef.optional().describe('In place of an output of more than 256 KiB.'),
  items: z.number().int().optional(),
  dropped: z.boolean().optional(),
  error: errorReport.optional(),
  logs: z.array(logLine).optional(),
  events: stepEvents,
  reusedFrom: id.optional(),
});

/** After `startExecution` and `retryExecution`. */
const accepted = [
  {
    status: 202,
    description: 'Accepted: it will be finished, whatever dies. Location names the execution.',
    schema: z.object({ id, status: z.enum(STATUSES) }),
  },
  {
    status: 200,
    description: 'With ?wait: the execution has ended in time, also where it failed.',
    schema: execution,
  },
] as const;

function idempotencyHeader(of: 'flow' | 'execution') {
  const most = SERVER_LIMITS.idempotencyKeyCharacters;
  return {
    'Idempotency-Key':
      `At most ${most} characters. The same key for the same ${of} and body gives the execution ` +
      'that is there; another body is refused.',
  };
}

const startErrors = [
  'FLOW_NOT_FOUND',
  'FLOW_VERSION_NOT_FOUND',
  'FLOW_INVALID',
  'INPUT_MISSING',
  'INPUT_INVALID',
  'UNKNOWN_INPUT',
  'BODY_INVALID',
  'IDEMPOTENCY_MISMATCH',
  'QUEUE_FULL',
] as const;

export const EXECUTION_ROUTES = [
  defineRoute({
    id: 'startExecution',
    method: 'POST',
    path: '/api/v1/flows/{id}/execute',
    permission: 'flows:execute',
    tag: 'Executions',
    summary: 'Start an execution of a flow',
    params: idParams,
    query: z.strictObject({ wait: waitText.optional() }),
    headers: idempotencyHeader('flow'),
    body: z.strictObject({
      inputs: z.record(z.string(), json).default({}),
      version: z.number().int().min(1).optional().describe('Default: the latest.'),
    }),
    answers: accepted,
    errors: startErrors,
  }),
  defineRoute({
    id: 'listExecutions',
    method: 'GET',
    path: '/api/v1/executions',
    permission: 'executions:read',
    tag: 'Executions',
    summary: 'List executions, newest first',
    query: z.strictObject({
      ...pageQuery,
      status: z
        .string()
        .max(200)
        .optional()
        .describe(`Commas between: ${STATUSES.join(', ')}.`),
      flowId: id.optional(),
      from: time.optional().describe('Created at this time or later.'),
      to: time.optional().describe('Created before this time.'),
    }),
    answers: [
      { status: 200, description: 'A page of executions.', schema: pageOf(executionSummary) },
    ],
    errors: ['CURSOR_INVALID', 'QUERY_INVALID'],
  }),
  defineRoute({
    id: 'readExecution',
    method: 'GET',
    path: '/api/v1/executions/{id}',
    permission: 'executions:read',
    tag: 'Executions',
    summary: 'Read an execution with its inputs and outputs',
    params: idParams,
    query: z.strictObject({ wait: waitText.optional() }),
    answers: [{ status: 200, description: 'The execution.', schema: execution }],
    errors: ['EXECUTION_NOT_FOUND'],
  }),
  defineRoute({
    id: 'listSteps',
    method: 'GET',
    path: '/api/v1/executions/{id}/steps',
    permission: 'executions:read',
    tag: 'Executions',
    summary: 'List the steps in the order in which they ended, with inputs and outputs',
    params: idParams,
    query: z.strictObject({ ...pageQuery, node: z.string().max(200).optional() }),
    answers: [{ status: 200, description: 'A page of steps.', schema: pageOf(step) }],
    errors: ['EXECUTION_NOT_FOUND', 'CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'listLogs',
    method: 'GET',
    path: '/api/v1/executions/{id}/logs',
    permission: 'executions:read',
    tag: 'Executions',
    summary: 'List what the nodes logged',
    params: idParams,
    query: z.strictObject({ ...pageQuery, node: z.string().max(200).optional() }),
    answers: [
      {
        status: 200,
        description: 'A page of lines, in the order of the steps.',
        schema: pageOf(
          logLine.extend({ sequence: z.number().int(), node: z.string(), path: z.string() }),
        ),
      },
    ],
    errors: ['EXECUTION_NOT_FOUND', 'CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'readValue',
    method: 'GET',
    path: '/api/v1/executions/{id}/values/{blob}',
    permission: 'executions:read',
    tag: 'Executions',
    summary: 'Read a large value that a step of this execution gave',
    params: z.strictObject({ id, blob: z.string().regex(/^[0-9a-f]{64}$/) }),
    transport: 'text',
    answers: [{ status: 200, description: 'The value.', mediaType: 'application/json' }],
    errors: ['EXECUTION_NOT_FOUND', 'BLOB_NOT_FOUND'],
  }),
  defineRoute({
    id: 'cancelExecution',
    method: 'POST',
    path: '/api/v1/executions/{id}/cancel',
    permission: 'executions:cancel',
    tag: 'Executions',
    summary: 'Cancel an execution',
    params: idParams,
    answers: [
      {
        status: 202,
        description: 'It ends within its grace, or has ended.',
        schema: z.object({ id, status: z.enum(STATUSES), cancelRequested: z.boolean() }),
      },
    ],
    errors: ['EXECUTION_NOT_FOUND', 'EXECUTION_OVER'],
  }),
  defineRoute({
    id: 'retryExecution',
    method: 'POST',
    path: '/api/v1/executions/{id}/retry',
    permission: 'flows:execute',
    tag: 'Executions',
    summary: 'Run an execution again from a node, as a new execution',
    description:
      'Steps that do not lie downstream of the node are taken over. Without `from` it begins at ' +
      'what failed or was cancelled. Effects get new idempotency keys.',
    params: idParams,
    query: z.strictObject({ wait: waitText.optional() }),
    headers: idempotencyHeader('execution'),
    body: z.strictObject({
      from: z.string().min(1).max(200).optional().describe('A node of the flow.'),
      version: z.number().int().min(1).optional().describe('Default: the one that ran.'),
    }),
    answers: accepted,
    errors: ['EXECUTION_NOT_FOUND', 'EXECUTION_RUNNING', 'UNKNOWN_NODE', ...startErrors],
  }),
] as const;
