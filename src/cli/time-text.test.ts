import { describe, expect, it } from 'vitest';
import { agoText, clockText, timeText, tookText } from './time-text.ts';

const NOW = new Date(2026, 2, 1, 12, 0, 0).getTime();
const before = (ms: number) => new Date(NOW - ms).toISOString();

describe('agoText', () => {
  it.each([
    [0, 'now'],
    [5_400, '5 s ago'],
    [200_000, '3 min ago'],
    [7_800_000, '2 h ago'],
    [-300_000, 'in 5 min'],
    [10 * 86_400_000, '2026-02-19'],
  ])('%d ms before', (ms, text) => expect(agoText(before(ms), NOW)).toBe(text));

  it('says nothing of what is no time', () => {
    expect(agoText(undefined, NOW)).toBe('');
    expect(agoText('soon', NOW)).toBe('');
  });
});

it('timeText gives time and distance', () => {
  expect(timeText(before(60_000), NOW)).toBe('2026-03-01 11:59:00 (1 min ago)');
  expect(timeText(before(30 * 86_400_000), NOW)).toBe('2026-01-30 12:00:00');
});

it('tookText gives the time between, and nothing where an end is open', () => {
  expect(tookText(before(2_400), before(0))).toBe('2.4 s');
  expect(tookText(before(0), undefined)).toBe('');
  expect(tookText(before(0), before(50))).toBe('0 ms');
});

it('clockText gives the time of day', () => expect(clockText(NOW)).toBe('12:00:00'));
