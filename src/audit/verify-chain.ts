import { type AccountId, AUDIT_LIMITS } from '../base/index.ts';
import type { CheckpointRecord, SealedRecord, SealStore } from '../store/index.ts';
import type { AuditReport } from './audit.ts';
import { type BadRow, type ChainCheck, checkChain } from './chain-check.ts';
import type { SealKeys } from './seal-keys.ts';

export interface ChainSource {
  readonly seals: Pick<SealStore, 'sealed' | 'checkpoints' | 'lastCut' | 'unsealedCount' | 'head'>;
  readonly keys: SealKeys;
}

/** A check during which the beginning was cut off is begun again, so often. */
const TRIES = 3;

/**
 * Reads the chain of an account from its beginning and finds the first row that is not as it was
 * sealed. Linear in the rows, a batch in memory. Rows may be sealed and cut meanwhile.
 */
export async function verifyChain(source: ChainSource, account: AccountId): Promise<AuditReport> {
  const { seals, keys } = source;
  for (let tries = 1; ; tries += 1) {
    const cut = await seals.lastCut(account);
    const check = checkChain({ account, keys, of: 'table' });
    const bad = await firstBad(source, account, check);
    const wasCut = bad !== undefined && (await seals.lastCut(account))?.sequence !== cut?.sequence;
    if (wasCut && tries < TRIES) continue;
    return reportOf(source, account, { check, bad });
  }
}

async function reportOf(
  { seals, keys }: ChainSource,
  account: AccountId,
  { check, bad }: { readonly check: ChainCheck; readonly bad: BadRow | undefined },
): Promise<AuditReport> {
  const { sequence } = bad === undefined ? check.head : await seals.head(account);
  return {
    isIntact: bad === undefined,
    checked: check.rows,
    unsealed: await seals.unsealedCount(account),
    firstSequence: check.firstSequence,
    lastSequence: sequence,
    ...(bad === undefined ? {} : { firstBad: bad }),
    checkpoints: check.checkpoints,
    publicKey: keys.current.publicKey,
  };
}

async function firstBad(
  { seals }: ChainSource,
  account: AccountId,
  check: ChainCheck,
): Promise<BadRow | undefined> {
  const limit = AUDIT_LIMITS.sealRecords;
  for (let after = 0; ; ) {
    // Rows first: the checkpoint of each was committed with it, so it is there when asked for.
    const rows = await seals.sealed(account, after, limit);
    const signed = await seals.checkpoints(account, after, limit);
    const last = rows.at(-1);
    if (last === undefined) {
      if (signed.length === 0) return check.end();
      // Signed beyond the last row: sealed a moment ago, or taken from the end.
      if ((await seals.sealed(account, after, 1)).length > 0) continue;
      return inOrder(check, [], signed) ?? check.end();
    }
    const place = signed.length < limit ? last.sequence : (signed.at(-1)?.sequence ?? 0);
    const upTo = Math.min(last.sequence, place);
    const within = <T extends { readonly sequence: number }>(all: readonly T[]) =>
      all.filter(({ sequence }) => sequence <= upTo);
    const bad = inOrder(check, within(rows), within(signed));
    if (bad !== undefined) return bad;
    after = upTo;
  }
}

/** Feeds both lists by place, a row before the checkpoints of its place. */
export function inOrder(
  check: Pick<ChainCheck, 'row' | 'checkpoint'>,
  rows: readonly SealedRecord[],
  checkpoints: readonly CheckpointRecord[],
): BadRow | undefined {
  let next = 0;
  for (const row of rows) {
    for (; (checkpoints[next]?.sequence ?? Number.POSITIVE_INFINITY) < row.sequence; next += 1) {
      const bad = checkOne(check, checkpoints[next]);
      if (bad !== undefined) return bad;
    }
    const bad = check.row(row);
    if (bad !== undefined) return bad;
  }
  for (; next < checkpoints.length; next += 1) {
    const bad = checkOne(check, checkpoints[next]);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

function checkOne(check: Pick<ChainCheck, 'checkpoint'>, given: CheckpointRecord | undefined) {
  return given === undefined ? undefined : check.checkpoint(given);
}
