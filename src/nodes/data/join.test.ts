import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { joinNode } from './join.ts';

interface Tables {
  readonly [name: string]: unknown;
}

/** Joins the tables in their order. */
async function join(type: string, tables: Tables, keys?: Readonly<Record<string, string>>) {
  const sources = Object.fromEntries(Object.keys(tables).map((name) => [name, `inputs.${name}`]));
  const config = { sources, join_type: type, ...(keys === undefined ? {} : { join_keys: keys }) };
  return (await trialVisit(joinNode, { config, names: { inputs: tables } })).value;
}

const ada = { name: 'Ada', team: 1 };
const bob = { name: 'Bob', team: 9 };
const engines = { id: 1, title: 'Engines' };
const sales = { id: 3, title: 'Sales' };
const tables = { people: [ada, bob], teams: [engines, sales] };
const keys = { team: 'id' };

describe('joins by keys', () => {
  it('inner gives the pairs that match', async () => {
    expect(await join('inner', tables, keys)).toEqual([{ people: ada, teams: engines }]);
  });

  it('left keeps every row of the first source', async () => {
    expect(await join('left', tables, keys)).toEqual([
      { people: ada, teams: engines },
      { people: bob, teams: null },
    ]);
  });

  it('right keeps every row of the second source, in its order', async () => {
    expect(await join('right', tables, keys)).toEqual([
      { people: ada, teams: engines },
      { people: null, teams: sales },
    ]);
  });

  it('outer keeps every row of both', async () => {
    expect(await join('outer', tables, keys)).toEqual([
      { people: ada, teams: engines },
      { people: bob, teams: null },
      { people: null, teams: sales },
    ]);
  });

  it('compares several keys together', async () => {
    const orders = [
      { id: 1, customer: 100, region: 'US' },
      { id: 2, customer: 100, region: 'EU' },
    ];
    const prices = [{ customer: 100, region: 'EU', discount: 0.1 }];
    const both = { customer: 'customer', region: 'region' };
    expect(await join('inner', { orders, prices }, both)).toEqual([
      { orders: orders[1], prices: prices[0] },
    ]);
  });

  it('gives a row for every match', async () => {
    const orders = [{ buyer: 'a' }];
    const items = [
      { of: 'a', n: 1 },
      { of: 'b', n: 2 },
      { of: 'a', n: 3 },
    ];
    expect(await join('inner', { orders, items }, { buyer: 'of' })).toEqual([
      { orders: orders[0], items: items[0] },
      { orders: orders[0], items: items[2] },
    ]);
  });

  it('matches further sources with the first one', async () => {
    const heads = [{ id: 9, head: 'Eve' }];
    expect(await join('left', { ...tables, heads }, keys)).toEqual([
      { people: ada, teams: engines, heads: null },
      { people: bob, teams: null, heads: heads[0] },
    ]);
    expect(await join('inner', { ...tables, heads }, keys)).toEqual([]);
  });

  it('follows dotted paths to a key', async () => {
    const left = [{ by: { id: 1 } }];
    expect(await join('inner', { left, teams: [engines] }, { 'by.id': 'id' })).toHaveLength(1);
  });
});

describe('what is equal', () => {
  it('tells 1 from "1" and from true', async () => {
    const left = [{ k: 1 }, { k: '1' }, { k: true }];
    const joined = await join('inner', { left, right: [{ k: '1', hit: 1 }] }, { k: 'k' });
    expect(joined).toEqual([{ left: { k: '1' }, right: { k: '1', hit: 1 } }]);
  });

  it('lets null and missing keys match nothing', async () => {
    const left = [{ k: null }, {}];
    expect(await join('inner', { left, right: [{ k: null }, {}] }, { k: 'k' })).toEqual([]);
    expect(await join('outer', { left, right: [{ k: null }] }, { k: 'k' })).toHaveLength(3);
  });

  it('does not confuse keys that hold separators', async () => {
    const left = [{ a: 'x\n"y', b: 'z' }];
    const right = [{ a: 'x', b: 'y\nz' }];
    expect(await join('inner', { left, right }, { a: 'a', b: 'b' })).toEqual([]);
  });
});

