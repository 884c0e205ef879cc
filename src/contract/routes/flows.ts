import { z } from 'zod';
import { STORE_LIMITS } from '../../base/index.ts';
import { defineRoute } from '../route.ts';
import { problem } from './error-shapes.ts';
import { idParams, pageOf, pageQuery } from './page-shapes.ts';
import { id, json, sourceText, time, wholeNumber } from './shapes.ts';

const version = z.number().int().min(1);
const versionText = wholeNumber(1);

/** What the executions of a version may do beyond computing. */
export const grants = z.object({
  hosts: z.array(z.string()).describe('Names of hosts; `dynamic` stands for computed ones.'),
  connections: z.array(z.string()),
  secrets: z.array(z.string()),
  code: z.enum(['none', 'strict', 'normal', 'trusted']).describe('The highest level of code.'),
});

export const flow = z.object({
  id,
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  version,
  owner: z.string().describe('The principal to whom the flow belongs, such as person:<id>.'),
  isPublic: z.boolean().describe('Everyone in the account may see and run it.'),
  createdBy: z.string(),
  createdAt: time,
  updatedAt: time,
});

export const flowVersion = z.object({
  flowId: id,
  version,
  format: z.enum(['yaml', 'json']),
  hash: z.string(),
  createdBy: z.string(),
  createdAt: time,
  restoredFrom: version.optional(),
  grants: grants.describe('What its executions may do; see docs/access.md.'),
});

const flowWithSource = flow.extend({
  grants,
  format: z.enum(['yaml', 'json']),
  source: z.string(),
  problems: z.array(problem).optional().describe('Warnings, after create and update.'),
});

/** Either the text of a flow, or the same keys as a JSON object. */
const flowBody = z.union([
  z.strictObject({
    source: sourceText,
    format: z.enum(['auto', 'yaml', 'json']).default('auto'),
  }),
  z.strictObject({ definition: z.record(z.string(), json) }),
  z.strictObject({
    name: z
      .string()
      .max(1_000)
      .optional()
      .describe('The name stands in the text; this one is not read.'),
    content: sourceText.describe('The text, under the name that FlowRunner has for it.'),
  }),
]);

const saved = (status: 200 | 201, description: string) =>
  [{ status, description, schema: flowWithSource }] as const;
const saveErrors = ['FLOW_INVALID', 'FLOW_TOO_LARGE', 'BODY_INVALID'] as const;

