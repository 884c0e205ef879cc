import { resolve } from 'node:path';
import { assert } from '../base/index.ts';
import type { Advice } from './advice.ts';
import { judgeAccess } from './judge-access.ts';
import { judgeConnections } from './judge-connections.ts';
import { type FileMode, judgeFileMode } from './judge-files.ts';
import { judgeSecrets, type ProcessKind } from './judge-secrets.ts';
import { type LoadedSettings, settingsInvalid } from './load.ts';
import type { SettingsProblem } from './source.ts';
import type { Settings } from './table.ts';
import { misspeltNames } from './unknown-names.ts';
import { decodedPart } from './url-part.ts';
import { decodeKey } from './weak-secret.ts';

export interface ServerSettings {
  readonly isProduction: boolean;
  readonly host: string;
  readonly port: number;
  /** The public address without a slash at its end; undefined: the one listened on. */
  readonly baseUrl: string | undefined;
  /** Absolute. */
  readonly dataDir: string;
  readonly database: DatabaseSettings;
  readonly redisUrl: string | undefined;
  /** At least one for a server; a worker has none. */
  readonly adminKeys: readonly string[];
  /** Secrets that sign tokens; a worker has none. */
  readonly tokens:
    | {
        readonly accessSecret: string;
        readonly refreshSecret: string;
        /** Taken, and used to sign nothing. */
        readonly accessSecretsPrevious: readonly string[];
        readonly refreshSecretsPrevious: readonly string[];
      }
    | undefined;
  /** 32 bytes. */
  readonly encryptionKey: Uint8Array;
  /** Of before, 32 bytes each: they open and check, and seal nothing. */
  readonly encryptionKeysPrevious: readonly Uint8Array[];
  readonly requestBytesMax: number;
  /** The absolute path of AUDIT_COPY. */
  readonly auditCopy: string | undefined;
  readonly slots: number;
  readonly logLevel: Settings['LOG_LEVEL'];
  /** What flows may do and how they run. */
  readonly settings: Settings;
  /** Every secret among the settings, for the redactor of the log. */
  readonly secrets: readonly string[];
  /** What a person should know at each start; to be logged. */
  readonly warnings: readonly SettingsProblem[];
}

/** How to reach the database; `undefined` URLs: the embedded one, or the same as `url`. */
export interface DatabaseSettings {
  readonly url: string | undefined;
  readonly migrationUrl: string | undefined;
  readonly readUrl: string | undefined;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Wins over the sslmode of the URLs; undefined: what each URL says. */
  readonly sslMode: 'disable' | 'require' | 'verify-ca' | 'verify-full' | undefined;
  /** Absolute paths of PEM files. */
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  readonly sslRootCert: string | undefined;
}

export interface RequireOptions {
  readonly kind: ProcessKind;
  /** Where relative paths begin. */
  readonly cwd: string;
  /** See `settingsFileMode`; absent: modes are not judged. */
  readonly fileMode?: FileMode;
}

/**
 * What `sluice start` and `sluice worker` need of the settings, or one AppError SETTINGS_INVALID
 * with all that keeps them from starting: each problem names the variable and the remedy (claims
 * G1.001, G1.003, G1.004, G2.082, G2.129, G3.167). No message holds a secret.
 */
