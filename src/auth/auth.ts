import type { AccountId, PersonId, SessionId } from '../base/index.ts';
import type { AppError } from '../errors/index.ts';
import type { PersonRecord } from '../store/index.ts';
import type { Principal } from './principal.ts';

/** Names and values in turn, as they came: only there a header that was sent twice can be seen. */
export type RawHeaders = readonly string[];

/** What a request says of who sends it. */
export interface Credentials {
  readonly headers: RawHeaders;
  /** The client's address, as `guard/client-address` tells it. */
  readonly address: string;
  readonly requestId: string;
  /** Of a WebSocket's address. */
  readonly ticket?: string;
  readonly token?: string;
  /** What the socket is about; a ticket must have been made for the same. Absent: no socket. */
  readonly socket?: { readonly execution?: string };
}

/** By what a principal was identified. */
export type Way = 'operator-key' | 'key' | 'bearer' | 'cookie' | 'basic' | 'ticket' | 'query-token';

export type Identified =
  | { readonly principal: Principal; readonly way: Way }
  /** UNAUTHENTICATED, SESSION_OVER, ADDRESS_REFUSED (a key from a foreign network). */
  | { readonly refusal: AppError; readonly attempt?: FailedAttempt };

/** For the record of who tried: names and ids, never what was tried as a secret. */
export interface FailedAttempt {
  readonly account?: AccountId;
  readonly actor?: string;
  /** Of HTTP Basic: as records show it. */
  readonly name?: string;
  readonly way?: Way;
  /** Such as `expired`, `revoked`, `inactive`, `unknown`, `network`, `malformed`. */
  readonly reason: string;
}

/** Who sends a request. */
export interface Authenticator {
  /**
   * One of ADMIN_API_KEYS is known without asking anybody; all else asks the store, once for all
   * that ask at the same time, and sees all that was committed before it asked. Never says how near
   * a guess was. Rejects with STORE_UNAVAILABLE or LIMITER_UNAVAILABLE alone.
   */
  identify(credentials: Credentials): Identified | Promise<Identified>;
  /**
   * The same principals as they stand now; undefined where one may do nothing any more (session
   * over, key revoked or expired, person or account not active). For what stays open.
   */
  current(principals: readonly Principal[]): Promise<readonly (Principal | undefined)[]>;
  /** By ids of principals of one account, for what was started and waits. Links are undefined. */
  currentById(account: AccountId, ids: readonly string[]): Promise<ReadonlyMap<string, Principal>>;
}

/** What a caller tells of itself, for sessions and records. */
export interface SignInPlace {
  readonly address: string;
  readonly agent: string;
  readonly requestId: string;
  /** When the request came; a token that was used meanwhile was not stolen for that. */
  readonly arrivedAt: number;
}

export interface Tokens {
  readonly accessToken: string;
  readonly expiresInMs: number;
  readonly refreshToken: string;
  readonly refreshExpiresInMs: number;
  /** Proves to us that a page of ours sends a request with cookies; good as long as the session. */
  readonly csrfToken: string;
  readonly session: SessionId;
  readonly account: AccountId;
  readonly person: PersonRecord;
}

/** Signing in and what follows from it; every act leaves its record. */
export interface SignIns {
  /**
   * The same answer, in the same time, for an unknown name, a wrong password, one who is not active
   * and an account that is suspended. Errors: SIGN_IN_REFUSED, RATE_LIMITED (the name must wait),
   * PASSWORDS_BUSY.
   */
  signIn(
    given: { readonly username: string; readonly password: string },
    place: SignInPlace,
  ): Promise<Tokens>;
  /** Errors: SESSION_OVER, also where the token was used before, which ends the session. */
  refresh(refreshToken: string, place: SignInPlace): Promise<Tokens>;
  /** Errors: NOT_A_PERSON for keys and HTTP Basic, which have no session to end. */
  signOut(principal: Principal, place: SignInPlace): Promise<void>;
  /** What a page that signed in with cookies must send along. */
  csrfToken(session: SessionId): string;
  isCsrfToken(session: SessionId, given: string): boolean;
}

/** What people do with their own passwords and one-time tokens; each act leaves its record. */
export interface PasswordActs {
  /**
   * That whoever asks knows the person's password. A wrong one counts as a failed sign-in, apart
   * from those of strangers. Errors: NOT_A_PERSON, PASSWORD_WRONG, RATE_LIMITED, PASSWORDS_BUSY.
   */
  confirm(principal: Principal, password: string, place: SignInPlace): Promise<void>;
  /** Errors: those of `confirm`, PASSWORD_WEAK, SESSION_OVER. */
  changePassword(
    principal: Principal,
    change: {
      readonly current: string;
      readonly next: string;
      readonly endOtherSessions: boolean;
    },
    place: SignInPlace,
  ): Promise<void>;
  /** The same work for a name that nobody has; leaves a record for the admins where one has it. */
  forgotPassword(username: string, place: SignInPlace): Promise<void>;
  /**
   * Uses a reset token, if whoever made it could make it now. Errors: TOKEN_INVALID, PASSWORD_WEAK,
   * PASSWORDS_BUSY.
   */
  resetPassword(
    given: { readonly token: string; readonly password: string },
    place: SignInPlace,
  ): Promise<void>;
  /**
   * Uses an invitation, if whoever made it could make it now. Errors: TOKEN_INVALID,
   * USERNAME_TAKEN, PASSWORD_WEAK, PASSWORDS_BUSY.
   */
  acceptInvitation(token: string, person: NewPerson, place: SignInPlace): Promise<PersonRecord>;
}

/** Who wants to become a person here. */
export interface NewPerson {
  readonly username: string;
  readonly password: string;
  readonly displayName: string;
  readonly email?: string;
}

/** Passwords: judged, hashed and compared; bounded, so that nobody fills the processor with it. */
export interface Passwords {
  /** Errors: PASSWORD_WEAK with what is wrong and what to do; PASSWORDS_BUSY. */
  hash(password: string, about: { readonly names: readonly string[] }): Promise<string>;
  /** `undefined` does the same work and is false. Errors: PASSWORDS_BUSY. */
  isRight(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the hash has other rounds than BCRYPT_ROUNDS. */
  isOld(hash: string): boolean;
  /** One that nobody guesses, of letters and digits that look different. */
  generate(): string;
}

/** Keys as they are given out: `sk_` and 256 random bits. */
export interface MadeKey {
  readonly key: string;
  readonly prefix: string;
  readonly hash: string;
}

/** One-time tokens: 256 random bits for people to hand over, and their SHA-256 for the store. */
export interface MadeToken {
  readonly token: string;
  readonly hash: string;
}

export interface FirstAdmin {
  readonly id: PersonId;
  readonly username: string;
  /** Only where it was made now: to be shown once. */
  readonly password?: string;
}

/** All of this room as the server holds it. */
export interface Auth extends Authenticator, SignIns, PasswordActs {
  readonly passwords: Passwords;
  makeKey(): MadeKey;
  makeToken(): MadeToken;
  /** The SHA-256 under which a one-time token is kept. */
  tokenHash(token: string): string;
  /**
   * Makes the account `default` and its admin where it has nobody yet. With ADMIN_PASSWORD set,
   * that password is the admin's after every start. Undefined where nothing is to be done and
   * nobody has the name of ADMIN_USERNAME (any more). Errors: PASSWORD_WEAK, USERNAME_TAKEN.
   */
  ensureFirstAdmin(): Promise<FirstAdmin | undefined>;
  /** Writes down what keys were used for, and ends. */
  close(): Promise<void>;
}
