import { assert, type ExecutionId, STORE_LIMITS } from '../../base/index.ts';
import type { ExecutionFilter, ExecutionStore } from '../execution-store.ts';
import type { JournalEntry } from '../journal-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped } from '../scope.ts';
import type { PageRequest } from '../store.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';
import { cancelExecution } from './cancel.ts';
import { type ExecutionRow, recordOf, SUMMARY_COLUMNS, summaryOf } from './execution-row.ts';

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
  };
}

async function listExecutions(
  scoped: Scoped,
  filter: ExecutionFilter,
  page: PageRequest,
): ReturnType<ExecutionStore['list']> {
  const of = { account: scoped.account, list: 'executions' };
  const after = positionOf(page, of);
  if (filter.flowId !== undefined && !isUuid(filter.flowId)) return { items: [] };
  let query = scoped.select('executions').select(SUMMARY_COLUMNS);
  if (filter.flowId !== undefined) query = query.where('flow_id', '=', filter.flowId);
  if (filter.status !== undefined) query = query.where('status', 'in', [...filter.status]);
  if (filter.status?.length === 0) return { items: [] };
  if (filter.from !== undefined) query = query.where('created_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('created_at', '<', filter.to);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.at, after.id)),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const position = (row: Pick<ExecutionRow, 'created_at' | 'id'>) => ({
    at: Number(row.created_at),
    id: row.id,
  });
  return pageOf(rows, { ...page, of }, { item: summaryOf, position });
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
