import { ACCESS_LIMITS, assert, type ExecutionId, STORE_LIMITS } from '../../base/index.ts';
import type { ExecutionStore } from '../execution-store.ts';
import type { JournalEntry } from '../journal-store.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';
import { cancelExecution, cancelSomeWaiting, ENDED_AT_ONCE, waitingOf } from './cancel.ts';
import { listExecutions } from './execution-list.ts';
import { recordOf } from './execution-row.ts';

/** Executions as people see them; the journal makes and advances them. */
export function executionStore(
  { read, write }: AccountScopes,
  announce: () => void,
): ExecutionStore {
  return {
    get: async (id) => {
      if (!isUuid(id)) return undefined;
      const row = await write
        .select('executions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : recordOf(row);
    },
    list: (filter, page) => listExecutions(read, filter, page),
    findByIdempotencyKey: async (flow, key) => {
      if (!isUuid(flow)) return undefined;
      const row = await write
        .select('executions')
        .select(['id', 'request_hash'])
        .where('flow_id', '=', flow)
        .where('idempotency_key', '=', storedText(key))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return { id: row.id as ExecutionId, requestHash: originalText(row.request_hash ?? '') };
    },
    entries: (id, after, limit) => entriesAfter(write, { id, after, limit }),
    progress: async (ids) => {
      const known = ids.filter(isUuid);
      if (known.length === 0) return new Map();
      const rows = await write
        .select('executions')
        .select(['id', 'status', 'last_sequence'])
        .where((eb) => eb('id', '=', eb.fn.any(eb.val(known))))
        .execute();
      return new Map(
        rows.map(({ id, status, last_sequence }) => [
          id as ExecutionId,
          { status, lastSequence: last_sequence },
        ]),
      );
    },
    cancel: async (id, audit) => {
      if (!isUuid(id)) return undefined;
      const answer = await write.transaction((scoped) => cancelExecution(scoped, id, audit));
      if (answer === 'asked') announce();
      return answer;
    },
    cancelWaiting: async (of, audit) => {
      const ids = await waitingOf(write, of, ACCESS_LIMITS.queuedCancelled);
      let ended = 0;
      for (let at = 0; at < ids.length; at += ENDED_AT_ONCE) {
        const some = ids.slice(at, at + ENDED_AT_ONCE);
        ended += await write.transaction((scoped) => cancelSomeWaiting(scoped, some, audit));
      }
      return ended;
    },
  };
}

/**
 * Chunks hold entries without gaps, so the one with the entry after `after` is found from its
 * first sequence, and as many follow as may hold the rest, as far as they fit in memory.
 */
async function entriesAfter(
  scoped: Scoped,
  { id, after, limit }: { id: ExecutionId; after: number; limit: number },
): Promise<readonly JournalEntry[]> {
  assert(limit >= 1 && limit <= STORE_LIMITS.entriesAPage, 'at most entriesAPage entries');
  assert(Number.isInteger(after) && after >= 0, 'a sequence number');
  if (!isUuid(id) || after > SEQUENCE_MAX) return [];
  const from = after === 0 ? 1 : await chunkStart(scoped, id, after + 1);
  const chunks = () =>
    scoped
      .select('journal')
      .where('execution_id', '=', id)
      .where('first_sequence', '>=', from)
      .orderBy('first_sequence');
  const sizes = await chunks()
    .where('first_sequence', '<=', after + limit)
    .select((eb) => ['last_sequence', eb.fn<number>('octet_length', ['entries']).as('bytes')])
    .execute();
  const until = lastWithin(sizes, STORE_LIMITS.entriesAPageBytes);
  if (until === undefined) return [];
  const texts = await chunks()
    .select(['first_sequence', 'entries'])
    .where('last_sequence', '<=', until)
    .execute();
  const entries = texts.flatMap(({ first_sequence: first, entries: text }) =>
    text.split('\n').map((entry, index) => ({ sequence: first + index, text: entry })),
  );
  return entries.filter(({ sequence }) => sequence > after).slice(0, limit);
}

/** The first sequence of the chunk that holds an entry, if any does. */
async function chunkStart(scoped: Scoped, id: ExecutionId, sequence: number): Promise<number> {
  const chunk = await scoped
    .select('journal')
    .select('first_sequence')
    .where('execution_id', '=', id)
    .where('first_sequence', '<=', sequence)
    .orderBy('first_sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return chunk?.first_sequence ?? sequence;
}

/** The end of the last chunk that fits, and of the first one in any case. */
function lastWithin(
  chunks: readonly { readonly last_sequence: number; readonly bytes: number }[],
  bytesMax: number,
): number | undefined {
  let bytes = 0;
  const next = chunks.findIndex((chunk, at) => {
    bytes += chunk.bytes;
    return at > 0 && bytes > bytesMax;
  });
  return chunks.at(next === -1 ? -1 : next - 1)?.last_sequence;
}

/** What the column holds, less a page. */
const SEQUENCE_MAX = 2 ** 31 - 1 - STORE_LIMITS.entriesAPage;
