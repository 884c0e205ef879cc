import type { AccountId } from '../base/index.ts';
import { inert } from '../log/index.ts';
import type { CheckpointRecord, SealedRecord } from '../store/index.ts';

/** A line of a copy of the audit, read. */
export type CopyLine =
  | { readonly kind: 'record'; readonly account: AccountId; readonly record: SealedRecord }
  | { readonly kind: 'checkpoint'; readonly checkpoint: CheckpointRecord };

/**
 * A sealed row as one line of JSON, without its line break. What a row holds stays inside: every
 * control and reordering character is escaped (CWE-117, claim G4.239).
 */
export function recordLine(account: AccountId, record: SealedRecord): string {
  const { sequence, id, at, details, mac, keyId } = record;
  const { actor, action, targetKind, targetId, outcome, requestId, address } = record;
  const who = { actor, action, targetKind, targetId, outcome, requestId, address };
  const what = { kind: 'record', account, sequence, id, at, time: timeText(at), ...who };
  return inert(JSON.stringify({ ...what, details: shownDetails(details), mac, keyId }));
}

/** A checkpoint as one line of JSON, without its line break. */
export function checkpointLine(checkpoint: CheckpointRecord): string {
  const { account, sequence, mac, at, kind: of, keyId, signature } = checkpoint;
  const what = { kind: 'checkpoint', account, sequence, of, mac, at, time: timeText(at) };
  return inert(JSON.stringify({ ...what, keyId, signature }));
}

/**
 * Reads a line that one of the two above wrote; undefined for any other text, also for one that
 * only means the same: then no character of a copy can be changed without being found.
 */
export function readLine(line: string): CopyLine | undefined {
  const given = parsed(line);
  if (given === undefined || typeof given.account !== 'string') return undefined;
  const account = given.account as AccountId; // Of a copy of ours, or the line does not come back.
  const read: CopyLine =
    given.kind === 'checkpoint'
      ? { kind: 'checkpoint', checkpoint: checkpointOf(account, given) }
      : { kind: 'record', account, record: recordOf(given) };
  return lineOf(read) === line ? read : undefined;
}

/** The line of what was read. */
export function lineOf(read: CopyLine): string | undefined {
  try {
    return read.kind === 'checkpoint'
      ? checkpointLine(read.checkpoint)
      : recordLine(read.account, read.record);
  } catch {
    // Values of other types than ours, such as a time that is none.
    return undefined;
  }
}

type Given = Readonly<Record<string, unknown>>;

// Types are not looked at: what had another one gives another line, or none, and is refused.
function recordOf(given: Given): SealedRecord {
  const { id, at, actor, action, targetKind, targetId, outcome, requestId, address } = given;
  const { sequence, mac, keyId } = given;
  const details = keptDetails(given.details);
  const row = { id, at, actor, action, targetKind, targetId, outcome, requestId, address, details };
  return { ...row, sequence, mac, keyId } as SealedRecord;
}

function checkpointOf(account: AccountId, given: Given): CheckpointRecord {
  const { sequence, of: kind, mac, at, keyId, signature } = given;
  return { account, sequence, mac, at, kind, keyId, signature } as CheckpointRecord;
}

function parsed(line: string): Given | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Given) : undefined;
  } catch {
    return undefined;
  }
}

function timeText(at: number): string | null {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null;
}

/** As JSON where that says the same text, which is what we write; else as the text itself. */
function shownDetails(text: string | null): unknown {
  if (text === null) return null;
  const value = parsed(text);
  return value !== undefined && JSON.stringify(value) === text ? value : text;
}

function keptDetails(shown: unknown): string | null {
  if (shown === null) return null;
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}
