import { openAdminKeys } from './admin-keys.ts';
import type { Auth } from './auth.ts';
import type { AuthParts } from './auth-parts.ts';
import { openBasic } from './basic.ts';
import { openCsrf } from './csrf.ts';
import { openCurrent } from './current.ts';
import { openFailureWaits } from './failure-waits.ts';
import { ensureFirstAdmin } from './first-admin.ts';
import { openIdentify } from './identify.ts';
import { openIdentities } from './identities.ts';
import { makeKey, makeToken, tokenHash } from './keys-made.ts';
import { openPasswordActs } from './password-acts.ts';
import { openPasswordChecks } from './password-check.ts';
import { openPasswords, roundsOf } from './passwords.ts';
import { openSessionTokens } from './session-tokens.ts';
import { openShownNames } from './shown-names.ts';
import { openSignIns } from './sign-ins.ts';
import { openTokens } from './tokens.ts';
import { openUses } from './uses.ts';

export type AuthOptions = Omit<AuthParts, 'passwords'>;

/**
 * Who asks, and how people sign in: the whole room as a server holds it. A worker has none. Closing
 * it writes down what keys were used for.
 */
export function openAuth(options: AuthOptions): Auth {
  const { settings, store, clock } = options;
  const { passwordRounds: rounds, isComplex, adminPassword } = settings;
  const roundsKept = roundsOf(adminPassword) ?? rounds;
  const parts = { ...options, passwords: openPasswords({ rounds, roundsKept, isComplex }) };
  const tokens = openTokens({ ...settings, clock });
  const csrf = openCsrf(settings.accessSecrets);
  const identities = openIdentities(store.directory);
  const adminKeys = openAdminKeys(settings.adminKeys);
  const current = openCurrent(parts, identities, adminKeys);
  const waits = openFailureWaits(store.directory, clock);
  const shownName = openShownNames(settings.accessSecrets, adminKeys);
  const checks = openPasswordChecks({ ...parts, shownName }, waits);
  const basic = openBasic(parts, checks);
  const uses = openUses(parts);
  const { csrfToken } = csrf;
  const sessions = openSessionTokens({ parts, tokens, identities, csrfToken });
  return {
    identify: openIdentify({ parts, adminKeys, identities, basic, tokens, uses, current }),
    current: current.current,
    currentById: current.currentById,
    ...openSignIns({ parts, checks, sessions, shownName }),
    refresh: sessions.refresh,
    ...csrf,
    ...openPasswordActs({ parts, checks, waits, current }),
    passwords: parts.passwords,
    makeKey,
    makeToken,
    tokenHash,
    ensureFirstAdmin: () => ensureFirstAdmin(parts),
    close: () => uses.close(),
  };
}
