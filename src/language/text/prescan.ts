import { FLOW_TEXT_LIMITS } from '../../base/index.ts';

/**
 * The offset at which a document surely has too many values, or undefined. Counts lines of the form
 * `key: value` outside block text, two values each, before any parser spends memory on them: a
 * megabyte of short keys is refused in milliseconds. A rough first sieve; the parser counts
 * exactly. Linear, without allocation.
 */
export function tooManyKeysAt(text: string): number | undefined {
  // The outermost map is a value too.
  let values = 1;
  let blockIndent = -1;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const indent = indentOf(text, start, end);
    const isBlank = start + indent >= end;
    if (!isBlank && indent <= blockIndent) blockIndent = -1;
    if (!isBlank && blockIndent === -1 && text.charCodeAt(start + indent) !== HASH) {
      const colon = text.indexOf(':', start);
      if (colon !== -1 && colon < end && endsKey(text.charCodeAt(colon + 1))) values += 2;
      if (opensBlock(text, start, end)) blockIndent = indent;
    }
    if (values > FLOW_TEXT_LIMITS.documentNodes) return start;
    start = end + 1;
  }
  return undefined;
}

const HASH = 0x23;
const SPACE = 0x20;
const BLOCK_HEADER = /[|>][-+0-9]{0,2}[ \t\r]*$/;
const HEADER_LENGTH = 8;

function indentOf(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === SPACE) at += 1;
  return at - start;
}

// NaN is what charCodeAt gives behind the end of the text.
function endsKey(code: number): boolean {
  return code === SPACE || code === 0x0a || code === 0x0d || Number.isNaN(code);
}

function opensBlock(text: string, start: number, end: number): boolean {
  return BLOCK_HEADER.test(text.slice(Math.max(start, end - HEADER_LENGTH), end));
}
