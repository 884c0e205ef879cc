import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

describe('a fair queue', () => {
  it('lets payers with nothing running go first, each in order of arrival', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item.slice(0, 1), item);
    const order = Array.from({ length: 6 }, () => queue.next());
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.next()).toBeUndefined();
  });

  it('counts what runs without having waited', () => {
    const queue = new FairQueue<string>();
    queue.began('a');
    queue.add('a', 'a1');
    queue.add('b', 'b1');
    expect([queue.next(), queue.next()]).toEqual(['b1', 'a1']);
    queue.ended('a');
    queue.ended('a');
    queue.ended('b');
    expect(queue.size).toBe(0);
  });

  it('forgets what was taken back', () => {
    const queue = new FairQueue<string>();
    queue.add('a', 'a1');
    queue.add('a', 'a2');
    queue.remove('a', 'a1');
    queue.remove('a', 'a1');
    queue.remove('b', 'a2');
    expect([queue.size, queue.sizeOf('a'), queue.next()]).toEqual([1, 1, 'a2']);
  });

  it('never lets a payer have two more running than one that waits', () => {
    const step = fc.record({
      payer: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom('add', 'next', 'end'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const queue = new FairQueue<{ readonly payer: string }>();
        const running: Record<string, number> = { a: 0, b: 0, c: 0 };
        const waiting: Record<string, number> = { a: 0, b: 0, c: 0 };
        const change = (counts: Record<string, number>, payer: string, by: number) => {
          counts[payer] = (counts[payer] ?? 0) + by;
        };
        for (const { payer, act } of steps) {
          if (act === 'add') {
            queue.add(payer, { payer });
            change(waiting, payer, 1);
          } else if (act === 'end' && (running[payer] ?? 0) > 0) {
            queue.ended(payer);
            change(running, payer, -1);
          } else if (act === 'next') {
            const least = Object.keys(waiting)
              .filter((each) => (waiting[each] ?? 0) > 0)
              .map((each) => running[each] ?? 0);
            const item = queue.next();
            expect(item === undefined).toBe(least.length === 0);
            if (item === undefined) continue;
            expect(running[item.payer]).toBe(Math.min(...least));
            change(running, item.payer, 1);
            change(waiting, item.payer, -1);
          }
        }
        const total = Object.values(waiting).reduce((sum, count) => sum + count, 0);
        expect(queue.size).toBe(total);
        expect(queue.drain()).toHaveLength(total);
      }),
    );
  });
});
