import { describe, expect, it } from 'vitest';
import { syntaxErrorOf } from './javascript-syntax.ts';

describe('syntaxErrorOf', () => {
  it('accepts the body of a function with return and await', () => {
    expect(syntaxErrorOf('const a = await 1;\nreturn a ?? inputs.b?.c;')).toBeUndefined();
    expect(syntaxErrorOf('')).toBeUndefined();
    expect(syntaxErrorOf('return {a: 1} // a comment at the end')).toBeUndefined();
  });

  it('names line and column in the code', () => {
    expect(syntaxErrorOf('const a = 1;\nreturn a +* 2;')).toEqual({
      message: 'unexpected token',
      line: 2,
      column: 11,
    });
    expect(syntaxErrorOf('let x; let x;')).toMatchObject({ line: 1, column: 12 });
  });

  it('says so when something was left open', () => {
    expect(syntaxErrorOf('if (true) {\n  return 1;')).toMatchObject({ line: 2, column: 12 });
    expect(syntaxErrorOf('return `abc')).toMatchObject({ line: 1 });
  });

  it('refuses code that closes the function around it', () => {
    expect(syntaxErrorOf('return 1; }); process.exit(); (function () {')).toMatchObject({
      message: 'the code has a } too many',
    });
    expect(syntaxErrorOf('}}}')).toBeDefined();
  });

  it('refuses import, and strict mode faults', () => {
    expect(syntaxErrorOf("import fs from 'fs';")).toBeDefined();
    expect(syntaxErrorOf('with (a) { b }')).toBeDefined();
    expect(syntaxErrorOf('return 010;')).toBeDefined();
  });

  // Lists that the jail's own parser is tried with too: what it takes must not be refused here.
  it.each([
    'return await 1',
    'const x = 1; // comment',
    '<!-- an old comment',
    'label: for (;;) break label;',
    'class A { #x = 1; static { this.y = 2; } } return A.y;',
    "'use strict'; return 1",
    'for (;;);',
  ])('accepts %j as the jail does', (code) => expect(syntaxErrorOf(code)).toBeUndefined());

  it.each([
    '}\n{',
    '}, function () {',
    '} * function () {',
    '}[x] = function () {',
    '} x = () => {',
    '}}.code; }); console.log("ran"); (function () { return { code() {',
    '} } ; (() => { ({',
    '} /*',
    '} //',
    '} `${ {',
    'super.x',
    'yield 1',
    'a\u0000b',
  ])('refuses %j as the jail does', (code) => expect(syntaxErrorOf(code)).toBeDefined());

  it('survives code that is nested without end', () => {
    expect(syntaxErrorOf('['.repeat(100_000))).toBeDefined();
    expect(syntaxErrorOf(`return ${'('.repeat(50_000)}1${')'.repeat(50_000)}`)).toBeDefined();
    expect(syntaxErrorOf(`return ${'a?'.repeat(60_000)}`)).toBeDefined();
  });
});
