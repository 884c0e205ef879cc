import { describe, expect, it } from 'vitest';
import { finishedValue, isFinished } from './finished-value.ts';

describe('a finished value', () => {
  it('is known by itself, not by what it looks like', () => {
    const value = finishedValue(Object.freeze([1]));
    expect(isFinished(value)).toBe(true);
    expect(isFinished(Object.freeze([1]))).toBe(false);
    for (const plain of [null, 1, 'text', undefined]) expect(isFinished(plain)).toBe(false);
    expect(finishedValue('text')).toBe('text');
  });
});
