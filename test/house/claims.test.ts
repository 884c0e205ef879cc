// The table of claims, the names of the tests and the mutations belong together.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deriveClaims, namedClaims, readClaims, tableRows } from '../../scripts/claims.js';
import { trackedTexts } from '../../scripts/tracked-files.js';
import { MUTATIONS } from '../mutations/mutations.ts';

type Row = Readonly<Record<string, string>>;
interface ReadClaim {
  readonly id: string;
  readonly state: string;
  readonly tests: readonly string[];
}

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const rows: readonly Row[] = tableRows(read('docs/claims.tsv'));
const notes: readonly Row[] = tableRows(read('docs/claims-notes.tsv'));
const known = new Set(rows.map(({ id }) => id ?? ''));
const tests = (await trackedTexts()).filter(({ path }) => path.endsWith('.test.ts'));

/** Claims of different guides that cannot hold at once with the same default. */
const CONTRADICTING = [
  ['G1.043', 'G4.184'],
  ['G2.076', 'G4.184'],
  ['G2.068', 'G4.224'],
  ['G2.068', 'G5.280'],
  ['G4.224', 'G5.279'],
] as const;

describe('the claims', () => {
  it('are 298, each with all its columns, and each once', () => {
    expect(rows).toHaveLength(298);
    expect(known.size).toBe(298);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['id', 'guide', 'section', 'claim', 'check']);
      for (const value of Object.values(row)) expect(value, row.id).not.toBe('');
    }
  });

  it('are named rightly by every test', () => {
    for (const { path, text } of tests) {
      expect(
        namedClaims(text).filter((id) => !known.has(id)),
        path,
      ).toEqual([]);
    }
  });

  it('that contradict each other are not shown by one test', () => {
    for (const { path, text } of tests) {
      for (const [name] of text.matchAll(/(?:G\d\.\d{3}\s+){2,}/g)) {
        for (const [one, other] of CONTRADICTING) {
          expect(name.includes(one) && name.includes(other), `${path}: ${name}`).toBe(false);
        }
      }
    }
  });

  it('have notes of known kinds, and one that differs has a test for what holds', () => {
    const state = new Map(readClaims().map(({ id, state }: ReadClaim) => [id, state]));
    for (const { id, kind, note } of notes) {
      expect(known.has(id ?? ''), id).toBe(true);
      expect(['differs', 'elsewhere'], id).toContain(kind);
      expect(note, id).toMatch(/^[A-Z].*\.$/);
      if (kind === 'differs') expect(state.get(id), id).toBe('differs');
    }
  });

  it('are tried with what is shipped, unless a note says by which other suite', () => {
    const elsewhere = new Set(notes.filter(({ kind }) => kind === 'elsewhere').map(({ id }) => id));
    const others = readClaims().filter(({ id, state, tests: files }: ReadClaim) => {
      const isShipped = files.some((path) => path.startsWith('test/claims/'));
      return state !== 'open' && !isShipped && !elsewhere.has(id);
    });
    expect(others.map(({ id }: ReadClaim) => id)).toEqual([]);
  });

  it('take their state from the names of tests alone', () => {
    const [one, other, third] = rows.slice(0, 3);
    const texts = [
      { path: 'a.test.ts', text: `it('${one?.id} ${other?.id} holds', () => {})` },
      { path: 'b.test.ts', text: `it('the claim ${third?.id} stands within', () => {})` },
    ];
    const note = [{ id: 'G1.002', kind: 'differs', note: 'Because.' }];
    expect(deriveClaims([one, other, third], note, texts)).toMatchObject([
      { id: 'G1.001', state: 'held', tests: ['a.test.ts'] },
      { id: 'G1.002', state: 'differs', note: 'Because.' },
      { id: 'G1.003', state: 'open', tests: [] },
    ]);
  });
});

describe('the mutations', () => {
  it('cover every claim that test/claims names, and no other', () => {
    const inClaims = tests.filter(({ path }) => path.startsWith('test/claims/'));
    const named = new Set(inClaims.flatMap(({ text }) => namedClaims(text)));
    const mutated = new Set(MUTATIONS.flatMap(({ claims }) => claims));
    expect([...named].filter((id) => !mutated.has(id)).sort()).toEqual([]);
    expect([...mutated].filter((id) => !named.has(id)).sort()).toEqual([]);
  });

  it.each(MUTATIONS.map((mutation) => [mutation.why, mutation] as const))(
    'can be applied: %s',
    (_why, { file, find, replace }) => {
      expect(read(file).split(find), `${file}: ${find}`).toHaveLength(2);
      expect(replace).not.toBe(find);
    },
  );
});
