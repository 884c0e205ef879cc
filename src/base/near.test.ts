import { describe, expect, it } from 'vitest';
import { nearest } from './near.ts';

describe('nearest', () => {
  it('finds a swap, a missing letter, a wrong letter and another case', () => {
    expect(nearest('tempalte', ['template', 'transform'])).toBe('template');
    expect(nearest('depend_on', ['depends_on', 'description'])).toBe('depends_on');
    expect(nearest('URL', ['url', 'body'])).toBe('url');
  });

  it('finds nothing where all are far, or the name is too short to tell', () => {
    expect(nearest('banana', ['template', 'transform'])).toBeUndefined();
    expect(nearest('x', ['u', 'y'])).toBeUndefined();
    expect(nearest('x', ['u', 'xs'])).toBe('xs');
    expect(nearest('x'.repeat(100), ['x'.repeat(100)])).toBeUndefined();
  });
});
