import { describe, expect, it } from 'vitest';
import type { Value } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { compileTemplate, type Names } from './index.ts';

const VALUES: Readonly<Record<string, Value>> = {
  load: [1, 2],
  wrapped: { data: 'own' },
  other: [3],
};
const NAMES: Names = {
  get: (name) => (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined),
  aliasOf: (name) => (name === 'other' ? undefined : 'data'),
};

const evaluate = (text: string) => compileTemplate(text, 'sandboxed').evaluate(NAMES);

describe('an alias of a whole value', () => {
  it('is read with a dot and with brackets', () => {
    expect(evaluate('{{ load.data }}')).toEqual([1, 2]);
    expect(evaluate("{{ load['data'] | length }}")).toBe(2);
    expect(evaluate('{{ load.data[0] }}')).toBe(1);
  });

  it('is nothing where the value has a field of that name', () => {
    expect(evaluate('{{ wrapped.data }}')).toBe('own');
  });

  it('is nothing on names without one, on variables of the template, and deeper inside', () => {
    expect(() => evaluate('{{ other.data }}')).toThrow(AppError);
    expect(() => evaluate('{% for load in [[1]] %}{{ load.data }}{% endfor %}')).toThrow(AppError);
    expect(() => evaluate('{{ load.data.data }}')).toThrow(AppError);
  });
});
