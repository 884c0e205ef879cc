import { ALL_PERMISSIONS } from '../contract/index.ts';
import { equalDigests, sha256Hex } from '../crypto/index.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import type { Principal } from './principal.ts';

/** The keys of ADMIN_API_KEYS: known without a question to anybody. */
export interface AdminKeys {
  /** By the SHA-256 of what was sent. */
  find(digest: string): Principal | undefined;
  /** By the id of the principal, while its key is in the settings. */
  byId(id: string): Principal | undefined;
}

/** Each of these keys may do everything, as `key:admin-1`, `key:admin-2`, and so on. */
export function openAdminKeys(keys: readonly string[]): AdminKeys {
  const known = keys.map((key, index) => ({
    digest: sha256Hex(key),
    principal: Object.freeze({
      id: `key:admin-${index + 1}`,
      kind: 'operator',
      account: DEFAULT_ACCOUNT,
      permissions: new Set(ALL_PERMISSIONS),
    }) satisfies Principal,
  }));
  return {
    find: (digest) => {
      let found: Principal | undefined;
      // All are compared, whichever fits, so that the time tells nothing.
      for (const { digest: own, principal } of known) {
        if (equalDigests(own, digest)) found ??= principal;
      }
      return found;
    },
    byId: (id) => known.find(({ principal }) => principal.id === id)?.principal,
  };
}
