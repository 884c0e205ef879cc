import type { AccountId, PersonId, SessionId } from '../base/index.ts';
import type { AuditEntry } from './audit-store.ts';
import type { Page, PageRequest } from './store.ts';

/** Times are milliseconds since 1970. No hash leaves the store but by `SignInFacts`. */
export interface PersonRecord {
  readonly id: PersonId;
  /** As it was typed; unique on the server, letter case and Unicode form not counting. */
  readonly username: string;
  readonly displayName: string;
  readonly email?: string;
  /** The name of a built-in role or of one of the account. */
  readonly role: string;
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSignInAt?: number;
}

export interface PersonDraft {
  readonly username: string;
  readonly displayName: string;
  readonly email?: string;
  readonly role: string;
  readonly passwordHash: string;
  readonly at: number;
}

export interface PersonChange {
  readonly displayName?: string;
  /** Null takes it away. */
  readonly email?: string | null;
  readonly role?: string;
  readonly isActive?: boolean;
}

export interface PasswordChange {
  readonly hash: string;
  readonly at: number;
  readonly keep?: SessionId | 'all';
  /** What the password that allows this was compared with. */
  readonly ifPasswordHash?: string;
  readonly ifSession?: SessionId;
}

/** The people of one account. */
export interface PeopleStore {
  /** Errors: USERNAME_TAKEN. */
  create(id: PersonId, draft: PersonDraft, audit: AuditEntry): Promise<PersonRecord>;
  get(id: PersonId): Promise<PersonRecord | undefined>;
  /** Within the account. */
  byUsername(username: string): Promise<PersonRecord | undefined>;
  list(filter: { readonly search?: string }, page: PageRequest): Promise<Page<PersonRecord>>;
  /**
   * Undefined: no such person. LAST_ADMIN where no active person with the role `admin` would be
   * left, also under two changes at once. Who becomes inactive loses all sessions; who does, or
   * gets another role than `admin`, loses the invitations and reset tokens that they made.
   * SESSION_OVER where `ifSession` has ended by now.
   */
  update(
    id: PersonId,
    change: PersonChange & { readonly at: number; readonly ifSession?: SessionId },
    audit: AuditEntry,
  ): Promise<PersonRecord | undefined>;
  /**
   * Ends all sessions but those to keep, and makes unused reset tokens worthless. Errors:
   * PASSWORD_WRONG where the hash is not `ifPasswordHash` by now, SESSION_OVER where `ifSession`
   * has ended: somebody else set a password meanwhile.
   */
  setPassword(id: PersonId, change: PasswordChange, audit: AuditEntry): Promise<boolean>;
  /** Only where the hash still is `from`: after a sign-in, when BCRYPT_ROUNDS was raised. */
  rehash(id: PersonId, from: string, to: string): Promise<void>;
  passwordHash(id: PersonId): Promise<string | undefined>;
  noteSignIn(id: PersonId, at: number): Promise<void>;
  /**
   * Removes the person with sessions, keys, shares and tokens, also those that they made for
   * others; their flows pass to the principal `flowsTo`. LAST_ADMIN as in `update`.
   */
  remove(id: PersonId, flowsTo: string, audit: AuditEntry): Promise<boolean>;
  /** Anybody at all, active or not. */
  isAnybody(): Promise<boolean>;
}

export interface RoleRecord {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
}

/** Roles that the account made itself. */
export interface RoleStore {
  list(): Promise<readonly RoleRecord[]>;
  get(name: string): Promise<RoleRecord | undefined>;
  /** Makes or replaces it. LIMIT_REACHED beyond ACCESS_LIMITS.rolesAnAccount. */
  put(role: RoleRecord, at: number, audit: AuditEntry): Promise<void>;
  /** ROLE_IN_USE while a person or an open invitation has it. False: no such role. */
  remove(name: string, audit: AuditEntry): Promise<boolean>;
}

export interface InvitationRecord {
  readonly id: string;
  readonly role: string;
  readonly email?: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt?: number;
}

export interface InvitationStore {
  create(
    draft: Omit<InvitationRecord, 'usedAt'> & { readonly tokenHash: string },
    audit: AuditEntry,
  ): Promise<InvitationRecord>;
  /** Used or not. */
  get(id: string): Promise<InvitationRecord | undefined>;
  list(page: PageRequest): Promise<Page<InvitationRecord>>;
  /** Removes one that was not used. */
  withdraw(id: string, audit: AuditEntry): Promise<boolean>;
}

/** One-time tokens of people of the account, by their SHA-256; see DirectoryStore for their use. */
export interface ResetStore {
  /** Those made before for this person become worthless. */
  create(
    reset: {
      readonly person: PersonId;
      readonly tokenHash: string;
      /** The principal that made it, judged anew when it is used. */
      readonly createdBy: string;
      readonly at: number;
      readonly expiresAt: number;
    },
    audit: AuditEntry,
  ): Promise<void>;
}

/** Who a person is and may be, as it stands now. */
export interface PersonFacts extends PersonRecord {
  /** Of a role of the account; absent for a built-in one. Empty where the role is gone. */
  readonly rolePermissions?: readonly string[];
  /** Milliseconds since 1970; of what the store gives it is always there. */
  readonly passwordChangedAt?: number;
}

export interface SignInFacts {
  readonly account: AccountId;
  readonly isAccountActive: boolean;
  readonly person: PersonFacts;
  readonly passwordHash: string;
}
