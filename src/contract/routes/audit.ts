import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { pageOf, pageQuery } from './page-shapes.ts';
import { json, time } from './shapes.ts';

const auditRecord = z.object({
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
  sequence: z.number().int().optional().describe('Its place in the chain, once it is sealed.'),
});

const filters = {
  actor: z.string().max(200).optional(),
  action: z.string().max(200).optional().describe('Such as flow.create; a final * is any ending.'),
  targetKind: z.string().max(200).optional(),
  targetId: z.string().max(200).optional(),
  outcome: z.enum(['done', 'denied', 'failed']).optional(),
  address: z.string().max(64).optional(),
  from: time.optional(),
  to: time.optional(),
};

/** Who did what in the account; that somebody reads it is recorded too. */
export const AUDIT_ROUTES = [
  defineRoute({
    id: 'listAudit',
    method: 'GET',
    path: '/api/v1/audit',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'List who did what, newest first',
    query: z.strictObject({ ...pageQuery, ...filters }),
    answers: [
      { status: 200, description: 'A page of audit records.', schema: pageOf(auditRecord) },
    ],
    errors: ['CURSOR_INVALID'],
  }),
  defineRoute({
    id: 'verifyAudit',
    method: 'GET',
    path: '/api/v1/audit/verify',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'Check that no sealed record was changed, removed, added or moved',
    answers: [
      {
        status: 200,
        description: 'What was found, also where something is wrong.',
        schema: z.object({
          isIntact: z.boolean(),
          checked: z.number().int().describe('Sealed records that were looked at.'),
          unsealed: z.number().int().describe('Records that wait for their seal.'),
          firstSequence: z.number().int(),
          lastSequence: z.number().int(),
          firstBad: z
            .object({ sequence: z.number().int(), id: z.string().optional(), why: z.string() })
            .optional(),
          checkpoints: z.number().int().describe('Signed ones that were checked.'),
          publicKey: z.string().describe('Ed25519, hex: whose signatures they are.'),
        }),
      },
    ],
    errors: [],
  }),
  defineRoute({
    id: 'exportAudit',
    method: 'GET',
    path: '/api/v1/audit/export',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'Download sealed records and checkpoints, one JSON document a line',
    query: z.strictObject({
      afterSequence: z
        .preprocess(
          (text) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text),
          z.number().int().min(0),
        )
        .default(0)
        .describe('Records after this place in the chain; a page has at most 10,000.'),
    }),
    transport: 'text',
    answers: [{ status: 200, description: 'Lines of JSON.', mediaType: 'application/x-ndjson' }],
    errors: [],
  }),
] as const;
