import { type Audit, type Loop, openAudit, openJanitor, sealKeys } from './audit/index.ts';
import {
  type Auth,
  type AuthSettings,
  DEFAULT_ACCOUNT,
  openAuth,
  openRights,
} from './auth/index.ts';
import { type AccountId, systemClock } from './base/index.ts';
import type { ServerSettings } from './config/index.ts';
import { uuidv7 } from './crypto/index.ts';
import type { MayRun } from './engine/index.ts';
import { openMemoryRates, openRedisRates, type RateLimiter } from './guard/index.ts';
import { mayRunOf, openQueuedWatch } from './http/index.ts';
import type { Log } from './log/index.ts';
import type { Store } from './store/index.ts';

export interface AccessOptions {
  readonly settings: ServerSettings;
  readonly store: Store;
  readonly log: Log;
  /** Removes what an account that is gone has in the data folder. */
  removeFiles(account: AccountId): Promise<void>;
}

/** Who may do what, how often, and what is written down of it: what a server has of it. */
export interface Access {
  readonly auth: Auth;
  readonly audit: Audit;
  readonly rates: RateLimiter;
  readonly mayRun: MayRun;
  /** In the order in which they must end. */
  readonly closers: readonly { readonly name: string; close(): Promise<void> }[];
}

/** Opens the rooms auth and audit for a server. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { settings, store, log } = options;
  const clock = systemClock;
  const rates = await openRates(settings, log);
  const { audit, janitor } = openRecord(options);
  const auth = openAuth({
    store,
    audit,
    rates,
    clock,
    log,
    newId: () => uuidv7(clock.now()),
    settings: authSettings(settings),
  });
  const closers = [
    { name: 'janitor', close: () => janitor.close() },
    { name: 'auth', close: () => auth.close() },
    { name: 'audit', close: () => audit.close() },
    { name: 'limits', close: () => rates.close() },
  ];
  const watch = openQueuedWatch({ store, auth, clock, log });
  closers.unshift({ name: 'queue watch', close: () => watch.close() });
  return { auth, audit, rates, mayRun: mayRunOf({ store, auth, clock }), closers };
}

/** A worker lets nobody in; it only asks whether who started something still may. */
export function workerMayRun({
  settings,
  store,
}: Pick<AccessOptions, 'settings' | 'store'>): MayRun {
  const clock = systemClock;
  const { SESSION_IDLE_TIMEOUT: idleMs, ENABLE_API_KEYS: takesKeys } = settings.settings;
  const auth = openRights({ store, clock, settings: { idleMs, takesKeys } });
  return mayRunOf({ store, auth, clock });
}

/** Counts in Redis where there is one, so that all servers count together. */
async function openRates({ redisUrl: url }: ServerSettings, log: Log): Promise<RateLimiter> {
  const fallback = openMemoryRates({ clock: systemClock });
  if (url === undefined) return fallback;
  return openRedisRates({ url, clock: systemClock, log, fallback });
}

function openRecord({ settings, store, log, removeFiles }: AccessOptions): {
  readonly audit: Audit;
  readonly janitor: Loop;
} {
  const { settings: given, encryptionKey: current, encryptionKeysPrevious: previous } = settings;
  const keys = sealKeys({ current, previous });
  const common = { store, keys, clock: systemClock, log, operator: DEFAULT_ACCOUNT };
  const audit = openAudit({
    ...common,
    rules: {
      failures: given.ALERT_FAILURES,
      bulkReads: given.ALERT_BULK_READS,
      newNetwork: given.ALERT_NEW_NETWORK,
      windowMs: given.ALERT_WINDOW,
    },
    ...(settings.auditCopy === undefined ? {} : { file: settings.auditCopy }),
    ...(given.AUDIT_WEBHOOK === '' ? {} : { webhookUrl: given.AUDIT_WEBHOOK }),
    ...(given.ALERT_WEBHOOK === '' ? {} : { alertWebhookUrl: given.ALERT_WEBHOOK }),
  });
  const janitor = openJanitor({
    ...common,
    auditDays: given.AUDIT_RETENTION_DAYS,
    executionDays: given.EXECUTION_RETENTION_DAYS,
    removeFiles,
  });
  return { audit, janitor };
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function authSettings({ settings, tokens, adminKeys, baseUrl }: ServerSettings): AuthSettings {
  return {
    adminKeys,
    adminUsername: settings.ADMIN_USERNAME,
    adminPassword: settings.ADMIN_PASSWORD,
    accessSecrets: [tokens?.accessSecret ?? '', ...(tokens?.accessSecretsPrevious ?? [])],
    refreshSecrets: [tokens?.refreshSecret ?? '', ...(tokens?.refreshSecretsPrevious ?? [])],
    accessMs: settings.ACCESS_TOKEN_EXPIRE_MINUTES * MINUTE_MS,
    refreshMs: settings.REFRESH_TOKEN_EXPIRE_DAYS * DAY_MS,
    idleMs: settings.SESSION_IDLE_TIMEOUT,
    passwordRounds: settings.BCRYPT_ROUNDS,
    isComplex: settings.PASSWORD_COMPLEXITY,
    takesKeys: settings.ENABLE_API_KEYS,
    takesBasic: settings.ENABLE_BASIC_AUTH,
    takesTokenInUrl: settings.WEBSOCKET_TOKEN_IN_URL,
    isLimited: settings.ENABLE_RATE_LIMITING,
    isSecure: baseUrl?.startsWith('https://') === true,
  };
}
