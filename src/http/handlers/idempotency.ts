import {
  type ExecutionId,
  type FlowId,
  isList,
  isMap,
  SERVER_LIMITS,
  type Value,
} from '../../base/index.ts';
import { sha256Hex } from '../../crypto/index.ts';
import { AppError } from '../../errors/index.ts';
import type { ExecutionStore } from '../../store/index.ts';

/** What makes two starts the same: the key, and a hash of all that was asked. */
export interface Idempotency {
  readonly key: string;
  readonly requestHash: string;
}

/** The header's key with the hash of the request. Errors: QUERY_INVALID. */
export function idempotencyOf(header: string | undefined, asked: Value): Idempotency | undefined {
  if (header === undefined) return undefined;
  const most = SERVER_LIMITS.idempotencyKeyCharacters;
  if (header.length > most || !/^[\x21-\x7e]+$/.test(header)) {
    throw new AppError('QUERY_INVALID', {
      message: 'the header Idempotency-Key is not valid',
      remedy: `Send 1 to ${most} characters without spaces, such as a UUID.`,
    });
  }
  return { key: header, requestHash: sha256Hex(canonical(asked)) };
}

/** An execution that was started with the same key. */
export interface StartedBefore {
  readonly id: ExecutionId;
  readonly isSameRequest: boolean;
}

/** The execution that was started with this key before. */
export async function startedBefore(
  executions: ExecutionStore,
  flow: FlowId,
  { key, requestHash }: Idempotency,
): Promise<StartedBefore | undefined> {
  const found = await executions.findByIdempotencyKey(flow, key);
  if (found === undefined) return undefined;
  return { id: found.id, isSameRequest: found.requestHash === requestHash };
}

/** The execution that another request with the same key began meanwhile; rethrows all else. */
export function startedMeanwhile(thrown: unknown): StartedBefore {
  if (!(thrown instanceof AppError) || thrown.code !== 'IDEMPOTENCY_TAKEN') throw thrown;
  // The store puts both there, see JournalStore.write.
  const id = thrown.details?.executionId as ExecutionId;
  return { id, isSameRequest: thrown.details?.sameRequest === true };
}

/** The refusal of a key that is taken; without an id where the asker may not see that execution. */
export function idempotencyMismatch(executionId: ExecutionId | undefined): AppError {
  return new AppError('IDEMPOTENCY_MISMATCH', {
    message: 'the idempotency key was used for another request',
    ...(executionId === undefined ? {} : { details: { executionId } }),
  });
}

/** JSON with keys in one order, so that the same data is the same text. */
function canonical(value: Value): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
