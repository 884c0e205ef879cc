import { describe, expect, it } from 'vitest';
import { javascriptNode } from './javascript.ts';

const told = (code: string) =>
  (javascriptNode.check?.({ code }) ?? []).map(
    ({ severity, at, message }) => `${severity} ${at?.line}:${at?.column} ${message}`,
  );
const NOTHING = 'warning undefined:undefined the code has no return, so its value is null';

describe('javascriptFindings', () => {
  it.each([
    ['return 1;\nfetch("x")', 'warning 2:1 fetch is not there in this code'],
    ['return new URL("http://x").host', 'warning 1:8 URL is not there in this code'],
    ['return process.env.HOME', 'warning 1:8 process.env is not there in this code'],
    ['return await import("fs")', 'warning 1:14 import is not there in this code'],
    ['return () => require("fs")', 'warning 1:14 require is not there in this code'],
  ])('warns of %j', (code, warning) => {
    expect(told(code)).toEqual([warning]);
  });

  it.each([
    'return fetch.body.rows',
    'const { fetch } = context; return fetch()',
    'return ((require) => require(1))(String)',
    'return process.total + typeof require',
    'function setTimeout() { return 1 }\nreturn setTimeout()',
    'return inputs.fetch()',
  ])('says nothing of %j, which may be a node or a name of its own', (code) => {
    expect(told(code)).toEqual([]);
  });

  it('warns where the code leaves no value', () => {
    expect(told('inputs.x + 1')).toEqual([NOTHING]);
    expect(told('(inputs) => inputs.x')).toEqual([NOTHING]);
    expect(told('function main() { return 1 }')).toEqual([NOTHING]);
    expect(told('if (inputs.x) { return 1 }')).toEqual([]);
    expect(told('throw new Error("no rows")')).toEqual([]);
  });

  it('names the folded block whose comment hides the rest', () => {
    const [issue] = javascriptNode.check?.({ code: 'const a = 1; // one return a;\n' }) ?? [];
    expect(issue?.remedy).toMatch(/^Write code: \| and not code: >/);
  });

  it('names the } that closes nothing', () => {
    expect(told('return 1 }')).toEqual(['undefined 1:10 the code has a } too many']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the code has the placeholder
    expect(told('return `${1}`;\n}')).toEqual(['undefined 2:1 the code has a } too many']);
  });

  it('says what to write for modules and templates', () => {
    const remedy = (code: string) => javascriptNode.check?.({ code })[0]?.remedy;
    expect(remedy('import fs from "fs"')).toMatch(/^Write the body of a function alone/);
    expect(remedy('return {{ inputs.x }}')).toMatch(/^Write inputs.name, without braces/);
  });
});
