import type { ExecutionId } from '../../base/index.ts';
import type { BlobStore, JournalEntry, JournalUnit } from '../../store/index.ts';
import type { StartRequest } from './dispatcher.ts';
import { entryOf, keepValue } from './entries.ts';
import type { EntryWriterOptions } from './entry-writer.ts';
import { type Reused, reusedFrom } from './history.ts';

/** An execution that is about to begin, here or in the queue. */
export interface PreparedStart {
  readonly id: ExecutionId;
  readonly request: StartRequest;
  readonly createdAt: number;
  readonly header: NonNullable<EntryWriterOptions['header']>;
  readonly reused?: Reused;
}

/** Puts away what is large. Errors: BLOB_TOO_LARGE, BLOB_NOT_FOUND. */
export async function prepareStart(
  request: StartRequest,
  { id, createdAt, blobs }: { id: ExecutionId; createdAt: number; blobs: BlobStore },
): Promise<PreparedStart> {
  const { flow, by, idempotency, retry, audit, onlyLatest } = request;
  const kept = keepValue(request.inputs, blobs);
  const inputs = kept instanceof Promise ? await kept : kept;
  const header = {
    flowId: flow.id,
    flowName: flow.name,
    version: flow.version,
    inputs,
    createdAt,
    startedBy: by,
    ...(idempotency === undefined
      ? {}
      : { idempotencyKey: idempotency.key, requestHash: idempotency.requestHash }),
    ...(retry === undefined ? {} : { retriedFrom: retry.of }),
    ...(onlyLatest === undefined ? {} : { onlyLatest }),
  };
  const own = { header, audit: { ...audit, targetId: id } };
  const prepared = { id, request, createdAt, header: own };
  if (retry === undefined) return prepared;
  return { ...prepared, reused: await reusedFrom(retry.steps, blobs) };
}

/** The one write of an execution that waits for its turn; a retry's begins with what it reuses. */
export function queuedUnit({ id, request, createdAt, header, reused }: PreparedStart): JournalUnit {
  const { account, flow } = request;
  const unit = { account, execution: id, epoch: 1, status: 'queued' as const, ...header };
  if (reused === undefined) return { ...unit, entries: [] };
  const begun = { kind: 'execution.started', executionId: id, flow: flow.name };
  const bodies = [JSON.stringify(begun), ...reused.bodies];
  const entries: JournalEntry[] = bodies.map((body, index) => entryOf(index + 1, createdAt, body));
  return { ...unit, entries };
}
