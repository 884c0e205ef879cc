import { SECRET_LIMITS } from '../base/index.ts';
import { type Advice, advise } from './advice.ts';
import type { LoadedSettings } from './load.ts';
import type { SettingName } from './table.ts';
import { decodedPart } from './url-part.ts';

/**
 * Threat: passwords, keys and data that others on the network can read, because a connection is
 * not encrypted or asks for no password (CWE-319, CWE-306; claims G1.018, G1.047, G2.129, G5.272,
 * G5.274). What production refuses is told as a warning in development.
 */
export function judgeConnections(loaded: LoadedSettings): readonly Advice[] {
  const urls = ['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'DATABASE_READ_URL'] as const;
  return [
    ...urls.flatMap((name) => judgeDatabase(loaded, name)),
    ...judgeClientCertificate(loaded),
    ...judgeRedis(loaded),
    ...judgeAddress(loaded),
  ];
}

type DatabaseUrl = 'DATABASE_URL' | 'DATABASE_MIGRATION_URL' | 'DATABASE_READ_URL';

function judgeDatabase(loaded: LoadedSettings, name: DatabaseUrl): readonly Advice[] {
  const { settings } = loaded;
  if (settings[name] === '') return [];
  const url = new URL(settings[name]);
  const tls = judgeDatabaseTls(loaded, name, url);
  return [...(tls === undefined ? [] : [tls]), ...judgeDatabasePassword(loaded, name, url)];
}

const ENCRYPTED = new Set(['require', 'verify-ca', 'verify-full']);

function judgeDatabaseTls(loaded: LoadedSettings, name: DatabaseUrl, url: URL): Advice | undefined {
  const { DATABASE_SSL_MODE: setting } = loaded.settings;
  const mode = setting === 'as-in-url' ? url.searchParams.get('sslmode') : setting;
  if (mode !== null && ENCRYPTED.has(mode)) return undefined;
  const isNear = isLoopback(url.hostname) || url.hostname === '';
  const remedy = 'Add ?sslmode=require to it, or verify-full where you have its authority.';
  if (mode === 'disable') {
    const what = 'turns TLS off: whoever sees the network reads the password and all data';
    return isNear ? undefined : advise(loaded, name, { weight: 'warning', what, remedy });
  }
  const what = 'names no sslmode, so the connection is not encrypted';
  return advise(loaded, name, { weight: isNear ? 'advice' : 'production', what, remedy });
}

/** Passwords that images and guides begin with. */
const DEFAULT_PASSWORDS = new Set([
  'admin',
  'changeme',
  'change-me',
  'example',
  'pass',
  'password',
  'postgres',
  'root',
  'secret',
  'test',
]);

function judgeDatabasePassword(
  loaded: LoadedSettings,
  name: DatabaseUrl,
  url: URL,
): readonly Advice[] {
  const password = decodedPart(url.password);
  // Without one, the database asks for a certificate or trusts the machine; that is its own matter.
  if (password === '') return [];
  const remedy = 'Change it with ALTER ROLE ... PASSWORD; `openssl rand -hex 32` makes a good one.';
  if (DEFAULT_PASSWORDS.has(password.toLowerCase()) || password === decodedPart(url.username)) {
    const what = 'has a password that everyone tries first';
    return [advise(loaded, name, { weight: 'production', what, remedy })];
  }
  const least = SECRET_LIMITS.databasePasswordCharacters;
  if (password.length >= least) return [];
  const what = `has a password of fewer than ${least} characters`;
  return [advise(loaded, name, { weight: 'advice', what, remedy })];
}

function judgeClientCertificate(loaded: LoadedSettings): readonly Advice[] {
  const { DATABASE_SSL_CERT: certificate, DATABASE_SSL_KEY: key } = loaded.settings;
  if ((certificate === '') === (key === '')) return [];
  const [given, missing]: readonly SettingName[] =
    certificate === ''
      ? ['DATABASE_SSL_KEY', 'DATABASE_SSL_CERT']
      : ['DATABASE_SSL_CERT', 'DATABASE_SSL_KEY'];
  if (given === undefined) return [];
  const what = `is set without ${missing}, and the database needs both`;
  const remedy = `Set ${missing} to the path of its file.`;
  return [advise(loaded, given, { weight: 'refused', what, remedy })];
}

function judgeRedis(loaded: LoadedSettings): readonly Advice[] {
  if (loaded.settings.REDIS_URL === '') return [];
  const url = new URL(loaded.settings.REDIS_URL);
  const isNear = isLoopback(url.hostname);
  const found: Advice[] = [];
  if (url.password === '') {
    found.push(
      advise(loaded, 'REDIS_URL', {
        weight: isNear ? 'warning' : 'production',
        what: 'has no password, so whoever reaches that Redis can change what it holds',
        remedy: 'Set requirepass in Redis, and write redis://:PASSWORD@host:6379/0.',
      }),
    );
  }
  if (url.protocol === 'redis:' && !isNear) {
    found.push(
      advise(loaded, 'REDIS_URL', {
        weight: 'advice',
        what: 'is not encrypted on its way',
        remedy: 'Turn TLS on in Redis, and write rediss:// instead of redis://.',
      }),
    );
  }
  return found;
}

function judgeAddress(loaded: LoadedSettings): readonly Advice[] {
  const { BASE_URL: base, HOST: host } = loaded.settings;
  const found: Advice[] = [];
  const url = base === '' ? undefined : new URL(base);
  if (url !== undefined && url.username + url.password + url.search + url.hash !== '') {
    const what = 'must be an address without login, ? and #';
    const remedy = 'Write for example https://sluice.example.com.';
    found.push(advise(loaded, 'BASE_URL', { weight: 'refused', what, remedy }));
  }
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    found.push(
      advise(loaded, 'BASE_URL', {
        weight: 'production',
        what: 'begins with http://, so API keys and data travel in clear text',
        remedy: 'Put a proxy with TLS before the server, and write https:// here.',
      }),
    );
  }
  if (!isLoopback(host) && url?.protocol !== 'https:') {
    found.push(
      advise(loaded, 'HOST', {
        weight: 'warning',
        what: 'lets other machines connect, and nothing says that they use HTTPS',
        remedy:
          'Set HOST=127.0.0.1, or put a proxy with TLS before the server and set BASE_URL to its' +
          ' https:// address.',
      }),
    );
  }
  return found;
}

/** Whether a host as a URL or HOST writes it is this machine alone (RFC 6761, 6.3; RFC 4291). */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}
