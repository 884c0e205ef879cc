/**
 * Threat: somebody types a password, a key or a token where the name belongs, and it stands for
 * ever in a record that nobody can change (CWE-532; ASVS 5.0 V16.2.5). A name is recorded where it
 * has the form of one; anything else as a mark by which only repeats can be told.
 */
import { assert, foldName } from '../base/index.ts';
import { isUsername } from '../contract/index.ts';
import { hkdfSha256, hmacSha256Hex, sha256Hex } from '../crypto/index.ts';
import type { AdminKeys } from './admin-keys.ts';

/** A typed name as records may show it. */
export type ShownName = (username: string) => string;

const CHARACTERS_MAX = 64;
const MARK_CHARACTERS = 8;
const KEY_BYTES = 32;
const PURPOSE = 'sluice unusual names';

/** What keys, tokens and made passwords look like, whole or cut. */
const SECRET_FORMS = [
  /^sk_/,
  /^[0-9a-f]{24,}$/,
  /^[a-z0-9_-]{43}$/,
  /^eyj/,
  /^(?:[a-z][a-z0-9]{3}\d-){2,}/,
];

/** Marks are made under a key of the current access secret, so that nobody tries names on them. */
export function openShownNames(
  accessSecrets: readonly string[],
  adminKeys: Pick<AdminKeys, 'find'>,
): ShownName {
  const [secret] = accessSecrets;
  assert(secret !== undefined, 'there is a secret');
  const key = hkdfSha256(Buffer.from(secret), PURPOSE, KEY_BYTES);
  return (username) => {
    const name = foldName(username);
    const isUsual =
      name.length <= CHARACTERS_MAX &&
      isUsername(name) &&
      !SECRET_FORMS.some((form) => form.test(name)) &&
      [username, username.trim(), name].every(
        (one) => adminKeys.find(sha256Hex(one)) === undefined,
      );
    return isUsual ? name : `unusual ${hmacSha256Hex(key, name).slice(0, MARK_CHARACTERS)}`;
  };
}
