import { z } from 'zod';
import { AppError } from '../../errors/index.ts';

/** What a client may say on a WebSocket. */
export type ClientMessage =
  | { readonly type: 'subscribe'; readonly executionId: string; readonly after: number }
  | { readonly type: 'unsubscribe'; readonly executionId: string }
  | { readonly type: 'ping' };

const id = z.uuid();
const after = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const SHAPES = {
  subscribe: z.strictObject({ type: z.literal('subscribe'), executionId: id, after }),
  unsubscribe: z.strictObject({ type: z.literal('unsubscribe'), executionId: id }),
  ping: z.strictObject({ type: z.literal('ping') }),
} as const;
const TYPES = Object.keys(SHAPES).join(', ');

/**
 * Reads one text message; the bare word `ping` is a ping, and `execution_id` may stand for
 * `executionId`. Throws MESSAGE_INVALID with what is wrong; never repeats what was sent.
 */
export function readClientMessage(text: string): ClientMessage {
  if (text === 'ping') return { type: 'ping' };
  const data = inOurNames(parse(text));
  const type = data.type;
  if (type === undefined) throw invalid(`the message has no type; there are ${TYPES}`);
  if (typeof type !== 'string' || !isType(type)) {
    throw invalid(`the message has a type that is not known; there are ${TYPES}`);
  }
  const read = SHAPES[type].safeParse(data);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  const unknown = issue?.code === 'unrecognized_keys';
  const what = unknown ? 'it has a member that is not known' : `${where}: ${issue?.message}`;
  throw invalid(`the ${type} message is not valid: ${what}`);
}

/** A message that is not text. */
export function notText(): AppError {
  return invalid('the message is binary, which is not taken');
}

function parse(text: string): Record<string, unknown> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold anything.
    throw invalid('the message is not JSON');
  }
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return { ...data };
  throw invalid('the message is not a JSON object');
}

function inOurNames({ execution_id, ...data }: Record<string, unknown>): Record<string, unknown> {
  if (execution_id === undefined || 'executionId' in data) {
    return execution_id === undefined ? data : { ...data, execution_id };
  }
  return { ...data, executionId: execution_id };
}

function isType(type: string): type is keyof typeof SHAPES {
  return Object.hasOwn(SHAPES, type);
}

function invalid(message: string): AppError {
  return new AppError('MESSAGE_INVALID', { message });
}
