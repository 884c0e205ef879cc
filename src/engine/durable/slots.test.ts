import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../base/index.ts';
import { Slots } from './slots.ts';

const A = 'a' as AccountId;
const B = 'b' as AccountId;

describe('slots', () => {
  it('are all for one account while nobody else is known to wait', () => {
    const slots = new Slots(3);
    for (let count = 0; count < 3; count += 1) {
      expect(slots.mayStart(A)).toBe(true);
      slots.take(A);
    }
    expect(slots.mayStart(A)).toBe(false);
    slots.noteQueued(A);
    slots.release(A);
    expect(slots.mayStart(A)).toBe(true);
  });

  it('give an account no more than its share while another waits', () => {
    const slots = new Slots(4);
    for (let count = 0; count < 2; count += 1) slots.take(A);
    slots.noteQueued(B);
    expect(slots.mayStart(A)).toBe(false);
    expect(slots.mayStart(B)).toBe(true);
    slots.noteClaimed(1, 2);
    expect(slots.mayStart(A)).toBe(true);
  });

  it('keep a part for those whom only the store knows, after a claim that was cut', () => {
    const slots = new Slots(4);
    slots.noteClaimed(2, 2);
    expect(slots.isAwaited).toBe(true);
    slots.take(A);
    expect(slots.mayStart(A)).toBe(true);
    slots.take(A);
    expect(slots.mayStart(A)).toBe(false);
    expect(slots.mayStart(B)).toBe(true);
  });

  it('always let an account that has nothing begin something', () => {
    const slots = new Slots(2);
    slots.take(A);
    slots.noteQueued(A);
    slots.noteClaimed(1, 1);
    expect(slots.mayStart(B)).toBe(true);
  });
});
