import { type ExecutionId, SERVER_LIMITS, STORE_LIMITS } from '../../base/index.ts';
import type { StepRecord } from '../../contract/index.ts';
import type { ExecutionStore, JournalEntry } from '../../store/index.ts';

/** A step and where its entry stands in the journal. */
export interface JournaledStep {
  readonly sequence: number;
  readonly step: StepRecord;
}

/**
 * The entries of an execution after a sequence number, a page of the store at a time, until there
 * are no more or SERVER_LIMITS.entriesARequest were read.
 */
export async function* journalEntries(
  executions: ExecutionStore,
  id: ExecutionId,
  after: number,
): AsyncGenerator<JournalEntry> {
  let last = after;
  for (let read = 0; read < SERVER_LIMITS.entriesARequest; ) {
    const entries = await executions.entries(id, last, STORE_LIMITS.entriesAPage);
    yield* entries;
    read += entries.length;
    last = entries.at(-1)?.sequence ?? last;
    if (entries.length === 0) return;
  }
}

/** The step of an entry `step.ended`; other kinds are seen by their text and not parsed. */
export function stepOf({ sequence, text }: JournalEntry): JournaledStep | undefined {
  if (!text.includes('"step.ended"')) return undefined;
  // The journal holds what the engine told, one ExecutionEvent an entry.
  const event = JSON.parse(text) as { readonly kind: string; readonly step: StepRecord };
  return event.kind === 'step.ended' ? { sequence, step: event.step } : undefined;
}
