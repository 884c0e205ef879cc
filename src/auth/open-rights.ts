import { ALL_PERMISSIONS } from '../contract/index.ts';
import type { Auth } from './auth.ts';
import type { AuthParts, AuthSettings } from './auth-parts.ts';
import { openCurrent } from './current.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import { openIdentities } from './identities.ts';

const ADMIN_KEY = /^key:admin-\d{1,6}$/;

/**
 * How those who started something stand now, for a process that lets nobody in, such as a worker.
 * It has no ADMIN_API_KEYS, so it takes their principals for what they were when a server let them
 * in.
 */
export function openRights(
  options: Pick<AuthParts, 'clock'> & {
    readonly store: Pick<AuthParts['store'], 'directory'>;
    readonly settings: Pick<AuthSettings, 'idleMs' | 'takesKeys'>;
  },
): Pick<Auth, 'currentById'> {
  const { store, clock, settings } = options;
  const operators = {
    find: () => undefined,
    byId: (id: string) =>
      ADMIN_KEY.test(id)
        ? ({
            id,
            kind: 'operator',
            account: DEFAULT_ACCOUNT,
            permissions: new Set(ALL_PERMISSIONS),
          } as const)
        : undefined,
  };
  const identities = openIdentities(store.directory);
  const { currentById } = openCurrent({ clock, settings }, identities, operators);
  return { currentById };
}
