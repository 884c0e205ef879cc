import type { PersonId, SessionId } from '../base/index.ts';
import type { AuditEntry } from './audit-store.ts';

/** One sign-in with all tokens that follow from it. Times are milliseconds since 1970. */
export interface SessionRecord {
  readonly id: SessionId;
  readonly person: PersonId;
  readonly createdAt: number;
  /** When its tokens were last renewed. */
  readonly refreshedAt: number;
  /** When a request last came, to ACCESS_LIMITS.sessionSeenMs. */
  readonly lastSeenAt: number;
  /** The absolute limit. */
  readonly expiresAt: number;
  readonly address: string;
  readonly agent: string;
  readonly endedAt?: number;
}

export interface SessionDraft {
  readonly id: SessionId;
  readonly person: PersonId;
  readonly at: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly agent: string;
  /** SHA-256 of the id (`jti`) of its refresh token. */
  readonly refreshHash: string;
  /** The hash that the password was compared with; absent: it was no sign-in by password. */
  readonly ifPasswordHash?: string;
}

export type Rotation = 'rotated' | 'concurrent' | 'reused' | 'over';

export interface SessionStore {
  /**
   * Ends the oldest where the person would have more than ACCESS_LIMITS.sessionsAPerson. Errors:
   * SIGN_IN_REFUSED where the person is not active or not there by now, or has another password
   * than `ifPasswordHash`.
   */
  create(draft: SessionDraft, audit: AuditEntry): Promise<void>;
  get(id: SessionId): Promise<SessionRecord | undefined>;
  /** Those that have neither ended nor expired, newest first. */
  list(person: PersonId, now: number): Promise<readonly SessionRecord[]>;
  /**
   * Puts `to` in the place of `from`, for one caller alone. `concurrent`: the token was used while
   * this request, which arrived at `arrivedAt`, was already here (a millisecond that both share
   * counts so): it is refused and nothing ends.
   * `reused`: it was used before that, so somebody else has it too: the session ends, with `reuse`
   * as its record. `over`: it has ended, expired, or idled since before `idleSince`.
   */
  rotate(
    id: SessionId,
    change: {
      readonly from: string;
      readonly to: string;
      readonly at: number;
      readonly arrivedAt: number;
      readonly idleSince: number;
    },
    audits: { readonly rotated: AuditEntry; readonly reuse: AuditEntry },
  ): Promise<Rotation>;
  /** False where it has ended already or is not there. */
  end(id: SessionId, audit: AuditEntry): Promise<boolean>;
  /** Gives how many ended. */
  endAll(person: PersonId, keep: SessionId | undefined, audit: AuditEntry): Promise<number>;
}
