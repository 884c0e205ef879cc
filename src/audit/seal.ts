import { type AccountId, assert } from '../base/index.ts';
import type {
  ChainHead,
  CheckpointRecord,
  KeptRow,
  SealedBatch,
  SealedRecord,
} from '../store/index.ts';
import type { SealKey } from './seal-keys.ts';

/**
 * Threat: someone with the database, but without ENCRYPTION_KEY, changes, removes, adds or moves
 * rows of the audit (attacks.md E6, ASVS 5.0 16.4.2). Each row is sealed together with its place
 * and the seal before it; the end of the chain is signed.
 */

/** A row to be sealed, and where. */
export interface Place {
  readonly account: AccountId;
  readonly sequence: number;
  /** The mac of the row before it; '' for the first one. */
  readonly previousMac: string;
}

/**
 * The text that a seal is made of. JSON keeps members apart whatever they hold, and the fixed order
 * gives each row one text only; `null` and '' differ.
 */
export function sealedText({ account, sequence, previousMac }: Place, row: KeptRow): string {
  const { id, at, actor, action, targetKind, targetId } = row;
  const { outcome, requestId, address, details } = row;
  const what = [id, at, actor, action, targetKind, targetId, outcome, requestId, address, details];
  return JSON.stringify(['sluice-audit-row-1', previousMac, sequence, account, ...what]);
}

/** Continues the chain with these rows, in their order, and signs its new end. */
export function sealRows(
  head: ChainHead,
  rows: readonly KeptRow[],
  { account, key, at }: { readonly account: AccountId; readonly key: SealKey; readonly at: number },
): SealedBatch {
  let { sequence, mac } = head;
  const sealed = rows.map((row): SealedRecord => {
    sequence += 1;
    mac = key.mac(sealedText({ account, sequence, previousMac: mac }, row));
    return { ...row, sequence, mac, keyId: key.id };
  });
  const last = sealed.at(-1);
  assert(last !== undefined, 'there is something to seal');
  return { sealed, checkpoint: signCheckpoint('head', last, { account, key, at }) };
}

/** Signs a place of the chain: its head, or what stands for the rows up to there from now on. */
export function signCheckpoint(
  kind: CheckpointRecord['kind'],
  { sequence, mac }: Pick<SealedRecord, 'sequence' | 'mac'>,
  { account, key, at }: { readonly account: AccountId; readonly key: SealKey; readonly at: number },
): CheckpointRecord {
  const unsigned = { account, sequence, mac, at, kind, keyId: key.id };
  return { ...unsigned, signature: key.sign(checkpointText(unsigned)) };
}

/** The text that a signature is made of. */
export function checkpointText(checkpoint: Omit<CheckpointRecord, 'signature'>): string {
  const { account, sequence, mac, at, kind, keyId } = checkpoint;
  return JSON.stringify(['sluice-audit-checkpoint-1', kind, account, sequence, mac, at, keyId]);
}
