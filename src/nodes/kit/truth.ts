import type { Value } from '../../base/index.ts';
import type { ConfigIssue } from '../../contract/index.ts';

const FALSE_TEXTS: ReadonlySet<string> = new Set(['false', '0', 'no', 'none', '']);
const PLAIN_TEXTS: ReadonlySet<string> = new Set(['true', 'false', 'yes', 'no', '1', '0']);

/**
 * Whether a condition holds. Text is false when it says so (`false`, `0`, `no`, `none` or nothing,
 * in any case) and true otherwise, because a template of more than one expression gives text. Zero,
 * null and empty lists and maps are false.
 */
export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return !FALSE_TEXTS.has(value.trim().toLowerCase());
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/**
 * Finds a condition that was written without `{{ }}`: as plain text it would always be true.
 * `alsoAllowed` are words that mean something at this place.
 */
export function conditionIssues(
  condition: Value | undefined,
  field: string,
  alsoAllowed: readonly string[] = [],
): readonly ConfigIssue[] {
  if (typeof condition !== 'string' || /\{\{|\{%/.test(condition)) return [];
  const text = condition.trim();
  if (PLAIN_TEXTS.has(text.toLowerCase()) || alsoAllowed.includes(text)) return [];
  return [
    {
      code: 'WRONG_VALUE',
      field,
      message: `the condition ${JSON.stringify(text.slice(0, 80))} is plain text, not a template`,
      remedy: text === '' ? 'Write a condition.' : `Write "{{ ${text.slice(0, 80)} }}".`,
    },
  ];
}
