import type { AccountId, ExecutionId, KeyId, PersonId } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import type { IdentityFacts, PersonFacts, Store } from '../store/index.ts';
import { openAdminKeys } from './admin-keys.ts';
import type { Authenticator } from './auth.ts';
import type { AuthSettings } from './auth-parts.ts';
import { openCurrent } from './current.ts';
import { openIdentify } from './identify.ts';
import { openIdentities } from './identities.ts';

/** Of a user of the account `acme`; its scopes name more than that, and one network. */
export const PERSON_KEY = `sk_${'a'.repeat(43)}`;
/** Of nobody. */
export const OTHER_KEY = `sk_${'b'.repeat(43)}`;
/** For the execution e1, of the first key of the settings. */
export const TICKET = 'a-ticket';

const account = 'acme' as AccountId;

const PERSON: PersonFacts = {
  id: '0198a2f0-0000-7000-8000-000000000001' as PersonId,
  username: 'ann',
  displayName: 'Ann',
  role: 'user',
  isActive: true,
  createdAt: 1,
  updatedAt: 1,
};

const KEY: IdentityFacts = {
  account,
  isAccountActive: true,
  person: PERSON,
  key: {
    id: '0198a2f0-0000-7000-8000-000000000002' as KeyId,
    name: 'one',
    prefix: 'sk_aaaaaaaa',
    scopes: ['flows:read', 'accounts:admin', 'server:admin'],
    person: PERSON.id,
    networks: ['192.0.2.0/24'],
    createdBy: 'key:admin-1',
    createdAt: 1,
    isFormer: false,
  },
};

/** An authenticator over a store in memory that knows one key and one ticket; for tests. */
export function fakeIdentify(
  settings: Partial<AuthSettings>,
): Pick<Authenticator, 'identify' | 'current' | 'currentById'> {
  let tickets = [sha256Hex(TICKET)];
  const directory = {
    identities: async (questions: readonly { kind: string; hash?: string }[]) =>
      questions.map(({ hash }) => (hash === sha256Hex(PERSON_KEY) ? KEY : undefined)),
    useTicket: async (hash: string) => {
      if (!tickets.includes(hash)) return undefined;
      tickets = [];
      const execution = 'e1' as ExecutionId;
      return { account: 'default' as AccountId, principal: 'key:admin-1', execution };
    },
  };
  const all = {
    adminKeys: ['first-key-0123456789'],
    idleMs: 1_000,
    takesKeys: true,
    takesBasic: true,
    isSecure: false,
    ...settings,
  } as AuthSettings; // What is left out is of other parts of the room.
  const store = { directory } as unknown as Store; // The other methods are not asked.
  const clock = { now: () => 1_000_000, sleep: async () => undefined };
  const parts = { store, clock, settings: all };
  const adminKeys = openAdminKeys(all.adminKeys);
  const identities = openIdentities(store.directory);
  const current = openCurrent(parts, identities, adminKeys);
  const refused = { account, name: 'x', reason: 'unknown' } as const;
  const identify = openIdentify({
    parts,
    adminKeys,
    identities,
    current,
    basic: { check: async () => ({ refused }) },
    tokens: { verifyAccess: async () => ({ reason: 'signature' }) },
    uses: { note: () => undefined, flush: async () => undefined, close: async () => undefined },
  });
  return { identify, current: current.current, currentById: current.currentById };
}
