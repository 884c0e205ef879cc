import { describe, expect, it } from 'vitest';
import { wrapCode } from './wrapper.ts';

const GLOBALS = new Set(['Math', 'JSON']);

describe('wrapping code', () => {
  it('puts one line before the code and names after inputs', () => {
    const wrapped = wrapCode('return a', ['inputs', 'a', '$b', 'ünï'], GLOBALS);
    expect(wrapped.probe).toBe('function code() {\nreturn a\n}');
    expect(wrapped.factory).toBe(
      '(function ({inputs = {}, a, $b, ünï}, context) { return {code() {\nreturn a\n}}.code; })',
    );
  });

  it('makes an async function only for code that awaits', () => {
    expect(wrapCode('await x', [], GLOBALS).probe).toBe('async function code() {\nawait x\n}');
    expect(wrapCode('return awaited', [], GLOBALS).probe).toMatch(/^function/);
  });

  it.each([
    ...['a-b', '1a', '', ' ', 'a b', 'a,b', 'a}', '}, {', 'a = 1', '...a', 'a\nb', '__proto__'],
    ...[
      'let',
      'class',
      'eval',
      'arguments',
      'await',
      'yield',
      'context',
      'Math',
      'null',
      '\\u0061',
    ],
  ])('makes no variable of %j', (name) => {
    expect(wrapCode('', [name], GLOBALS).factory).toMatch(
      /^\(function \(\{inputs = \{\}\}, context\)/,
    );
  });
});
