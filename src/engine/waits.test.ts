import { expect, it } from 'vitest';
import { planOf } from '../../test/engine/plan-of.ts';
import { seededRandom } from '../base/index.ts';
import type { StepWait } from '../contract/index.ts';
import type { Cell } from './scopes.ts';
import { shapeOf } from './shape.ts';
import { VisitTable } from './visit-table.ts';
import { Waits } from './waits.ts';

const wait = (node: string, until: number): StepWait => {
  return { node, path: '', attempts: 1, startedAt: 1, until, value: null };
};

/** The cells of a flow of three nodes. */
function cells(): readonly Cell[] {
  const flow = shapeOf(planOf({ nodes: { a: {}, b: {}, c: {} } }));
  const options = { concurrency: 1, onDue: () => {}, onGathered: () => {} };
  return new VisitTable(flow, options).root.cells;
}

it('gives waits by their time, and those of one moment in the order in which they came', () => {
  const [cell] = cells();
  if (cell === undefined) throw new Error('there is a cell');
  const waits = new Waits();
  const random = seededRandom(7);
  const added = Array.from({ length: 500 }, (_, place) => {
    const until = Math.floor(random.next() * 50);
    waits.add(cell, wait(`n${place}`, until));
    return { until, place };
  });
  const expected = added.toSorted((a, b) => a.until - b.until || a.place - b.place);
  const taken: string[] = [];
  for (let next = waits.takeDue(50); next !== undefined; next = waits.takeDue(50)) {
    taken.push(next.wait.node);
  }
  expect(taken).toEqual(expected.map(({ place }) => `n${place}`));
  expect([waits.size, waits.next]).toEqual([0, Number.POSITIVE_INFINITY]);
});

it('gives none before its time', () => {
  const [cell] = cells();
  if (cell === undefined) throw new Error('there is a cell');
  const waits = new Waits();
  waits.add(cell, wait('a', 10));
  expect(waits.takeDue(9)).toBeUndefined();
  expect(waits.next).toBe(10);
  expect(waits.takeDue(10)?.wait.node).toBe('a');
});

it('takes each recalled wait up once, and drains those that nobody asked for', () => {
  const [a, b, c] = cells();
  if (a === undefined || b === undefined || c === undefined) throw new Error('there are cells');
  const waits = new Waits([wait('a', 20), wait('b', 10)]);
  expect([waits.resume(c), waits.resume(a), waits.resume(a)]).toEqual([false, true, false]);
  expect([waits.size, waits.next]).toEqual([1, 20]);
  expect(waits.drain().map(({ node }) => node)).toEqual(['a', 'b']);
  expect([waits.size, waits.resume(b)]).toEqual([0, false]);
});
