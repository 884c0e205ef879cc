import type { AccountId } from '../base/index.ts';
import type { ChainHead, CheckpointRecord, SealedRecord } from '../store/index.ts';
import { checkpointText, sealedText } from './seal.ts';
import type { SealKeys } from './seal-keys.ts';

/** The first row of a chain that is not as it was sealed. */
export interface BadRow {
  readonly sequence: number;
  readonly id?: string;
  readonly why: string;
}

export interface ChainCheckOptions {
  readonly account: AccountId;
  readonly keys: SealKeys;
  /**
   * `table`: all of a chain as the database has it, from row 1 or from its last cut, to an end that
   * is signed. `copy`: a stretch of it, from row 1 or from any signed place, to any row; cuts in
   * the middle are where rows went before they were copied.
   */
  readonly of: 'table' | 'copy';
}

/** Takes rows and checkpoints in order, a row before the checkpoint of its place. */
export interface ChainCheck {
  /** Each gives what is bad, and is not called again then. */
  row(row: SealedRecord): BadRow | undefined;
  checkpoint(checkpoint: CheckpointRecord): BadRow | undefined;
  /** After the last one. */
  end(): BadRow | undefined;
  readonly head: ChainHead;
  /** The first row that was seen; 0 before it. */
  readonly firstSequence: number;
  readonly rows: number;
  readonly checkpoints: number;
}

/**
 * Follows a chain. Everything that is not told by a seal of a known key is bad: changed rows, rows
 * that are missing, come twice or stand where they did not, forged checkpoints, and an end that is
 * not the one that was signed last. O(1) memory.
 */
export function checkChain({ account, keys, of }: ChainCheckOptions): ChainCheck {
  let head: ChainHead = { sequence: 0, mac: '' };
  let [firstSequence, rows, checkpoints, signedTo] = [0, 0, 0, 0];
  const row = (given: SealedRecord): BadRow | undefined => {
    const { sequence, id, keyId } = given;
    const expected = head.sequence + 1;
    if (sequence > expected) return missing(expected, sequence);
    if (sequence < expected) return { sequence, id, why: 'it stands where another row stood' };
    const key = keys.byId(keyId);
    if (key === undefined) return { sequence, id, why: unknownKey(keyId) };
    if (key.mac(sealedText({ account, sequence, previousMac: head.mac }, given)) !== given.mac) {
      return { sequence, id, why: 'it is not what was sealed here: changed, moved or put in' };
    }
    head = { sequence, mac: given.mac };
    rows += 1;
    if (firstSequence === 0) firstSequence = sequence;
    return undefined;
  };
  const checkpoint = (given: CheckpointRecord): BadRow | undefined => {
    const { sequence, mac } = given;
    const why = whyNotSigned({ ...given, account }, keys);
    if (why !== undefined) return { sequence, why };
    const isStart = rows === 0 && head.sequence === 0;
    const mayBegin = given.kind === 'cut' ? isStart || of === 'copy' : isStart && of === 'copy';
    if (sequence > head.sequence && mayBegin) head = { sequence, mac };
    if (sequence > head.sequence) return missing(head.sequence + 1, sequence + 1);
    if (given.kind === 'cut' && of === 'table' && rows > 0) {
      return { sequence: firstSequence, why: 'it was removed with a signed cut, and stands here' };
    }
    if (sequence < head.sequence) return { sequence, why: 'a checkpoint stands out of order' };
    if (mac !== head.mac) return { sequence, why: 'another row was signed here' };
    signedTo = sequence;
    checkpoints += 1;
    return undefined;
  };
  const end = (): BadRow | undefined => {
    if (of === 'copy' || signedTo === head.sequence) return undefined;
    return { sequence: head.sequence, why: 'the checkpoint of the last row is missing' };
  };
  return {
    row,
    checkpoint,
    end,
    get head() {
      return head;
    },
    get firstSequence() {
      return firstSequence;
    },
    get rows() {
      return rows;
    },
    get checkpoints() {
      return checkpoints;
    },
  };
}

function missing(first: number, next: number): BadRow {
  const last = next - 1;
  const which = first === last ? `row ${first} is` : `rows ${first} to ${last} are`;
  return { sequence: first, why: `${which} missing` };
}

function whyNotSigned(given: CheckpointRecord, keys: SealKeys): string | undefined {
  const key = keys.byId(given.keyId);
  if (key === undefined) return `its checkpoint was ${unknownKey(given.keyId)}`;
  if (key.isSigned(checkpointText(given), given.signature)) return undefined;
  return 'its checkpoint was not signed by this server';
}

function unknownKey(keyId: string): string {
  const named = /^[0-9a-f]{1,16}$/.test(keyId) ? keyId : 'a name that is none';
  return `sealed with the key ${named}, which is neither ENCRYPTION_KEY nor a previous one`;
}
