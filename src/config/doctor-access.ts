import { type Checked, checkedBy, failed, passed, toLookAt } from './doctor-checked.ts';
import { judgeAccess } from './judge-access.ts';
import { judgeSecrets } from './judge-secrets.ts';
import type { LoadedSettings } from './load.ts';
import type { SettingName } from './table.ts';

/** Secrets, passwords of people, and the guards that settings can turn off. */
export function checkAccess(loaded: LoadedSettings) {
  return [
    checkSecrets(loaded),
    checkAdminKeys(loaded),
    checkHashes(loaded),
    checkSignUp(loaded),
    checkSessions(loaded),
    checkRateLimits(loaded),
    checkAudit(loaded),
    checkAlerts(loaded),
  ];
}

const SECRETS: readonly SettingName[] = [
  'JWT_SECRET_KEY',
  'JWT_REFRESH_SECRET_KEY',
  'ENCRYPTION_KEY',
  'JWT_SECRET_KEYS_PREVIOUS',
  'JWT_REFRESH_SECRET_KEYS_PREVIOUS',
  'ENCRYPTION_KEYS_PREVIOUS',
];

function checkSecrets(loaded: LoadedSettings): Checked<'secrets'> {
  const good = 'JWT_SECRET_KEY, JWT_REFRESH_SECRET_KEY and ENCRYPTION_KEY are strong and differ';
  return checkedBy('secrets', aboutSecrets(loaded, SECRETS), good);
}

function checkAdminKeys(loaded: LoadedSettings): Checked<'admin-keys'> {
  const about = aboutSecrets(loaded, ['ADMIN_API_KEYS']).map((problem) => {
    return { ...problem, remedy: 'Set it to what sluice keys generate --admin prints.' };
  });
  const count = loaded.settings.ADMIN_API_KEYS.length;
  return checkedBy('admin-keys', about, `ADMIN_API_KEYS holds ${count}, strong and different`);
}

/** What is wrong with their form as well as with their strength. */
function aboutSecrets(loaded: LoadedSettings, names: readonly SettingName[]) {
  return [
    ...loaded.serverProblems,
    ...judgeSecrets(loaded, 'server').map(({ problem }) => problem),
  ].filter(({ setting }) => setting !== undefined && names.includes(setting));
}

function about(loaded: LoadedSettings, ...names: readonly SettingName[]) {
  return judgeAccess(loaded)
    .map(({ problem }) => problem)
    .filter(({ setting }) => setting !== undefined && names.includes(setting));
}

function checkHashes(loaded: LoadedSettings): Checked<'password-hashes'> {
  const { BCRYPT_ROUNDS: rounds } = loaded.settings;
  const wrong = about(loaded, 'ADMIN_PASSWORD', 'BCRYPT_ROUNDS');
  return checkedBy('password-hashes', wrong, `passwords are kept as bcrypt, ${rounds} rounds`);
}

function checkSignUp({ settings }: LoadedSettings): Checked<'sign-up'> {
  const { SIGN_UP: mode } = settings;
  if (mode !== 'open') return passed('sign-up', `SIGN_UP=${mode}: strangers get no account`);
  const remedy = 'Set SIGN_UP=invitation, unless this server is for everybody.';
  return toLookAt('sign-up', 'SIGN_UP=open: anybody can make an account here', remedy);
}

const TOKEN_MINUTES_MAX = 60;

function checkSessions({ settings }: LoadedSettings): Checked<'sessions'> {
  const { ACCESS_TOKEN_EXPIRE_MINUTES: minutes, REFRESH_TOKEN_EXPIRE_DAYS: days } = settings;
  const seen = `access tokens are good for ${minutes} minutes, sessions for ${days} days at most`;
  if (minutes <= TOKEN_MINUTES_MAX) return passed('sessions', seen);
  const remedy = 'Set ACCESS_TOKEN_EXPIRE_MINUTES=30; clients renew their tokens themselves.';
  return toLookAt('sessions', seen, remedy);
}

function checkRateLimits(loaded: LoadedSettings): Checked<'rate-limits'> {
  const { settings } = loaded;
  const wrong = about(loaded, 'ENABLE_RATE_LIMITING', 'TRUSTED_PROXIES');
  if (wrong.length > 0) return checkedBy('rate-limits', wrong, '');
  const seconds = settings.RATE_LIMIT_WINDOW / 1_000;
  const amount = `${settings.RATE_LIMIT_REQUESTS} requests in ${seconds} s`;
  if (settings.BASE_URL.startsWith('https://') && settings.TRUSTED_PROXIES.length === 0) {
    const seen = `${amount}; a proxy is before the server, and TRUSTED_PROXIES does not name it`;
    const remedy = 'Name it there: now all requests seem to come from one address.';
    return failed('rate-limits', seen, remedy);
  }
  const where = settings.REDIS_URL === '' ? 'counted by each process' : 'counted in Redis';
  return passed('rate-limits', `${amount} for an address, a person and a key, ${where}`);
}

function checkAudit(loaded: LoadedSettings): Checked<'audit'> {
  const { AUDIT_RETENTION_DAYS: days, AUDIT_COPY: copy, AUDIT_WEBHOOK: hook } = loaded.settings;
  const wrong = about(loaded, 'ENABLE_AUDIT_LOGGING');
  const where = copy === '' && hook === '' ? 'no copy elsewhere' : 'with a copy elsewhere';
  return checkedBy('audit', wrong, `who did what is kept for ${days} days, sealed, ${where}`);
}

function checkAlerts({ settings }: LoadedSettings): Checked<'monitoring'> {
  const { ALERT_WEBHOOK: hook, ALERT_FAILURES: failures, ENABLE_AUDIT_LOGGING: isOn } = settings;
  if (!isOn) {
    const remedy = 'Set ENABLE_AUDIT_LOGGING=true.';
    return failed('monitoring', 'without audit records nothing raises an alert', remedy);
  }
  if (hook !== '') {
    return passed('monitoring', `${failures} failures and two other rules alert ALERT_WEBHOOK`);
  }
  const remedy =
    'Set ALERT_WEBHOOK, or have the log watched for them; ask /health/ready from outside.';
  return toLookAt('monitoring', 'alerts go to the log and the audit alone', remedy);
}
