import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize } from './quantity.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [1_000, '1 s'],
    [2_400, '2.4 s'],
    [9_960, '10 s'],
    [30_000, '30 s'],
    [59_900, '1 min'],
    [185_000, '3 min 5 s'],
    [300_000, '5 min'],
    [3_600_000, '1 h'],
    [7_800_000, '2 h 10 min'],
    [604_800_000, '7 d'],
  ])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('parseDuration', () => {
  it('reads units, and bare numbers in the unit it is given', () => {
    expect(parseDuration('500ms', 's')).toBe(500);
    expect(parseDuration('1.5m', 's')).toBe(90_000);
    expect(parseDuration('7d', 's')).toBe(604_800_000);
    expect(parseDuration(2, 's')).toBe(2_000);
    expect(parseDuration('2', 'ms')).toBe(2);
  });

  it('refuses what is no duration', () => {
    for (const text of ['', 'soon', '5 parsecs', '-1s', '1e3s', '1s2s']) {
      expect(parseDuration(text, 's')).toBeUndefined();
    }
    expect(parseDuration(-1, 's')).toBeUndefined();
  });
});

describe('sizes', () => {
  it('are read and written in powers of 1024', () => {
    expect(parseSize('100MB')).toBe(104_857_600);
    expect(parseSize('512 KiB')).toBe(524_288);
    expect(parseSize('lots')).toBeUndefined();
    expect(formatSize(812)).toBe('812 B');
    expect(formatSize(1_572_864)).toBe('1.5 MB');
  });
});
