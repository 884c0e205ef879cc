import { randomUUID } from 'node:crypto';
import { type SealKeys, sealKeys } from '../../src/audit/index.ts';
import { sealRows, signCheckpoint } from '../../src/audit/seal.ts';
import type { AccountId } from '../../src/base/index.ts';
import type { CheckpointRecord, KeptRow, SealedRecord, SealStore } from '../../src/store/index.ts';

export const ACCOUNT = 'a' as AccountId;
export const AT = 1_700_000_000_000;
export const KEYS: SealKeys = sealKeys({ current: new Uint8Array(32).fill(7), previous: [] });

/** A sealed chain in memory, as the tables would hold it. */
export interface Tables {
  rows: SealedRecord[];
  checkpoints: CheckpointRecord[];
}

/** A row as the database keeps it; every column has something in it. */
export function keptRow(index: number): KeptRow {
  return {
    id: randomUUID(),
    at: AT + index,
    actor: `person:${index % 7}`,
    action: ['flow.create', 'auth.sign-in', 'key.revoke'][index % 3] ?? '',
    targetKind: 'flow',
    targetId: `target ${index}`,
    outcome: (['done', 'denied', 'failed'] as const)[index % 3] ?? 'done',
    requestId: index % 2 === 0 ? null : randomUUID(),
    address: index % 5 === 0 ? null : '192.0.2.7',
    details: index % 4 === 0 ? null : JSON.stringify({ index }),
  };
}

/** Seals rows in batches of the given sizes, a checkpoint each. */
export function sealedTables(batches: readonly number[], keys = KEYS): Tables {
  const tables: Tables = { rows: [], checkpoints: [] };
  for (const size of batches) {
    const last = tables.rows.at(-1);
    const head = { sequence: last?.sequence ?? 0, mac: last?.mac ?? '' };
    const rows = Array.from({ length: size }, (_, index) => keptRow(head.sequence + index));
    const batch = sealRows(head, rows, { account: ACCOUNT, key: keys.current, at: AT });
    tables.rows.push(...batch.sealed);
    tables.checkpoints.push(batch.checkpoint);
  }
  return tables;
}

/** Cuts the beginning off, as retention does. */
export function cutTables({ rows, checkpoints }: Tables, upTo: number, keys = KEYS): Tables {
  const last = rows.find(({ sequence }) => sequence === upTo);
  if (last === undefined) throw new Error('there is a row to cut at');
  const cut = signCheckpoint('cut', last, { account: ACCOUNT, key: keys.current, at: AT });
  return {
    rows: rows.filter(({ sequence }) => sequence > upTo),
    checkpoints: [cut, ...checkpoints.filter(({ sequence }) => sequence > upTo)],
  };
}

/** What the verifier reads, over tables in memory. */
export function storeOf(tables: Tables): SealStore {
  const rows = [...tables.rows].sort((one, other) => one.sequence - other.sequence);
  const checkpoints = [...tables.checkpoints].sort(
    (one, other) => one.sequence - other.sequence || (one.kind < other.kind ? -1 : 1),
  );
  const store: Partial<SealStore> = {
    head: async () => rows.at(-1) ?? { sequence: 0, mac: '' },
    sealed: async (_account, after, limit) =>
      rows.filter(({ sequence }) => sequence > after).slice(0, limit),
    unsealedCount: async () => 0,
    checkpoints: async (_account, after, limit) =>
      checkpoints.filter(({ sequence }) => sequence > after).slice(0, limit),
    lastCut: async () => checkpoints.filter(({ kind }) => kind === 'cut').at(-1),
  };
  return store as SealStore;
}
