import type { AccountId } from '../base/index.ts';
import { type BadRow, type ChainCheck, checkChain } from './chain-check.ts';
import { readLine } from './lines.ts';
import type { SealKeys } from './seal-keys.ts';

/** What a copy of the audit holds of one account. */
export interface CopiedChain {
  readonly account: AccountId;
  readonly isIntact: boolean;
  readonly checked: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly checkpoints: number;
  readonly firstBad?: BadRow & { readonly line: number };
  /** The mac of the last row that is good, by which a server knows it again. */
  readonly lastMac: string;
}

export interface CopyReport {
  readonly isIntact: boolean;
  readonly lines: number;
  /** The first line that is no line of a copy. */
  readonly firstBadLine?: number;
  /** In order of their ids. */
  readonly accounts: readonly CopiedChain[];
  readonly publicKey: string;
}

/**
 * Checks a copy of the audit by itself: of AUDIT_COPY, or of `sluice audit export`. Needs no
 * database and no server, only the key. Linear in the lines; memory for each account, not each row.
 */
export async function verifyCopy(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: SealKeys,
): Promise<CopyReport> {
  const chains = new Map<AccountId, Chain>();
  let [count, firstBadLine] = [0, 0];
  for await (const line of lines) {
    count += 1;
    const read = readLine(line);
    if (read === undefined) {
      if (firstBadLine === 0) firstBadLine = count;
      continue;
    }
    const account = read.kind === 'record' ? read.account : read.checkpoint.account;
    const chain = chains.get(account) ?? { check: checkChain({ account, keys, of: 'copy' }) };
    chains.set(account, chain);
    if (chain.bad !== undefined) continue;
    const { check } = chain;
    const bad = read.kind === 'record' ? check.row(read.record) : check.checkpoint(read.checkpoint);
    if (bad !== undefined) chain.bad = { ...bad, line: count };
  }
  const accounts = [...chains].sort(([one], [other]) => (one < other ? -1 : 1)).map(copiedChain);
  return {
    isIntact: firstBadLine === 0 && accounts.every(({ isIntact }) => isIntact),
    lines: count,
    ...(firstBadLine === 0 ? {} : { firstBadLine }),
    accounts,
    publicKey: keys.current.publicKey,
  };
}

interface Chain {
  readonly check: ChainCheck;
  bad?: BadRow & { readonly line: number };
}

function copiedChain([account, { check, bad }]: readonly [AccountId, Chain]): CopiedChain {
  return {
    account,
    isIntact: bad === undefined,
    checked: check.rows,
    firstSequence: check.firstSequence,
    lastSequence: check.head.sequence,
    checkpoints: check.checkpoints,
    ...(bad === undefined ? {} : { firstBad: bad }),
    lastMac: check.head.mac,
  };
}
