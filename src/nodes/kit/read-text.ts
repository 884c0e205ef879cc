import { NotAValue, toValue, type Value } from '../../base/index.ts';

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * Reads rendered text the way system 1's transform does: what looks like JSON becomes data, digits
 * become a number, all else stays text. A number that would not print back exactly stays text, so
 * that `007`, `1.10` or twenty digits are not damaged (system 1 made 7 and 1.1 of them).
 */
export function readText(text: string): Value {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return String(Number(trimmed)) === trimmed ? Number(trimmed) : text;
  return looksLikeJson(trimmed) ? parse(trimmed, text) : text;
}

function looksLikeJson(text: string): boolean {
  return /^[{["]/.test(text) || text === 'true' || text === 'false' || text === 'null';
}

function parse(json: string, otherwise: string): Value {
  try {
    return toValue(JSON.parse(json));
  } catch (error) {
    // Text that only looked like JSON, or is nested past the limit of a Value, is still text.
    if (error instanceof SyntaxError || error instanceof NotAValue) return otherwise;
    throw error;
  }
}
