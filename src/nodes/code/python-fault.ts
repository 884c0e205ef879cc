/** What is wrong with the syntax of code, and the offset at which it is. */
export interface SyntaxFault {
  readonly message: string;
  readonly at: number;
}

/**
 * Says in words why Python does not parse at an offset: the likeliest mistake that leads there, and
 * its own place, which may be far before. What it says is a guess; that there is a fault is not.
 */
export function faultAt(code: string, at: number): SyntaxFault {
  const line = lineAround(code, at);
  return (
    faultOfMarks(code, at) ??
    faultOfIndent(code, at, line) ??
    faultOfLine(at, line) ??
    plain(code, at)
  );
}

interface Line {
  readonly start: number;
  readonly text: string;
}

const TOKEN = new RegExp(
  [
    String.raw`(?<long>"""|''')(?:[^\\]|\\[^])*?(?<longEnd>\k<long>|$)`,
    String.raw`(?<quote>["'])(?:(?!\k<quote>)[^\\\n]|\\[^])*(?<end>\k<quote>?)`,
    String.raw`#[^\n]*`,
    String.raw`(?<mark>[()[\]{}“”‘’„«»\u00a0\u200b])`,
  ].join('|'),
  'g',
);
const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Brackets without their other half, and texts without an end. */
function faultOfMarks(code: string, at: number): SyntaxFault | undefined {
  const open: { readonly mark: string; readonly at: number }[] = [];
  for (const { index, groups = {} } of code.matchAll(TOKEN)) {
    if (index > at && open.length === 0) return undefined;
    if (groups.longEnd === '' || groups.end === '') {
      const quote = groups.long ?? groups.quote ?? '';
      return { message: `the text that begins with this ${quote} has no end`, at: index };
    }
    const { mark } = groups;
    if (mark === undefined) continue;
    if ('([{'.includes(mark)) open.push({ mark, at: index });
    else if (!Object.hasOwn(CLOSES, mark)) return { message: markMessage(mark), at: index };
    else {
      const last = open.pop();
      if (last?.mark === CLOSES[mark]) continue;
      const message =
        last === undefined
          ? `nothing is open that this ${mark} could close`
          : `this ${mark} does not close the ${last.mark} of line ${lineNumber(code, last.at)}`;
      return { message, at: index };
    }
  }
  const last = open.at(-1);
  return last && { message: `this ${last.mark} is never closed`, at: last.at };
}

function markMessage(mark: string): string {
  return /[\u2018-\u201e«»]/.test(mark)
    ? `${mark} is no quote of Python; write " or '`
    : 'there is a space here that Python does not know; write a plain one';
}

/** Lines that stand too far to the right, or not far enough. */
function faultOfIndent(code: string, at: number, line: Line): SyntaxFault | undefined {
  const indent = /^[ \t]*/.exec(line.text)?.[0].length ?? 0;
  if (at > line.start + indent || line.text.trim() === '') return undefined;
  const before = code.slice(0, line.start).trimEnd();
  const above = lineAround(before, before.length);
  const aboveIndent = /^[ \t]*/.exec(above.text)?.[0].length ?? 0;
  const place = line.start + indent;
  if (/:[ \t]*(?:#.*)?$/.test(above.text) && indent <= aboveIndent) {
    const number = lineNumber(code, above.start);
    return {
      message: `this line must be indented, as line ${number} ends with a colon`,
      at: place,
    };
  }
  if (indent > aboveIndent) return { message: 'this line is indented too far', at: place };
  return indent > 0 && indent < aboveIndent
    ? { message: 'this line is indented like none above it', at: place }
    : undefined;
}

const OPENS_BLOCK =
  /^[ \t]*(?:async[ \t]+)?(?:if|elif|else|for|while|def|class|try|except|finally|with|match|case)\b/;

/** What is missing from the line, or too much. */
function faultOfLine(at: number, { start, text }: Line): SyntaxFault | undefined {
  const code = text.replace(/[ \t]*(?:#[^'"]*)?$/, '');
  const column = at - start;
  if (OPENS_BLOCK.test(text) && column >= code.length && !code.endsWith(':')) {
    return { message: 'a colon is missing at the end of this line', at: start + code.length };
  }
  if (/^[ \t]*print[ \t]+[\w"']/.test(text)) {
    return { message: 'print is a function: write print(...)', at: start + text.indexOf('print') };
  }
  if (/^[ \t]*(?:if|elif|while)\b/.test(text) && /^=(?!=)/.test(text.slice(column))) {
    return { message: 'one = gives a name a value; write == to compare', at };
  }
  return undefined;
}

function plain(code: string, at: number): SyntaxFault {
  const rest = code.slice(at);
  if (rest.trim() === '') return { message: 'the code ends too early', at: code.trimEnd().length };
  if (/^[ \t]*\r?\n/.test(rest)) return { message: 'the line ends too early', at };
  const space = /^[ \t]*/.exec(rest)?.[0].length ?? 0;
  const word = /^(?:[\w\u0080-\uffff]+|["'][^\n]*|.)/s.exec(rest.slice(space))?.[0] ?? '';
  return { message: `${word.slice(0, 40)} is not expected here`, at: at + space };
}

function lineAround(code: string, at: number): Line {
  const start = code.lastIndexOf('\n', at - 1) + 1;
  const end = code.indexOf('\n', start);
  return { start, text: (end < 0 ? code.slice(start) : code.slice(start, end)).replace(/\r$/, '') };
}

function lineNumber(code: string, at: number): number {
  return code.slice(0, at).split('\n').length;
}
