import { describe, expect, it } from 'vitest';
import { waitMs } from './failure-waits.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('a name that fails', () => {
  it.each([
    [4, 0],
    [5, 30 * SECOND],
    [6, MINUTE],
    [7, 2 * MINUTE],
    [9, 8 * MINUTE],
    [10, 15 * MINUTE],
    [1_000_000, 15 * MINUTE],
  ])('%d times in a row waits %d ms', (count, wait) => {
    expect(waitMs({ count, lastAt: 5_000 }, 5_000)).toBe(wait);
  });

  it('is free again to the millisecond, and after a day begins anew', () => {
    expect(waitMs({ count: 5, lastAt: 0 }, 29_999)).toBe(1);
    expect(waitMs({ count: 5, lastAt: 0 }, 30_000)).toBe(0);
    expect(waitMs({ count: 99, lastAt: 0 }, 24 * HOUR)).toBe(0);
  });

  it('waits no longer where another clock is a little ahead, and not at all where it is far', () => {
    expect(waitMs({ count: 5, lastAt: 30_000 }, 0)).toBe(30 * SECOND);
    expect(waitMs({ count: 5, lastAt: 30_001 }, 0)).toBe(0);
    expect(waitMs({ count: 99, lastAt: 365 * 24 * HOUR }, 0)).toBe(0);
  });
});
