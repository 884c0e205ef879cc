import { z } from 'zod';
import type { ExecutionEvent } from '../execution.ts';
import { errorReport } from '../routes/error-shapes.ts';
import { blobRef } from '../routes/shapes.ts';
import { stepEvents } from '../routes/step-event-shape.ts';

const value = z.unknown();
const sequence = z.number().int().min(1);
const stamp = { sequence, at: z.number() };
const visit = { node: z.string(), path: z.string(), attempt: z.number().int() };
const status = z.enum(['completed', 'failed', 'cancelled']);
const logs = z
  .array(z.object({ level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }))
  .optional();

const step = z.object({
  node: z.string(),
  path: z.string(),
  status: z.enum(['completed', 'failed', 'skipped', 'cancelled']),
  attempts: z.number().int(),
  startedAt: z.number(),
  endedAt: z.number(),
  port: z.string().optional(),
  value: value.optional(),
  valueRef: blobRef.optional(),
  items: z.number().int().optional(),
  dropped: z.literal(true).optional(),
  error: errorReport.optional(),
  logs,
  events: stepEvents,
  reusedFrom: z.string().optional(),
});

const wait = z.object({
  node: z.string(),
  path: z.string(),
  attempts: z.number().int(),
  startedAt: z.number(),
  until: z.number(),
  value: value.optional(),
  valueRef: blobRef.optional(),
  port: z.string().optional(),
  logs,
  events: stepEvents,
});

const event = z.discriminatedUnion('kind', [
  z.object({
    ...stamp,
    kind: z.literal('execution.started'),
    executionId: z.string(),
    flow: z.string(),
  }),
  z.object({ ...stamp, kind: z.literal('step.started'), ...visit }),
  z.object({
    ...stamp,
    kind: z.literal('step.retrying'),
    ...visit,
    delayMs: z.number(),
    error: errorReport,
  }),
  z.object({ ...stamp, kind: z.literal('step.waiting'), wait }),
  z.object({ ...stamp, kind: z.literal('step.ended'), step }),
  z.object({
    ...stamp,
    kind: z.literal('execution.resumed'),
    reason: z.enum(['wake', 'takeover', 'queue']),
  }),
  z.object({
    ...stamp,
    kind: z.literal('execution.ended'),
    status,
    error: errorReport.optional(),
  }),
]);

const anyEvent = z.object({ sequence, kind: z.string() });
const KINDS: ReadonlySet<string> = new Set(event.options.map((one) => one.shape.kind.value));

/**
 * What one event holds; undefined where it is no event of an execution. An event of a kind that is
 * not known has its sequence alone, so that a newer server can be followed.
 */
export function readEvent(
  data: unknown,
): { readonly sequence: number; readonly event?: ExecutionEvent } | undefined {
  const any = anyEvent.safeParse(data);
  if (!any.success) return undefined;
  if (!KINDS.has(any.data.kind)) return { sequence: any.data.sequence };
  const known = event.safeParse(data);
  if (!known.success) return undefined;
  // The schema above says the same as the type; what differs is how they write `optional`, and that
  // values out of JSON are Values.
  return { sequence: known.data.sequence, event: known.data as ExecutionEvent };
}