describe('cross and merge', () => {
  it('cross gives every combination, of any values', async () => {
    expect(await join('cross', { size: ['s', 'm'], colour: ['red', null] })).toEqual([
      { size: 's', colour: 'red' },
      { size: 's', colour: null },
      { size: 'm', colour: 'red' },
      { size: 'm', colour: null },
    ]);
    expect(await join('cross', { size: ['s'], colour: [] })).toEqual([]);
  });

  it('merge lays the fields of matches over each row and keeps rows without one', async () => {
    const profiles = [{ name: 'Ada', bio: 'engineer' }];
    expect(await join('merge', { people: [ada, bob], profiles }, { name: 'name' })).toEqual([
      { name: 'Ada', team: 1, bio: 'engineer' },
      bob,
    ]);
  });

  it('merge without keys names the whole values', async () => {
    const value = await join('merge', { companies: [1, 2], market: { mood: 'calm' } });
    expect(value).toEqual({ companies: [1, 2], market: { mood: 'calm' } });
  });
});

describe('failures', () => {
  it('names the source that is no list', async () => {
    await expect(join('inner', { people: [ada], teams: engines }, keys)).rejects.toMatchObject({
      code: 'NODE_INPUT_INVALID',
      message: 'inputs.teams must be a list, but it is a map',
    });
  });

  it('names the source and the index of a row that is no map', async () => {
    const visit = join('inner', { people: [ada, 'Tim'], teams: [engines] }, keys);
    await expect(visit).rejects.toThrow('source people: inputs.people[1] is text');
  });

  it('refuses more rows than the limit without making them', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => index);
    const visit = join('cross', { a: many, b: many, c: many });
    await expect(visit).rejects.toMatchObject({ code: 'LIMIT_ITEMS' });
    const same = many.map(() => ({ k: 1 }));
    await expect(join('inner', { same, other: same }, { k: 'k' })).rejects.toMatchObject({
      code: 'LIMIT_ITEMS',
    });
  });

  it('keeps reserved names and keys as data', async () => {
    const row = JSON.parse('{"__proto__": 1, "k": 1}');
    const merged = await join('merge', { left: [row], right: [{ k: 1 }] }, { k: 'k' });
    expect(JSON.stringify(merged)).toBe('[{"__proto__":1,"k":1}]');
    const none = await join('inner', { left: [{}], right: [{}] }, { constructor: 'constructor' });
    expect(none).toEqual([]);
  });
});

describe('check', () => {
  const two = { a: 'inputs.a', b: 'inputs.b' };
  const three = { ...two, c: 'inputs.c' };

  it('asks for keys where rows are compared', () => {
    for (const type of ['inner', 'left', 'right', 'outer']) {
      const config = { sources: two, join_type: type, join_keys: {} };
      expect(joinNode.check?.(config)).toMatchObject([{ code: 'MISSING_KEY', field: 'join_keys' }]);
    }
    expect(joinNode.check?.({ sources: two })).toEqual([]);
    expect(joinNode.check?.({ sources: two, join_type: 'cross' })).toEqual([]);
  });

  it('counts the sources', () => {
    const one = { a: 'inputs.a' };
    expect(joinNode.check?.({ sources: one })).toEqual([]);
    expect(joinNode.check?.({ sources: one, join_type: 'cross' })).toHaveLength(1);
    expect(joinNode.check?.({ sources: three, join_type: 'outer', join_keys: keys })).toMatchObject(
      [{ code: 'WRONG_VALUE', field: 'sources' }],
    );
    expect(joinNode.check?.({ sources: three, join_type: 'left', join_keys: keys })).toEqual([]);
  });

  it('warns of keys that a cross join does not read', () => {
    expect(joinNode.check?.({ sources: two, join_type: 'cross', join_keys: keys })).toMatchObject([
      { severity: 'warning' },
    ]);
  });
});

it('agrees with a join by comparing every pair', async () => {
  const rows = fc.array(
    fc.record({ k: fc.constantFrom(null, 0, 1, '1', 'x') }, { requiredKeys: [] }),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(rows, rows, async (left, right) => {
      const matches = (a: { k?: unknown }, b: { k?: unknown }) =>
        a.k !== undefined && a.k !== null && a.k === b.k;
      const pairs = left.flatMap((a) =>
        right.filter((b) => matches(a, b)).map((b) => ({ left: a, right: b })),
      );
      expect(await join('inner', { left, right }, { k: 'k' })).toEqual(pairs);
      const lonelyLeft = left.filter((a) => !right.some((b) => matches(a, b)));
      const lonelyRight = right.filter((b) => !left.some((a) => matches(a, b)));
      expect(await join('left', { left, right }, { k: 'k' })).toHaveLength(
        pairs.length + lonelyLeft.length,
      );
      expect(await join('right', { left, right }, { k: 'k' })).toHaveLength(
        pairs.length + lonelyRight.length,
      );
      expect(await join('outer', { left, right }, { k: 'k' })).toHaveLength(
        pairs.length + lonelyLeft.length + lonelyRight.length,
      );
    }),
    { numRuns: 200 },
  );
});
