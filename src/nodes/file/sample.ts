import { AppError, FILE_LIMITS, type NodeContext } from '../kit/index.ts';
import type { FileConfig } from './file-fields.ts';

type Selection = Pick<FileConfig, 'sample' | 'limit' | 'chunk_size'>;

/**
 * The records that `sample` and `limit` keep, in their order. Reads no further than needed, and
 * holds no more than a chunk besides what it keeps. A sample of s among n records has floor(n x s)
 * of them, drawn evenly from each chunk; the same visit draws the same ones again on a retry.
 *
 * Errors: FILE_TOO_LARGE beyond FILE_LIMITS.records kept.
 */
export async function selected<T>(
  records: AsyncIterable<T>,
  selection: Selection,
  context: Pick<NodeContext, 'random' | 'signal'>,
): Promise<T[]> {
  const kept: T[] = [];
  const limit = selection.limit === undefined || selection.limit === 0 ? Infinity : selection.limit;
  for await (const part of parts(records, selection, context)) {
    for (const record of part) {
      if (kept.length === FILE_LIMITS.records) throw tooMany();
      kept.push(record);
      if (kept.length >= limit) return kept;
    }
  }
  return kept;
}

/** True where the config asks for some of the records only. */
export function isSelective({ sample, limit }: Selection): boolean {
  return (limit ?? 0) > 0 || isPart(sample);
}

function isPart(sample: number | undefined): sample is number {
  return sample !== undefined && sample > 0 && sample < 1;
}

async function* parts<T>(
  records: AsyncIterable<T>,
  { sample, chunk_size }: Selection,
  context: Pick<NodeContext, 'random' | 'signal'>,
): AsyncGenerator<readonly T[]> {
  const size = isPart(sample) ? chunk_size : 1;
  let chunk: T[] = [];
  let seen = 0;
  const drawn = () => {
    const before = isPart(sample) ? Math.floor((seen - chunk.length) * sample) : 0;
    return isPart(sample) ? draw(chunk, Math.floor(seen * sample) - before, context) : chunk;
  };
  for await (const record of records) {
    chunk.push(record);
    seen += 1;
    if (chunk.length < size) continue;
    context.signal.throwIfAborted();
    yield drawn();
    chunk = [];
  }
  yield drawn();
}

/** `count` of the records in their order, each choice as likely as any other (Knuth 3.4.2, S). */
function draw<T>(
  records: readonly T[],
  count: number,
  { random }: Pick<NodeContext, 'random'>,
): readonly T[] {
  let wanted = count;
  return records.filter((_record, index) => {
    const isDrawn = random.next() * (records.length - index) < wanted;
    if (isDrawn) wanted -= 1;
    return isDrawn;
  });
}

function tooMany(): AppError {
  return new AppError('FILE_TOO_LARGE', {
    message: `more than ${FILE_LIMITS.records} records were read`,
    remedy: 'Set limit or sample, or split the file.',
    retryable: false,
  });
}
