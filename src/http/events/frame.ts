import { assert } from '../../base/index.ts';
import type { ExecutionStatus } from '../../contract/index.ts';
import type { ErrorReport } from '../../errors/index.ts';
import type { JournalEntry } from '../../store/index.ts';

/**
 * One entry as a server-sent event (WHATWG HTML, 9.2): its sequence number as id, so that a
 * connection that was lost goes on behind it.
 */
export function serverSentEvent(entry: JournalEntry): string {
  // JSON of ours has no line break outside its texts, and there they are escaped.
  assert(!/[\r\n]/.test(entry.text), 'an entry of a journal is one line');
  return `id: ${entry.sequence}\nevent: ${kindOf(entry)}\ndata: ${entry.text}\n\n`;
}

/** One entry as a message of a WebSocket; the entry's own text is not read. */
export function eventMessage(executionId: string, entry: JournalEntry): string {
  const { sequence, text } = entry;
  return `{"type":"event","executionId":"${executionId}","sequence":${sequence},"event":${text}}`;
}

/** How the execution ended, if this entry says so; it is the last one of its journal. */
export function endOf(
  entry: JournalEntry | undefined,
): { readonly status: ExecutionStatus; readonly error?: ErrorReport } | undefined {
  if (entry === undefined || kindOf(entry) !== 'execution.ended') return undefined;
  const { status, error } = JSON.parse(entry.text);
  return error === undefined ? { status } : { status, error };
}

/** The usual order of members, so that a large entry need not be read for its kind. */
const BEGINNING = /^\{"sequence":\d+,"at":\d+,"kind":"([a-z.]+)"/;

function kindOf({ text }: JournalEntry): string {
  const found = BEGINNING.exec(text)?.[1];
  if (found !== undefined) return found;
  const { kind } = JSON.parse(text);
  assert(typeof kind === 'string' && /^[a-z.]+$/.test(kind), 'an entry of a journal has a kind');
  return kind;
}
