import { z } from 'zod';
import { ERROR_CATALOGUE, type ErrorCode } from '../../errors/index.ts';
import { json } from './shapes.ts';

/** Every code of the catalogue. */
export const errorCode = z.enum(Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]]);

export const place = z.object({
  file: z.string().optional(),
  line: z.number().int(),
  column: z.number().int(),
  path: z.string().optional(),
  sourceLine: z.string().optional(),
});

export const errorReport = z.object({
  code: errorCode,
  message: z.string(),
  remedy: z.string(),
  place: place.optional(),
  details: z.record(z.string(), json).optional(),
  node: z.string().optional(),
  path: z.string().optional(),
});

/** The body of every answer from status 400 on. */
export const errorAnswer = z.object({
  error: z.object({
    code: errorCode,
    message: z.string(),
    remedy: z.string(),
    place: place.optional(),
    details: z.record(z.string(), json).optional(),
    requestId: z.string(),
  }),
});

export const problem = z.object({
  severity: z.enum(['error', 'warning']),
  code: errorCode,
  message: z.string(),
  remedy: z.string(),
  place,
});
