import { randomUUID } from 'node:crypto';
import { type Random, seededRandom } from '../../src/base/index.ts';
import type { SealedRecord } from '../../src/store/index.ts';
import { keptRow, type Tables } from './chain-model.ts';

/** What somebody did to sealed tables, and the first row that is not as it was sealed by it. */
export interface Mutation {
  readonly name: string;
  readonly first: number;
  readonly tables: Tables;
}

type Mutator = (tables: Tables, pick: Pick) => { tables: Tables; first: number };
interface Pick {
  /** From 0 to `below`, without it. */
  number(below: number): number;
}

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error('the list has so many');
  return found;
};

const EDITS: readonly ((row: SealedRecord) => Partial<SealedRecord>)[] = [
  (row) => ({ at: row.at + 1 }),
  (row) => ({ actor: `${row.actor} ` }),
  (row) => ({ action: `${row.action}x` }),
  () => ({ targetKind: '' }),
  (row) => ({ targetId: `${row.targetId}\u0000` }),
  (row) => ({ outcome: row.outcome === 'done' ? 'denied' : 'done' }),
  (row) => ({ requestId: row.requestId === null ? '' : null }),
  (row) => ({ address: row.address === null ? '192.0.2.8' : null }),
  (row) => ({ details: row.details === null ? '{}' : ` ${row.details}` }),
  () => ({ id: randomUUID() }),
  (row) => ({ mac: flipped(row.mac) }),
  (row) => ({ keyId: flipped(row.keyId) }),
];

const MUTATORS: Readonly<Record<string, Mutator>> = {
  edit: ({ rows, checkpoints }, pick) => {
    const index = pick.number(rows.length);
    const row = at(rows, index);
    const changed = { ...row, ...at(EDITS, pick.number(EDITS.length))(row) };
    return { tables: { rows: rows.with(index, changed), checkpoints }, first: row.sequence };
  },
  remove: ({ rows, checkpoints }, pick) => {
    const index = pick.number(rows.length);
    const first = at(rows, index).sequence;
    return { tables: { rows: rows.toSpliced(index, 1), checkpoints }, first };
  },
  'remove and renumber': ({ rows, checkpoints }, pick) => {
    const index = pick.number(rows.length - 1);
    const first = at(rows, index).sequence;
    const left = rows
      .toSpliced(index, 1)
      .map((row) => (row.sequence > first ? { ...row, sequence: row.sequence - 1 } : row));
    return { tables: { rows: left, checkpoints }, first };
  },
  'swap places': ({ rows, checkpoints }, pick) => {
    const one = pick.number(rows.length - 1);
    const other = one + 1 + pick.number(rows.length - one - 1);
    const [first, second] = [at(rows, one), at(rows, other)];
    const swapped = rows
      .with(one, { ...second, sequence: first.sequence })
      .with(other, { ...first, sequence: second.sequence });
    return { tables: { rows: swapped, checkpoints }, first: first.sequence };
  },
  'swap what they say': ({ rows, checkpoints }, pick) => {
    const one = pick.number(rows.length - 1);
    const other = one + 1 + pick.number(rows.length - one - 1);
    const [first, second] = [at(rows, one), at(rows, other)];
    const seal = ({ sequence, mac, keyId }: SealedRecord) => ({ sequence, mac, keyId });
    const swapped = rows
      .with(one, { ...second, ...seal(first) })
      .with(other, { ...first, ...seal(second) });
    return { tables: { rows: swapped, checkpoints }, first: first.sequence };
  },
  'put in': ({ rows, checkpoints }, pick) => {
    const index = pick.number(rows.length);
    const row = at(rows, index);
    const later = rows.slice(index).map((one) => ({ ...one, sequence: one.sequence + 1 }));
    const { mac, keyId } = at(rows, pick.number(rows.length));
    const forged = { ...keptRow(pick.number(1_000)), sequence: row.sequence, mac, keyId };
    const all = [...rows.slice(0, index), forged, ...later];
    return { tables: { rows: all, checkpoints }, first: row.sequence };
  },
  'put at the end': ({ rows, checkpoints }, pick) => {
    const last = at(rows, rows.length - 1);
    const copied = { ...at(rows, pick.number(rows.length)), sequence: last.sequence + 1 };
    return { tables: { rows: [...rows, copied], checkpoints }, first: copied.sequence };
  },
  'cut the middle': ({ rows, checkpoints }, pick) => {
    const from = pick.number(rows.length - 1);
    const count = 1 + pick.number(rows.length - from - 1);
    const first = at(rows, from).sequence;
    return { tables: { rows: rows.toSpliced(from, count), checkpoints }, first };
  },
  'cut the end': ({ rows, checkpoints }, pick) => {
    const from = pick.number(rows.length);
    return {
      tables: { rows: rows.slice(0, from), checkpoints },
      first: at(rows, from).sequence,
    };
  },
  'cut the end inside a batch, with its checkpoints': ({ rows, checkpoints }, pick) => {
    const signed = new Set(checkpoints.map(({ sequence }) => sequence));
    const unsigned = rows.filter(({ sequence }) => !signed.has(sequence));
    const last = at(unsigned, pick.number(unsigned.length)).sequence;
    const upTo = <T extends { readonly sequence: number }>(all: readonly T[]) =>
      all.filter(({ sequence }) => sequence <= last);
    return { tables: { rows: upTo(rows), checkpoints: upTo(checkpoints) }, first: last };
  },
  'cut the beginning': ({ rows, checkpoints }, pick) => {
    const count = 1 + pick.number(rows.length - 1);
    return { tables: { rows: rows.slice(count), checkpoints }, first: at(rows, 0).sequence };
  },
  'forge a checkpoint': ({ rows, checkpoints }, pick) => {
    const index = pick.number(checkpoints.length);
    const signed = at(checkpoints, index);
    const forgeries = [
      { ...signed, signature: flipped(signed.signature) },
      { ...signed, at: signed.at + 1 },
      { ...signed, mac: flipped(signed.mac) },
      { ...signed, kind: signed.kind === 'cut' ? ('head' as const) : ('cut' as const) },
      { ...signed, keyId: flipped(signed.keyId) },
    ];
    const forged = at(forgeries, pick.number(forgeries.length));
    const all = checkpoints.with(index, forged);
    return { tables: { rows, checkpoints: all }, first: signed.sequence };
  },
  'remove the last checkpoint': ({ rows, checkpoints }) => {
    const last = at(checkpoints, checkpoints.length - 1);
    return { tables: { rows, checkpoints: checkpoints.slice(0, -1) }, first: last.sequence };
  },
};

const NAMES = Object.keys(MUTATORS);

/** One mutation of each kind in turn, at places that follow from the seed. */
export function mutationsOf(tables: Tables, seed: number) {
  const random: Random = seededRandom(seed);
  const pick = { number: (below: number) => Math.floor(random.next() * Math.max(1, below)) };
  return (index: number): Mutation => {
    const name = at(NAMES, index % NAMES.length);
    return { name, ...(MUTATORS[name] as Mutator)(tables, pick) };
  };
}

function flipped(hex: string): string {
  return (hex.startsWith('0') ? '1' : '0') + hex.slice(1);
}
