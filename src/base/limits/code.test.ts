import { describe, expect, it } from 'vitest';
import { killMarginMs } from './code.ts';

describe('the time after a deadline', () => {
  it.each([
    [20, 25],
    [250, 25],
    [1_000, 100],
    [5_000, 250],
    [300_000, 250],
  ])('of %i ms is %i ms: a tenth, within its bounds', (timeoutMs, expected) => {
    expect(killMarginMs(timeoutMs)).toBe(expected);
  });
});