export const FLOW_ROUTES = [
  defineRoute({
    id: 'createFlow',
    method: 'POST',
    path: '/api/v1/flows',
    permission: 'flows:write',
    rate: 'create',
    tag: 'Flows',
    summary: 'Save a new flow',
    body: flowBody,
    answers: saved(201, 'The flow, at version 1.'),
    errors: saveErrors,
  }),
  defineRoute({
    id: 'listFlows',
    method: 'GET',
    path: '/api/v1/flows',
    permission: 'flows:read',
    tag: 'Flows',
    summary: 'List flows, newest first',
    query: z.strictObject({
      ...pageQuery,
      search: z
        .string()
        .max(STORE_LIMITS.searchCharacters)
        .optional()
        .describe('A part of the name or description; letter case does not count.'),
      tags: z.string().max(1_000).optional().describe('Commas between; a flow must have all.'),
      of: z
        .enum(['all', 'mine', 'shared', 'public'])
        .default('all')
        .describe('Of those that you may see: yours, those shared with you, the public ones.'),
    }),
    answers: [{ status: 200, description: 'A page of flows.', schema: pageOf(flow) }],
    errors: ['CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'validateFlow',
    method: 'POST',
    path: '/api/v1/flows/validate',
    permission: 'flows:read',
    tag: 'Flows',
    summary: 'Check a flow without saving or running it',
    body: flowBody,
    answers: [
      {
        status: 200,
        description: 'All problems with their places; valid when none is an error.',
        schema: z.object({ valid: z.boolean(), problems: z.array(problem) }),
      },
    ],
    errors: ['BODY_INVALID'],
  }),
  defineRoute({
    id: 'readFlow',
    method: 'GET',
    path: '/api/v1/flows/{id}',
    permission: 'flows:read',
    tag: 'Flows',
    summary: 'Read a flow with its text',
    params: idParams,
    query: z.strictObject({ version: versionText.optional() }),
    answers: [{ status: 200, description: 'The flow.', schema: flowWithSource }],
    errors: ['FLOW_NOT_FOUND'],
  }),
  defineRoute({
    id: 'updateFlow',
    method: 'PUT',
    path: '/api/v1/flows/{id}',
    permission: 'flows:write',
    tag: 'Flows',
    summary: 'Save a new version of a flow',
    description:
      'The text of the latest version again makes no version. With the header If-Match: "3" it is ' +
      'saved only while 3 is the latest version.',
    params: idParams,
    headers: { 'If-Match': 'The version that was read, in quotes.' },
    body: flowBody,
    answers: saved(200, 'The flow at its new version.'),
    errors: [...saveErrors, 'FLOW_NOT_FOUND', 'FLOW_CHANGED'],
  }),
  defineRoute({
    id: 'deleteFlow',
    method: 'DELETE',
    path: '/api/v1/flows/{id}',
    permission: 'flows:delete',
    tag: 'Flows',
    summary: 'Delete a flow',
    description: 'Its executions stay and still name the version that they ran.',
    params: idParams,
    answers: [{ status: 204, description: 'Deleted.' }],
    errors: ['FLOW_NOT_FOUND'],
  }),
  defineRoute({
    id: 'listFlowVersions',
    method: 'GET',
    path: '/api/v1/flows/{id}/versions',
    permission: 'flows:read',
    tag: 'Flows',
    summary: 'List the versions of a flow, newest first',
    params: idParams,
    query: z.strictObject(pageQuery),
    answers: [{ status: 200, description: 'A page of versions.', schema: pageOf(flowVersion) }],
    errors: ['FLOW_NOT_FOUND', 'CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'readFlowVersion',
    method: 'GET',
    path: '/api/v1/flows/{id}/versions/{version}',
    permission: 'flows:read',
    tag: 'Flows',
    summary: 'Read one version of a flow',
    params: z.strictObject({ id, version: versionText }),
    answers: [
      {
        status: 200,
        description: 'The version with its text.',
        schema: flowVersion.extend({ source: z.string() }),
      },
    ],
    errors: ['FLOW_NOT_FOUND', 'FLOW_VERSION_NOT_FOUND'],
  }),
  defineRoute({
    id: 'restoreFlowVersion',
    method: 'POST',
    path: '/api/v1/flows/{id}/versions/{version}/restore',
    permission: 'flows:write',
    tag: 'Flows',
    summary: 'Make an earlier version the latest again',
    description: 'Adds a version with the text of the earlier one; nothing is overwritten.',
    params: z.strictObject({ id, version: versionText }),
    answers: saved(200, 'The flow at its new version.'),
    errors: ['FLOW_NOT_FOUND', 'FLOW_VERSION_NOT_FOUND', 'FLOW_INVALID'],
  }),
  defineRoute({
    id: 'exportFlow',
    method: 'GET',
    path: '/api/v1/flows/{id}/export',
    permission: 'flows:read',
    tag: 'Flows',
    summary: 'Download a flow as YAML or JSON',
    params: idParams,
    query: z.strictObject({
      format: z.enum(['yaml', 'json']).default('yaml'),
      version: versionText.optional(),
    }),
    transport: 'text',
    answers: [
      {
        status: 200,
        description: 'A file. In its own format it is the text as saved, comments included.',
        mediaType: 'application/yaml, application/json',
      },
    ],
    errors: ['FLOW_NOT_FOUND', 'FLOW_VERSION_NOT_FOUND'],
  }),
] as const;
