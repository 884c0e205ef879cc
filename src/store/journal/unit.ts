import { assert } from '../../base/index.ts';
import type { JournalUnit, KeptValue } from '../journal-store.ts';
import { isUuid } from '../stored-text.ts';
import { isOneLine } from './columns.ts';

/** One unit on its way to the database. */
export interface PendingUnit {
  readonly unit: JournalUnit;
  /** Characters of JSON. */
  readonly size: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** The sequence before the unit's first entry, and that of its last; equal when it has none. */
export interface SequenceRange {
  readonly before: number;
  readonly last: number;
}

/**
 * Undefined for a unit without entries that makes no row: it follows on whatever is there.
 */
export function rangeOf({ header, entries }: JournalUnit): SequenceRange | undefined {
  const [first] = entries;
  const last = entries.at(-1);
  if (first !== undefined && last !== undefined) {
    return { before: first.sequence - 1, last: last.sequence };
  }
  return header === undefined ? undefined : { before: 0, last: 0 };
}

/** Entries as one text; undefined where there are none. */
export function chunkOf({ entries }: JournalUnit): string | undefined {
  if (entries.length === 0) return undefined;
  return entries.map(({ text }) => text).join('\n');
}

/**
 * True when a step ended or its result is waiting: only that counts as progress between two
 * takeovers, since `execution.resumed` and `step.started` are written by what then dies as well. A
 * quote inside a JSON text is escaped, so no value of a flow can look like this outside of a text.
 */
export function hasStep({ entries }: JournalUnit): boolean {
  return entries.some(({ text }) => STEP.test(text));
}

const STEP = /"kind":"step\.(?:ended|waiting)"/;

/** States what the dispatcher must have seen to; gives the characters of JSON. */
export function checkUnit(unit: JournalUnit): number {
  const { execution, owner, epoch, header, entries, status } = unit;
  assert(isUuid(execution), 'the id of an execution is a UUID');
  assert(Number.isInteger(epoch) && epoch >= 1, 'epochs count from 1');
  assert(status !== 'running' || owner !== undefined, 'what runs has an owner');
  assert(header !== undefined || owner !== undefined, 'only an owner goes on');
  const isTerminal = status === 'completed' || status === 'failed' || status === 'cancelled';
  assert(isTerminal === (unit.endedAt !== undefined), 'what has ended has the time of its end');
  let size = sizeOf(unit.outputs);
  let sequence = header === undefined ? (entries[0]?.sequence ?? 1) : 1;
  assert(sequence >= 1, 'sequences count from 1');
  for (const entry of entries) {
    assert(entry.sequence === sequence, 'entries follow each other without a gap');
    assert(isOneLine(entry.text), 'an entry is JSON on one line');
    sequence += 1;
    size += entry.text.length;
  }
  if (header === undefined) return size;
  assert(isUuid(header.flowId), 'the id of a flow is a UUID');
  const { retriedFrom } = header;
  assert(retriedFrom === undefined || isUuid(retriedFrom), 'the id of an execution is a UUID');
  return size + sizeOf(header.inputs);
}

function sizeOf(value: KeptValue | undefined): number {
  if (value === undefined || !('json' in value)) return 0;
  assert(isOneLine(value.json), 'a value is JSON on one line');
  return value.json.length;
}
