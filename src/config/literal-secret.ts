import type { Value } from '../base/index.ts';
import { isConfidential } from './entry.ts';
import { settingEntry } from './names.ts';
import type { SettingsProblem } from './source.ts';
import type { SettingName } from './table.ts';

/**
 * Threat: a key written into a settings file that is committed and shared (claim G1.007, CWE-798).
 * Keys that name a variable, such as `api_key_env`, hold no secret.
 */
const SECRET_KEY = /(?:^|[._])(?:api_?key|secret|token|password|passwd|private_?key)s?$/i;

/** Shapes that are secrets wherever they stand. */
const SECRET_SHAPES: readonly RegExp[] = [
  /^sk-[\w-]{16,}/,
  /^(?:AKIA|ASIA)[A-Z2-7]{16}$/,
  /^gh[pousr]_\w{20,}/,
  /^xox[abeoprs]-/,
  /^AIza[\w-]{30,}/,
  /^eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*$/,
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /^[a-z][a-z+]{1,20}:\/\/[^\s:/@]{0,200}:[^\s/@]{1,500}@/i,
];

/** Whether a key of a settings file holds a secret itself, by the name or by the value. */
export function isLiteralSecret(
  key: string,
  value: Value,
  setting: SettingName | undefined,
): boolean {
  if (typeof value !== 'string' && !Array.isArray(value)) return false;
  if (value.length === 0 || /^[\d.]+$/.test(String(value))) return false;
  const entry = setting === undefined ? undefined : settingEntry(setting);
  if (entry !== undefined && entry.type !== 'url' && isConfidential(entry)) return true;
  if (SECRET_KEY.test(key)) return true;
  const texts = typeof value === 'string' ? [value] : value;
  return texts.some((text) => SECRET_SHAPES.some((shape) => shape.test(String(text).trim())));
}

/** The problem of such a key; never the value. */
export function exposedSecret(file: string, key: string, line: number): SettingsProblem {
  return {
    name: key,
    source: `${file}:${line}`,
    message: `${key} in ${file} holds a secret, and that file is made to be shared`,
    remedy:
      'Move it to .env, which stays on this machine, and replace the secret if it was shared.',
  };
}
