import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkConfig } from './check.ts';
import { type ExamineOptions, examineSettings, type SettingsCheckId } from './doctor.ts';

/** Random-looking, and the same in every run. */
const made = (seed: string) => createHash('sha256').update(seed).digest('hex');
const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const DATABASE = `postgresql://sluice:${made('database')}@db.example.com/x?sslmode=require`;

const READY = {
  SLUICE_ENV: 'production',
  JWT_SECRET_KEY: made('access'),
  JWT_REFRESH_SECRET_KEY: made('refresh'),
  ENCRYPTION_KEY: made('encryption'),
  ADMIN_API_KEYS: `sluice_${made('admin')}`,
  BASE_URL: 'https://flows.example.com',
  TRUSTED_PROXIES: '10.0.0.1',
  DATABASE_URL: DATABASE,
  DATABASE_PASSWORD_SET_ON: '2026-11-01',
  REDIS_URL: `rediss://:${made('redis')}@redis.example.com`,
  ALERT_WEBHOOK: 'https://alerts.example.com/x',
};

type Environment = Readonly<Record<string, string | undefined>>;

async function examine(
  environment: Environment,
  files: Readonly<Record<string, string>> = { '.gitignore': 'node_modules\n.env\n' },
  options: Partial<ExamineOptions> = {},
) {
  const checked = await examineSettings({
    cwd: '/srv/app',
    environment,
    readFile: (path) => {
      const text = files[path.replace('/srv/app/', '')];
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    fileMode: (path) => (files[path.replace('/srv/app/', '')] === undefined ? undefined : 0o600),
    now: NOW,
    whyWeak: async (password) => (password.includes('weak') ? 'it is common' : undefined),
    ...options,
  });
  for (const { state, seen, remedy } of checked) {
    expect(seen).toMatch(/\w/);
    if (state !== 'pass') expect(remedy).toMatch(/\w.*[.?]$|>>/);
  }
  const of = (id: SettingsCheckId) => checked.find((one) => one.id === id);
  return { checked, of, text: JSON.stringify(checked) };
}

describe('examineSettings', () => {
  it('finds nothing that fails where all is as the guides ask', async () => {
    const { checked } = await examine(READY);
    const left = checked.filter(({ state }) => state !== 'pass').map(({ id }) => id);
    expect(left).toEqual(['certificate', 'addresses']);
  });

  it('makes each check once, whatever the settings are', async () => {
    for (const environment of [READY, {}, { JWT_SECRET_KEY: 'x', DATABASE_URL: 'nonsense' }]) {
      const { checked } = await examine(environment, { '.env': 'broken line\n' });
      const ids = checked.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(26);
    }
  });

  const wrong: readonly (readonly [SettingsCheckId, Environment, string])[] = [
    ['secrets', { JWT_SECRET_KEY: undefined }, 'JWT_SECRET_KEY is not set'],
    ['secrets', { JWT_REFRESH_SECRET_KEY: 'change-me' }, 'is an example'],
    ['secrets', { JWT_REFRESH_SECRET_KEY: made('access') }, 'is the same secret'],
    ['admin-keys', { ADMIN_API_KEYS: 'admin' }, 'ADMIN_API_KEYS'],
    ['admin-keys', { ADMIN_API_KEYS: undefined }, 'ADMIN_API_KEYS is not set'],
    ['password-hashes', { ADMIN_PASSWORD: 'kept as it is, alas' }, 'holds the password itself'],
    ['password-hashes', { BCRYPT_ROUNDS: '8' }, 'BCRYPT_ROUNDS is 8'],
    ['rate-limits', { ENABLE_RATE_LIMITING: 'false' }, 'is off'],
    ['rate-limits', { TRUSTED_PROXIES: '' }, 'TRUSTED_PROXIES does not name it'],
    ['audit', { ENABLE_AUDIT_LOGGING: 'false' }, 'is off'],
    ['monitoring', { ENABLE_AUDIT_LOGGING: 'false' }, 'nothing raises an alert'],
    ['https', { BASE_URL: 'http://flows.example.com' }, 'clear text'],
    ['https', { BASE_URL: 'http://localhost:8000' }, 'http://'],
    ['https', { BASE_URL: '' }, 'BASE_URL is not set'],
    ['cors', { CORS_ORIGINS: '*' }, 'pages of every origin'],
    ['cors', { CORS_ORIGINS: 'http://app.example.com' }, 'http://'],
    ['database-tls', { DATABASE_URL: DATABASE.replace(/\?.*/, '') }, 'is not encrypted'],
    ['redis', { REDIS_URL: 'redis://redis.example.com' }, 'has no password'],
    ['egress', { EGRESS_ALLOW: '10.0.0.0/4' }, 'nearly every private network'],
    ['file-guard', { FILE_SECURITY_ALLOWED_DIRS: '/' }, 'FILE_SECURITY_ALLOWED_DIRS has /'],
    ['file-guard', { FILE_SECURITY_DENIED_PATTERNS: '[]' }, 'is empty'],
    ['python-levels', { PYTHON_SECURITY_LEVEL: 'trusted' }, 'at the level trusted'],
    ['settings', { LOG_LEVEL: 'loud' }, 'would not start: LOG_LEVEL'],
    ['production', { SLUICE_ENV: 'development' }, 'SLUICE_ENV is development'],
  ];
  it.each(wrong)('fails %s with %j', async (id, environment, seen) => {
    const { of } = await examine({ ...READY, ...environment });
    expect(of(id)).toMatchObject({ state: 'fail', seen: expect.stringContaining(seen) });
  });

  it('G3.142 G5.298 fails on passwords that everybody tries first, and shows none', async () => {
    const cases: readonly (readonly [Environment, string])[] = [
      // not-a-secret
      [{ DATABASE_URL: 'postgresql://postgres:postgres@db/x?sslmode=require' }, 'DATABASE_URL'],
      [{ DATABASE_URL: 'postgresql://ada:ffmpeg@db/x?sslmode=require' }, 'DATABASE_URL'],
      [{ REDIS_URL: 'rediss://:hunter2@redis' }, 'REDIS_URL'],
      [{ ADMIN_PASSWORD: 'changeme' }, 'ADMIN_PASSWORD'],
      [{ ADMIN_PASSWORD: 'weak, and so it is refused' }, 'it is common'],
      [
        { REDIS_URL: `rediss://:${made('database')}@redis` },
        'REDIS_URL shares that of DATABASE_URL',
      ],
    ];
    for (const [environment, seen] of cases) {
      const { of, text } = await examine({ ...READY, ...environment });
      expect(of('passwords')).toMatchObject({ state: 'fail', seen: expect.stringContaining(seen) });
      expect(text).not.toMatch(/hunter2|postgres:|changeme|and so it is|[0-9a-f]{64}/);
    }
    const others = { '.env': 'GRAFANA_PASSWORD=admin\n', '.gitignore': '.env' };
    const { of } = await examine(READY, others);
    expect(of('passwords')?.seen).toBe('GRAFANA_PASSWORD has a password that everyone tries first');
  });

  it('takes a hash for ADMIN_PASSWORD, and one database by two addresses', async () => {
    const hash = `$2b$12$${'a'.repeat(53)}`; // not-a-secret
    const environment = { ...READY, ADMIN_PASSWORD: hash, DATABASE_MIGRATION_URL: DATABASE };
    const { of } = await examine(environment);
    expect(of('passwords')?.state).toBe('pass');
    expect(of('password-hashes')?.state).toBe('pass');
  });

  it('G5.289 reminds of the database password at 181 days, not at 180', async () => {
    const at = (setOn: string) =>
      examine({ ...READY, DATABASE_PASSWORD_SET_ON: setOn }).then(({ of }) =>
        of('database-password-age'),
      );
    expect(await at('2026-05-25')).toMatchObject({ state: 'pass' });
    expect(await at('2026-05-24')).toMatchObject({
      state: 'fail',
      seen: 'the password in DATABASE_URL was changed 181 days ago',
    });
    expect(await at('')).toMatchObject({
      state: 'look',
      remedy: expect.stringContaining('DATABASE_PASSWORD_SET_ON'),
    });
    expect(await at('2027-01-01')).toMatchObject({ state: 'fail' });
    expect(await at('2026-02-31')).toMatchObject({ state: 'fail' });
    const own = await examine({ ...READY, DATABASE_URL: '' });
    expect(own.of('database-password-age')?.state).toBe('pass');
  });

  it('G5.289 config check warns of it too', () => {
    const check = (setOn: string) =>
      checkConfig({
        cwd: '/srv/app',
        environment: { ...READY, DATABASE_PASSWORD_SET_ON: setOn },
        readFile: () => undefined,
        fileMode: () => undefined,
        kind: 'server',
        now: NOW,
      });
    expect(check('2026-05-25')).toMatchObject({ isGood: true, warnings: [] });
    expect(check('2026-05-24')).toMatchObject({
      isGood: true,
      warnings: [{ name: 'DATABASE_PASSWORD_SET_ON', source: 'environment' }],
    });
    expect(check('').warnings).toEqual([]);
  });

  it('looks at .env: its rights, and whether git would take it', async () => {
    const open = await examine(
      READY,
      { '.env': '', '.gitignore': '/data/' },
      { fileMode: () => 0o644 },
    );
    expect(open.of('env-mode')).toMatchObject({ state: 'fail', remedy: 'Run chmod 600 .env.' });
    expect(open.of('env-ignored')?.state).toBe('fail');
    for (const line of ['.env', '/.env', '**/.env', '.env*', '*.env']) {
      expect((await examine(READY, { '.gitignore': line })).of('env-ignored')?.state).toBe('pass');
    }
    for (const text of ['.env\n!.env', '.env.local', '#.env', '.env.*']) {
      expect((await examine(READY, { '.gitignore': text })).of('env-ignored')?.state).toBe('fail');
    }
    expect((await examine(READY, {})).of('env-ignored')?.state).toBe('look');
  });

  it('finds a secret in a file that is made to be shared', async () => {
    const { of, text } = await examine(READY, { 'sluice.yaml': `JWT_SECRET_KEY: ${made('x')}` });
    expect(of('shared-files')).toMatchObject({ state: 'fail' });
    expect(text).not.toContain(made('x'));
  });
});
