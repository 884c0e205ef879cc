import type { CodePlace } from '../protocol.ts';
import { CODE_FILE, CODE_FUNCTION, LINES_BEFORE } from './wrapper.ts';

const FRAME = /^\s*at (?:(.*) \()?([^():]*):(\d{1,9}):(\d{1,9})\)?$/;
const FRAMES_MAX = 20;

export interface Trace {
  /** The innermost place in the user's code, if the trace has one. */
  readonly place?: CodePlace;
  /** The frames in the user's code, innermost first, a line each; absent when there are none. */
  readonly stack?: string;
}

/**
 * Reads a stack trace of the interpreter, which code can forge: whatever it says, the places are
 * places of `code`. A place after its end, as for a brace that is missing, is its end.
 */
export function readTrace(stack: string, code: string): Trace {
  const lines = code.split('\n');
  const frames: { readonly name: string; readonly place: CodePlace }[] = [];
  for (const text of stack.split('\n').slice(0, FRAMES_MAX)) {
    const [, name = '', file, line, column] = FRAME.exec(text) ?? [];
    if (file !== CODE_FILE || Number(line) <= LINES_BEFORE) continue;
    frames.push({ name, place: placeIn(lines, Number(line) - LINES_BEFORE, Number(column)) });
  }
  if (frames[0] === undefined) return {};
  return { place: frames[0].place, stack: frames.map(frameText).join('\n') };
}

function placeIn(lines: readonly string[], line: number, column: number): CodePlace {
  const text = lines[line - 1];
  if (text === undefined) {
    return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
  }
  // The interpreter counts characters; everyone else here counts UTF-16 units.
  const before = Array.from(text)
    .slice(0, Math.max(0, column - 1))
    .join('');
  return { line, column: before.length + 1 };
}

function frameText({ name, place }: { readonly name: string; readonly place: CodePlace }): string {
  const at = `line ${place.line}, column ${place.column}`;
  return name === '' || name === CODE_FUNCTION ? `at ${at}` : `at ${name} (${at})`;
}
