import type { AccountId, KeyId, PersonId, SessionId } from '../base/index.ts';
import type { IdentityQuestion } from '../store/index.ts';
import type { AdminKeys } from './admin-keys.ts';
import type { Authenticator } from './auth.ts';
import { type Judged, judgeFacts } from './authority.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import { type JudgedBy, momentOf, questionOf } from './identify.ts';
import type { Identities } from './identities.ts';
import type { Principal } from './principal.ts';

/** How principals that were let in stand now. */
export interface Current extends Pick<Authenticator, 'current' | 'currentById'> {
  /** Of whom a ticket was made for, with the session that it was made in. */
  ofTicket(of: {
    readonly account: AccountId;
    readonly id: string;
    readonly session?: string | undefined;
    /** From where it is used. */
    readonly address: string;
  }): Promise<Judged>;
}

/** See Authenticator: what stays open or waits is judged by the same rules as a request. */
export function openCurrent(
  parts: JudgedBy,
  identities: Identities,
  adminKeys: AdminKeys,
): Current {
  /** `addresses` in the order of the questions; absent: what was let in already, or waits. */
  async function judged(
    questions: readonly (IdentityQuestion | undefined)[],
    addresses: readonly (string | undefined)[] = [],
  ): Promise<readonly Judged[]> {
    const asked = questions.flatMap((question) => question ?? []);
    const facts = await identities.askAll(asked);
    let next = 0;
    return questions.map((question, index) => {
      if (question === undefined) return { loss: 'unknown' };
      return judgeFacts(facts[next++], momentOf(parts, addresses[index]));
    });
  }

  async function byIds(account: AccountId, ids: readonly string[]) {
    const found = await judged(ids.map((id) => questionOfId(account, id)));
    return ids.map((id, index) => operator(account, id) ?? principalOf(found[index]));
  }

  function operator(account: AccountId, id: string): Principal | undefined {
    return account === DEFAULT_ACCOUNT ? adminKeys.byId(id) : undefined;
  }

  return {
    current: async (principals) => {
      const questions = principals.map((one) => questionOf(one.account, one));
      const addresses = principals.map(({ address }) => address);
      const found = await judged(questions, addresses);
      return principals.map((one, index) => {
        if (one.kind === 'operator') return adminKeys.byId(one.id);
        const now = principalOf(found[index]);
        // Who came with a password, and no session that would end with it, leaves with it.
        const isNew = one.passwordSetAt !== undefined && one.passwordSetAt !== now?.passwordSetAt;
        return isNew ? undefined : now;
      });
    },
    currentById: async (account, ids) => {
      const found = await byIds(account, ids);
      const pairs = ids.flatMap((id, index) => {
        const principal = found[index];
        return principal === undefined ? [] : [[id, principal] as const];
      });
      return new Map(pairs);
    },
    ofTicket: async ({ account, id, session, address }) => {
      const principal = operator(account, id);
      if (principal !== undefined) return { principal };
      const question =
        session === undefined
          ? questionOfId(account, id)
          : ({ kind: 'session', account, id: session as SessionId } as const); // Kept so.
      const [found = UNKNOWN] = await judged([question], [address]);
      return 'principal' in found && found.principal.id !== id ? UNKNOWN : found;
    },
  };
}

const UNKNOWN = { loss: 'unknown' } as const;

function principalOf(judged: Judged | undefined): Principal | undefined {
  return judged !== undefined && 'principal' in judged ? judged.principal : undefined;
}

const ID = /^(person|key):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function questionOfId(account: AccountId, id: string): IdentityQuestion | undefined {
  const [, kind, uuid = ''] = ID.exec(id) ?? [];
  // The forms that personPrincipal and keyPrincipal make.
  if (kind === 'person') return { kind, account, id: uuid as PersonId };
  return kind === 'key' ? { kind: 'key-id', account, id: uuid as KeyId } : undefined;
}
