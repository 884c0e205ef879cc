import type { AccountId, KeyId, PersonId, SessionId } from '../base/index.ts';
import type { AuditEntry } from './audit-store.ts';
import type { KeyRecord, KeyUse } from './key-store.ts';
import type { PersonDraft, PersonFacts, PersonRecord, SignInFacts } from './people-store.ts';
import type { SessionRecord } from './session-store.ts';
import type { LinkFacts, TicketRecord } from './sharing-store.ts';

/** What a credential stands for; asked before anybody knows the account. */
export type IdentityQuestion =
  /** By the SHA-256 of the key. */
  | { readonly kind: 'key'; readonly hash: string }
  | { readonly kind: 'key-id'; readonly account: AccountId; readonly id: KeyId }
  | { readonly kind: 'session'; readonly account: AccountId; readonly id: SessionId }
  | { readonly kind: 'person'; readonly account: AccountId; readonly id: PersonId };

/** All as it stands now: nothing of it is remembered from one question to the next. */
export interface IdentityFacts {
  readonly account: AccountId;
  readonly isAccountActive: boolean;
  /** Of a session, a person, or a key that acts for one. */
  readonly person?: PersonFacts;
  readonly session?: SessionRecord;
  readonly key?: KeyRecord & {
    /** The hash that was asked for is the one of before a rotation, in its grace. */
    readonly isFormer: boolean;
  };
}

/** An invitation that was not used, with its role as that stands now. */
export interface InvitationFacts {
  readonly account: AccountId;
  readonly role: string;
  /** Of a role of the account; absent for a built-in one, and where the role is gone. */
  readonly rolePermissions?: readonly string[];
  /** The principal that made it. */
  readonly createdBy: string;
}

/** Whom a reset token is for. */
export interface ResetFacts extends SignInFacts {
  /** The principal that made it. */
  readonly createdBy: string;
}

/**
 * The ways from a name, a key or a token to an account: the only questions that name none. Each
 * looks up one unguessable or typed value and gives one row. For the room `auth` alone.
 */
export interface DirectoryStore {
  /**
   * Answers in the order of the questions, undefined where there is nothing; one statement a kind.
   * Sessions that ended, keys that are revoked and people who are not active are given as they are:
   * the caller judges. `now` is for the grace of keys that were rotated; absent: by the clock of
   * the database.
   */
  identities(
    questions: readonly IdentityQuestion[],
    now?: number,
  ): Promise<readonly (IdentityFacts | undefined)[]>;
  /** Letter case and Unicode form (NFKC) of the name do not count. */
  signIn(username: string): Promise<SignInFacts | undefined>;
  /**
   * Addresses of the newest sessions of whoever has this name, ended ones too; none for a name that
   * nobody has. The same question for both.
   */
  addressesOf(username: string): Promise<readonly string[]>;
  /** What an invitation is for, without using it; undefined where it is not good at `now`. */
  invitationFacts(tokenHash: string, now: number): Promise<InvitationFacts | undefined>;
  /** Uses an invitation once: makes the person in its account. TOKEN_INVALID, USERNAME_TAKEN. */
  useInvitation(
    tokenHash: string,
    person: Omit<PersonDraft, 'role'> & { readonly id: PersonId },
    audit: Omit<AuditEntry, 'targetId'>,
  ): Promise<{ readonly account: AccountId; readonly person: PersonRecord }>;
  /** Who a reset token is for, without using it; undefined where it is not good at `now`. */
  resetFacts(tokenHash: string, now: number): Promise<ResetFacts | undefined>;
  /** Uses a reset token once: sets the password and ends all sessions. TOKEN_INVALID. */
  useReset(
    tokenHash: string,
    change: { readonly hash: string; readonly at: number },
    audit: Omit<AuditEntry, 'targetId' | 'actor'>,
  ): Promise<{ readonly account: AccountId; readonly person: PersonId }>;
  /** The good link of this token hash, which it counts as a use. */
  useLink(tokenHash: string, now: number): Promise<LinkFacts | undefined>;
  /** Takes the ticket away: it is good once. Undefined where it is not good at `now`. */
  useTicket(tokenHash: string, now: number): Promise<TicketRecord | undefined>;
  /** Adds to the usage of keys, in one statement. */
  noteKeyUse(uses: readonly KeyUse[]): Promise<void>;
  noteSessionsSeen(seen: ReadonlyMap<SessionId, number>): Promise<void>;
  /**
   * Failed sign-ins of a name, known or not, by the SHA-256 of its folded form: kept here so that
   * neither a restart nor another process forgets them.
   */
  failures(nameHash: string): Promise<{ readonly count: number; readonly lastAt: number }>;
  /**
   * Counts one more, from 1 where the last was before `forgetBefore`, or so far ahead of `at` that
   * a clock must have been wrong; gives the new count.
   */
  noteFailure(nameHash: string, at: number, forgetBefore: number): Promise<number>;
  clearFailures(nameHash: string): Promise<void>;
}
