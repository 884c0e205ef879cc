import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/index.ts';
import type { RateLimiter } from '../guard/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import type { Passwords } from './auth.ts';

/** What the parts of this room share. */
export interface AuthParts {
  readonly store: Pick<Store, 'account' | 'directory' | 'ensureAccount'>;
  readonly audit: Pick<Audit, 'observe'>;
  readonly rates: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
  readonly passwords: Passwords;
  readonly settings: AuthSettings;
  newId(): string;
}

/** What this room needs of the settings. */
export interface AuthSettings {
  readonly adminKeys: readonly string[];
  readonly adminUsername: string;
  /** Plain or a bcrypt hash; '' where none is set. */
  readonly adminPassword: string;
  /** The current one first, then those of before. */
  readonly accessSecrets: readonly string[];
  readonly refreshSecrets: readonly string[];
  readonly accessMs: number;
  /** How long a refresh token is good, and a session lasts at most. */
  readonly refreshMs: number;
  readonly idleMs: number;
  readonly passwordRounds: number;
  readonly isComplex: boolean;
  /** ENABLE_API_KEYS. */
  readonly takesKeys: boolean;
  /** ENABLE_BASIC_AUTH. */
  readonly takesBasic: boolean;
  /** WEBSOCKET_TOKEN_IN_URL. */
  readonly takesTokenInUrl: boolean;
  /** ENABLE_RATE_LIMITING; growing waits after failures stay without it. */
  readonly isLimited: boolean;
  /** Whether people reach the server by HTTPS, which gives its cookies other names. */
  readonly isSecure: boolean;
}
