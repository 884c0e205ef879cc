import { z } from 'zod';
import { FLOW_TEXT_LIMITS, SERVER_LIMITS } from '../../base/index.ts';

/** Values that several routes share. */

export const id = z.uuid().toLowerCase().describe('A UUID.');
export const time = z.iso.datetime().describe('ISO 8601, UTC, with milliseconds.');
export const json: z.ZodType<unknown> = z.unknown().describe('Any JSON value.');

export const blobRef = z.object({ blob: z.string(), bytes: z.number().int() });

/**
 * A duration such as `30s` or `500ms`; plain digits are seconds. The handler reads it, so that the
 * error can say what is allowed.
 */
export const waitText = z
  .string()
  .min(1)
  .max(20)
  .describe(`How long to wait for the end, at most ${SERVER_LIMITS.waitMs / 1000}s, such as 30s.`);

export const sourceText = z
  .string()
  .min(1)
  .describe(`The text of the flow, at most MAX_YAML_SIZE (${FLOW_TEXT_LIMITS.textBytes} bytes).`);

/** A number in an address: digits alone, since `Number` also takes '', ' 5', '0x10' and '1e2'. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const read = (text: unknown) =>
    typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text;
  return z.preprocess(read, z.number().int().min(least).max(most));
}
