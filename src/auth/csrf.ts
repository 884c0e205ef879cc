/**
 * Threat: a page of somebody else's makes a browser send our cookies (CWE-352, ASVS 5.0 3.5.1;
 * claim G2.133). A page of ours sends along what only we could tell it about its session: a MAC,
 * so that nothing has to be kept, under a key that signs nothing else.
 */
import { assert } from '../base/index.ts';
import { equalSecrets, hkdfSha256, hmacSha256 } from '../crypto/index.ts';
import type { SignIns } from './auth.ts';

const KEY_BYTES = 32;
const PURPOSE = 'sluice csrf';

/** The tokens of sessions, by the access secrets: the current one, then those of before. */
export function openCsrf(
  accessSecrets: readonly string[],
): Pick<SignIns, 'csrfToken' | 'isCsrfToken'> {
  const keys = accessSecrets.map((secret) => hkdfSha256(Buffer.from(secret), PURPOSE, KEY_BYTES));
  const [current] = keys;
  assert(current !== undefined, 'there is a secret to sign with');
  return {
    csrfToken: (session) => tokenOf(current, session),
    isCsrfToken: (session, given) => {
      let isKnown = false;
      // All are compared, whichever fits, so that the time tells nothing.
      for (const key of keys) isKnown = equalSecrets(tokenOf(key, session), given) || isKnown;
      return isKnown;
    },
  };
}

function tokenOf(key: Uint8Array, session: string): string {
  return Buffer.from(hmacSha256(key, `csrf${session}`)).toString('base64url');
}
