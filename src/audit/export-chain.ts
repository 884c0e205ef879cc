import { type AccountId, AUDIT_LIMITS } from '../base/index.ts';
import type { CheckpointRecord, SealedRecord, SealStore } from '../store/index.ts';
import { checkpointLine, recordLine } from './lines.ts';

/** A stretch of a chain as lines, each with its line break. */
export interface Stretch {
  readonly text: string;
  readonly records: number;
  /** The place of the last line; where the stretch is empty, the place after which it was read. */
  readonly upTo: number;
}

export interface StretchWanted {
  readonly after: number;
  /** Rows at most. */
  readonly limit: number;
  /** The reader has the row of that place and perhaps not its checkpoint. */
  readonly isUnsigned?: boolean;
}

/** A chain whose beginning is cut off between two reads is read again, so often. */
const TRIES = 3;

/**
 * The lines after a place: rows with their checkpoints, at most `limit` rows. A cut that came
 * after that place stands first, since the rows before it are there no more. One stretch after the
 * other makes a copy that `verifyCopy` takes.
 */
export async function exportChain(
  seals: Pick<SealStore, 'sealed' | 'checkpoints' | 'lastCut'>,
  account: AccountId,
  wanted: StretchWanted,
): Promise<Stretch> {
  const { after, limit, isUnsigned = false } = wanted;
  for (let tries = 1; ; tries += 1) {
    const cut = await seals.lastCut(account);
    const isAfterCut = cut === undefined || cut.sequence <= after;
    const start = isAfterCut ? after : cut.sequence;
    const rows = await seals.sealed(account, start, limit);
    const [first] = rows;
    const isGap = first !== undefined && first.sequence > start + 1;
    // Cut off meanwhile; a gap that stays is for the verifier to tell of.
    if (isGap && tries < TRIES) continue;
    const upTo = rows.at(-1)?.sequence ?? start;
    const from = isUnsigned && isAfterCut && start > 0 ? start - 1 : start;
    const signed = await checkpointsUpTo(seals, account, { start: from, upTo });
    const heads = new Map(signed.filter(isHead).map((one) => [one.sequence, one]));
    const opening = isAfterCut ? heads.get(start) : cut;
    const lines = opening === undefined ? [] : [checkpointLine(opening)];
    for (const row of rows) lines.push(...linesAt(account, row, heads.get(row.sequence)));
    return { text: lines.map((line) => `${line}\n`).join(''), records: rows.length, upTo };
  }
}

const isHead = ({ kind }: CheckpointRecord) => kind === 'head';

function linesAt(account: AccountId, row: SealedRecord, signed: CheckpointRecord | undefined) {
  const line = recordLine(account, row);
  return signed === undefined ? [line] : [line, checkpointLine(signed)];
}

async function checkpointsUpTo(
  seals: Pick<SealStore, 'checkpoints'>,
  account: AccountId,
  { start, upTo }: { readonly start: number; readonly upTo: number },
): Promise<readonly CheckpointRecord[]> {
  const found: CheckpointRecord[] = [];
  for (let after = start; after < upTo; ) {
    const page = await seals.checkpoints(account, after, AUDIT_LIMITS.sealRecords);
    found.push(...page.filter(({ sequence }) => sequence <= upTo));
    after = page.at(-1)?.sequence ?? upTo;
  }
  return found;
}
