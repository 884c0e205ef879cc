import type { CodeLanguage, CodeRequest } from '../contract/index.ts';

/**
 * How `context` may be followed so that it is plainly read under one literal name. In Python a line
 * may end before a bracket and a new statement begin with it, so no line break is skipped there.
 */
const READS: Readonly<Record<CodeLanguage, RegExp>> = {
  javascript:
    /\s*(?:(?:\?\.\s*)?\[\s*(?:"([^"\\\n\r]*)"|'([^'\\\n\r]*)')\s*\]|\??\.\s*([A-Za-z_$][\w$]*)(?![\w$\\\u0080-\uffff]))/y,
  python:
    /[ \t]*(?:\[|\.[ \t]*get[ \t]*\()[ \t]*(?:"([^"\\\n\r]*)"|'([^'\\\n\r]*)')(?=[ \t]*[\]),])/y,
};

/**
 * The names that the code can reach, so that large values it never mentions are not sent: those
 * whose text occurs in it, or all where it may take names from `context`, which holds them all, in
 * another way than by a literal name. It errs on the side of too many.
 *
 * Code cannot make names from text: `eval` and its kind are refused, in both languages. `context`
 * is found wherever it occurs, comments and text included. Linear in code and names together, but
 * for the search of each name.
 */
export function namesUsed(
  language: CodeLanguage,
  code: string,
  names: CodeRequest['names'],
): readonly string[] {
  const all = Object.keys(names);
  if (mayRename(language, code) || !readsByName(language, code, names)) return all;
  return all.filter((name) => code.includes(name));
}

/**
 * What may become one with a character before it in the normal form KC: marks, parts of Korean
 * syllables, and what this Node does not know of.
 */
const JOINS = /[\p{M}\p{Cn}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;

/**
 * Whether an identifier can be written otherwise than by its own characters. Python reads them in
 * the normal form KC, in which compatible characters are one. Each character is looked at alone:
 * normalizing a long row of marks takes quadratic time, seconds for the code of one call.
 */
function mayRename(language: CodeLanguage, code: string): boolean {
  if (language === 'javascript') return code.includes('\\u');
  if (JOINS.test(code)) return true;
  const unusual = new Set(code.match(/[^\0-\x7f]/gu));
  return [...unusual].some((character) => character.normalize('NFKC') !== character);
}

/** Whether each `context` is followed by a literal name that there is. */
function readsByName(language: CodeLanguage, code: string, names: CodeRequest['names']): boolean {
  const context = /(?<![\w$])context(?![\w$])/g;
  let isFound = false;
  for (const { index } of code.matchAll(context)) {
    isFound = true;
    const read = READS[language];
    read.lastIndex = index + 'context'.length;
    const found = read.exec(code);
    const name = found?.[1] ?? found?.[2] ?? found?.[3];
    if (name === undefined || name === '__proto__' || !Object.hasOwn(names, name)) return false;
    if (language === 'javascript' && isCalled(code, read.lastIndex)) return false;
  }
  // In JavaScript, what was put in place of a value is called with all of `context` as its `this`,
  // and what was deleted is looked for in a prototype, with a getter that has it as well.
  return !isFound || language === 'python' || !/\bdelete\b|\bdeleteProperty\b/.test(code);
}

/** Whether what was read is called, maybe in parentheses; a comment may hide that it is. */
function isCalled(code: string, after: number): boolean {
  const call = /[\s)]*(?:\?\.\s*)?(?:[(`]|\/[/*])/y;
  call.lastIndex = after;
  return call.test(code);
}