export function requireServerSettings(
  loaded: LoadedSettings,
  options: RequireOptions,
): ServerSettings {
  const { refusals, warnings } = judgeServerSettings(loaded, options);
  if (refusals.length > 0) throw settingsInvalid(refusals);
  const { settings } = loaded;
  const path = (text: string) => (text === '' ? undefined : resolve(options.cwd, text));
  const encryptionKey = decodeKey(settings.ENCRYPTION_KEY);
  assert(encryptionKey !== undefined, 'a key that was judged can be decoded');
  const isServer = options.kind === 'server';
  return {
    isProduction: settings.SLUICE_ENV === 'production',
    host: settings.HOST,
    port: settings.PORT,
    baseUrl: given(settings.BASE_URL)?.replace(/\/+$/, ''),
    dataDir: resolve(options.cwd, settings.DATA_DIR),
    database: {
      url: given(settings.DATABASE_URL),
      migrationUrl: given(settings.DATABASE_MIGRATION_URL),
      readUrl: given(settings.DATABASE_READ_URL),
      poolSize: settings.DATABASE_POOL_SIZE,
      connectTimeoutMs: settings.DATABASE_CONNECT_TIMEOUT,
      statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT,
      sslMode: settings.DATABASE_SSL_MODE === 'as-in-url' ? undefined : settings.DATABASE_SSL_MODE,
      sslCert: path(settings.DATABASE_SSL_CERT),
      sslKey: path(settings.DATABASE_SSL_KEY),
      sslRootCert: path(settings.DATABASE_SSL_ROOT_CERT),
    },
    redisUrl: given(settings.REDIS_URL),
    adminKeys: isServer ? settings.ADMIN_API_KEYS : [],
    tokens: isServer
      ? {
          accessSecret: settings.JWT_SECRET_KEY,
          refreshSecret: settings.JWT_REFRESH_SECRET_KEY,
          accessSecretsPrevious: settings.JWT_SECRET_KEYS_PREVIOUS,
          refreshSecretsPrevious: settings.JWT_REFRESH_SECRET_KEYS_PREVIOUS,
        }
      : undefined,
    encryptionKey,
    encryptionKeysPrevious: settings.ENCRYPTION_KEYS_PREVIOUS.map((text) => {
      const key = decodeKey(text);
      assert(key !== undefined, 'a key that was judged can be decoded');
      return key;
    }),
    requestBytesMax: settings.MAX_REQUEST_SIZE,
    auditCopy: path(settings.AUDIT_COPY),
    slots: settings.EXECUTION_SLOTS,
    logLevel: settings.LOG_LEVEL,
    settings,
    secrets: secretsOf(settings),
    warnings: [...warnings, ...misspeltNames(loaded.strangers)],
  };
}

/** All that is said about the settings of a server, by what follows from it. */
export function judgeServerSettings(
  loaded: LoadedSettings,
  { kind, cwd, fileMode }: RequireOptions,
): {
  readonly refusals: readonly SettingsProblem[];
  readonly warnings: readonly SettingsProblem[];
  /** For `config check` alone. */
  readonly advice: readonly SettingsProblem[];
} {
  const said = [
    ...judgeSecrets(loaded, kind),
    ...judgeConnections(loaded),
    ...judgeAccess(loaded),
    ...(fileMode === undefined ? [] : judgeFileMode(cwd, fileMode)),
  ];
  const isProduction = loaded.settings.SLUICE_ENV === 'production';
  const weighing = (...weights: readonly Advice['weight'][]) =>
    said.filter(({ weight }) => weights.includes(weight)).map(({ problem }) => problem);
  return {
    refusals: [
      ...loaded.serverProblems,
      ...(isProduction ? weighing('refused', 'production') : weighing('refused')),
    ],
    warnings: [
      ...(isProduction ? weighing('warning') : weighing('warning', 'production')),
      ...loaded.exposed,
    ],
    advice: weighing('advice'),
  };
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Secrets and the passwords inside addresses, also as they are without their percent signs. */
function secretsOf(settings: Settings): readonly string[] {
  const urls = [
    settings.DATABASE_URL,
    settings.DATABASE_MIGRATION_URL,
    settings.DATABASE_READ_URL,
    settings.REDIS_URL,
    settings.AUDIT_WEBHOOK,
    settings.ALERT_WEBHOOK,
  ].filter((url) => url !== '');
  const passwords = urls.flatMap((url) => {
    const { password, searchParams } = new URL(url);
    return [password, decodedPart(password), searchParams.get('password') ?? ''];
  });
  const secrets = [
    settings.JWT_SECRET_KEY,
    settings.JWT_REFRESH_SECRET_KEY,
    settings.ENCRYPTION_KEY,
    ...settings.ADMIN_API_KEYS,
    settings.ADMIN_PASSWORD,
    ...settings.JWT_SECRET_KEYS_PREVIOUS,
    ...settings.JWT_REFRESH_SECRET_KEYS_PREVIOUS,
    ...settings.ENCRYPTION_KEYS_PREVIOUS,
    ...passwords,
  ];
  return [...new Set(secrets)].filter((secret) => secret !== '');
}
