import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { loadSettings } from './load.ts';
import { type RequireOptions, requireServerSettings } from './server-settings.ts';
import type { SettingsProblem } from './source.ts';

/** Random-looking, and the same in every run. */
const made = (seed: string) => createHash('sha256').update(seed).digest('hex');

const GOOD = {
  JWT_SECRET_KEY: made('access'),
  JWT_REFRESH_SECRET_KEY: made('refresh'),
  ENCRYPTION_KEY: made('encryption'),
  ADMIN_API_KEYS: made('admin'),
};

type Environment = Readonly<Record<string, string | undefined>>;

function required(environment: Environment, options: Partial<RequireOptions> = {}, dotenv = '') {
  const loaded = loadSettings({
    cwd: '/srv/app',
    environment,
    readFile: (path) => (path === '/srv/app/.env' ? new TextEncoder().encode(dotenv) : undefined),
  });
  return requireServerSettings(loaded, { kind: 'server', cwd: '/srv/app', ...options });
}

function refusals(environment: Environment, options?: Partial<RequireOptions>): string[] {
  try {
    required(environment, options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('SETTINGS_INVALID');
    const found = error.details?.problems as readonly SettingsProblem[];
    for (const { message, remedy } of found) {
      expect(error.message).toContain(message);
      expect(remedy).toMatch(/\w.*\.$/);
    }
    return found.map(({ message }) => message);
  }
  return [];
}

function warnings(environment: Environment, options?: Partial<RequireOptions>): string[] {
  return required({ ...GOOD, ...environment }, options).warnings.map(({ message }) => message);
}

describe('requireServerSettings', () => {
  it('gives what a server needs', () => {
    const settings = required({
      ...GOOD,
      ADMIN_API_KEYS: `${made('admin')},${made('second')}`,
      PORT: '9000',
      BASE_URL: 'https://flows.example.com/sluice/',
      DATABASE_URL: 'postgresql+asyncpg://ada:p%40ss-pass@db:5432/x?sslmode=require',
      FLOWRUNNER_POSTGRES_SSL_MODE: 'verify-full',
      FLOWRUNNER_POSTGRES_SSL_CERT: 'client.pem',
      DATABASE_SSL_KEY: '/etc/client.key',
    });
    expect(settings).toMatchObject({
      isProduction: false,
      host: '127.0.0.1',
      port: 9000,
      baseUrl: 'https://flows.example.com/sluice',
      dataDir: '/srv/app/data',
      adminKeys: [made('admin'), made('second')],
      tokens: { accessSecret: GOOD.JWT_SECRET_KEY, refreshSecret: GOOD.JWT_REFRESH_SECRET_KEY },
      database: {
        url: 'postgresql://ada:p%40ss-pass@db:5432/x?sslmode=require',
        readUrl: undefined,
        sslMode: 'verify-full',
        sslCert: '/srv/app/client.pem',
        sslKey: '/etc/client.key',
        sslRootCert: undefined,
      },
      requestBytesMax: 10 * 1024 * 1024,
      warnings: [],
    });
    expect(settings.encryptionKey).toEqual(Uint8Array.from(Buffer.from(made('encryption'), 'hex')));
    expect(settings.secrets).toEqual(
      expect.arrayContaining([...Object.values(GOOD), 'p%40ss-pass', 'p@ss-pass'].slice(0, 3)),
    );
    expect(settings.secrets).toContain('p@ss-pass');
    const inQuery = required({ ...GOOD, DATABASE_URL: 'postgresql://db/x?password=p%40ss-pass' });
    expect(inQuery.secrets).toContain('p@ss-pass');
  });

  it('names everything that is missing at once', () => {
    expect(refusals({})).toEqual([
      'JWT_SECRET_KEY is not set',
      'JWT_REFRESH_SECRET_KEY is not set',
      'ENCRYPTION_KEY is not set',
      'ADMIN_API_KEYS is not set',
    ]);
  });

  it.each(Object.keys(GOOD))('G1.001 G3.167 refuses to start without %s', (name) => {
    expect(refusals({ ...GOOD, [name]: undefined })).toEqual([`${name} is not set`]);
    expect(refusals({ ...GOOD, [name]: '   ' })).toEqual([`${name} is not set`]);
  });

  it.each(Object.keys(GOOD))('refuses a weak %s, and never repeats it', (name) => {
    const weak = 'hunter2-is-my-secret-password-key';
    const [found, ...more] = refusals({ ...GOOD, [name]: weak });
    expect(found).toContain(name);
    expect(found).not.toContain('hunter2');
    expect(more).toEqual([]);
  });

  it('G3.149 refuses one secret for two purposes', () => {
    const same = GOOD.JWT_SECRET_KEY;
    expect(refusals({ ...GOOD, JWT_REFRESH_SECRET_KEY: same })).toEqual([
      'JWT_REFRESH_SECRET_KEY is the same secret as JWT_SECRET_KEY',
    ]);
    expect(refusals({ ...GOOD, ADMIN_API_KEYS: `${made('a')},${same}` })).toEqual([
      'ADMIN_API_KEYS is the same secret as JWT_SECRET_KEY',
    ]);
    expect(refusals({ ...GOOD, ADMIN_API_KEYS: `${made('a')},${made('a')}` })).toEqual([
      'ADMIN_API_KEYS holds one key twice',
    ]);
  });

  it('judges every admin key, and says which one', () => {
    expect(refusals({ ...GOOD, ADMIN_API_KEYS: `${made('a')},short` })).toEqual([
      'ADMIN_API_KEYS holds as key 2 one that has 5 characters, and a secret needs at least 32',
    ]);
    const blank = refusals({ ...GOOD, ADMIN_API_KEYS: `${made('a')},${made('b')} x` });
    expect(blank).toEqual([
      'ADMIN_API_KEYS must be a list, and each item a key of visible ASCII characters without' +
        ' comma; item 2 is not',
    ]);
    expect(refusals({ ...GOOD, ADMIN_API_KEYS: '[]' })).toEqual(['ADMIN_API_KEYS is not set']);
  });

  it('G2.082 takes the names of other systems, and names them in its messages', () => {
    const others = {
      SECRET_KEY: GOOD.JWT_SECRET_KEY,
      ROUNDTABLE_JWT_REFRESH_SECRET: GOOD.JWT_REFRESH_SECRET_KEY,
      FLOWRUNNER_ENCRYPTION_KEY: GOOD.ENCRYPTION_KEY,
      ADMIN_API_KEYS: GOOD.ADMIN_API_KEYS,
    };
    expect(refusals(others)).toEqual([]);
    expect(
      refusals({ ...others, FLOWRUNNER_ENCRYPTION_KEY: 'your-32-byte-encryption-key' }),
    ).toEqual(['FLOWRUNNER_ENCRYPTION_KEY is an example that stands in a guide']);
  });

  it('G2.129 refuses a port and an address that are none', () => {
    expect(refusals({ ...GOOD, PORT: '99999', DATABASE_URL: 'sqlite:///x.db' })).toEqual(
      [
        'PORT must be a whole number from 0 to 65535; it is "99999"',
        'DATABASE_URL must be a URL that begins with postgresql:// or postgres://',
      ].sort(),
    );
    const bad = 'postgresql://ada:hunter2 hunter2#x@db/x:y:z';
    expect(refusals({ ...GOOD, DATABASE_URL: bad }).join()).not.toContain('hunter2');
  });

  it('lets a flow run without a server beside settings that only a server reads', () => {
    const loaded = loadSettings({
      cwd: '/srv/app',
      environment: { DATABASE_URL: 'mysql://ada@db/x', PORT: 'http', HOST: '//' },
      readFile: () => undefined,
    });
    expect(loaded.settings.PORT).toBe(8000);
    expect(loaded.serverProblems.map(({ name }) => name).sort()).toEqual([
      'DATABASE_URL',
      'HOST',
      'PORT',
    ]);
  });

  it('asks a worker for its database and its encryption key, and for nothing of people', () => {
    expect(refusals({}, { kind: 'worker' })).toEqual([
      'ENCRYPTION_KEY is not set',
      'DATABASE_URL is not set, and a worker shares the database of its server',
    ]);
    const worker = required(
      {
        ENCRYPTION_KEY: GOOD.ENCRYPTION_KEY,
        DATABASE_URL: `postgresql://u:${made('db')}@localhost/x`,
      },
      { kind: 'worker' },
    );
    expect(worker).toMatchObject({ adminKeys: [], tokens: undefined });
    expect(refusals({ ...GOOD, JWT_SECRET_KEY: 'short' }, { kind: 'worker' })).toHaveLength(2);
  });
});

describe('the connections of a server', () => {
  const strong = made('password');

  it.each([
    ['G1.047 a database without TLS', { DATABASE_URL: `postgresql://u:${strong}@db/x` }, 'sslmode'],
    [
      'a database that prefers TLS',
      { DATABASE_URL: `postgresql://u:${strong}@db/x?sslmode=prefer` },
      'sslmode',
    ],
    [
      'G5.254 a default password',
      { DATABASE_URL: 'postgresql://u:password@db/x?sslmode=require' },
      'everyone tries',
    ],
    [
      'the name as password',
      { DATABASE_READ_URL: 'postgresql://ada:ada@db/x?sslmode=require' },
      'everyone tries',
    ],
    ['Redis without password', { REDIS_URL: 'redis://redis:6379/0' }, 'no password'],
    ['G2.129 a public address without TLS', { BASE_URL: 'http://flows.example.com' }, 'http://'],
  ])('%s is a warning, and refused in production', (_, environment, words) => {
    const [warning, ...more] = warnings(environment);
    expect(warning).toContain(words);
    expect(more).toEqual([]);
    expect(refusals({ ...GOOD, ...environment, NODE_ENV: 'production' })).toEqual([warning]);
  });

  it.each([
    ['TLS', { DATABASE_URL: `postgresql://u:${strong}@db/x?sslmode=require` }],
    [
      'TLS by setting',
      { DATABASE_URL: `postgresql://u:${strong}@db/x`, DATABASE_SSL_MODE: 'verify-full' },
    ],
    [
      'this machine',
      {
        DATABASE_URL: 'postgresql://u:pass-kept-from-you@127.0.0.1/x',
        BASE_URL: 'http://localhost:8000',
      },
    ],
    ['Redis with a password', { REDIS_URL: `redis://:${strong}@redis:6379/0` }],
    ['Redis with a user', { REDIS_URL: `redis://ada:${strong}@redis:6379/0` }],
    ['HTTPS', { BASE_URL: 'https://flows.example.com', HOST: '0.0.0.0' }],
  ])('%s is fine in production', (_, environment) => {
    expect(warnings({ ...environment, SLUICE_ENV: 'production' })).toEqual([]);
  });

  it('TLS that is turned off on purpose stays a warning, in production too', () => {
    const environment = { DATABASE_URL: `postgresql://u:${strong}@db/x?sslmode=disable` };
    for (const SLUICE_ENV of ['development', 'production']) {
      expect(warnings({ ...environment, SLUICE_ENV })).toEqual([
        'DATABASE_URL turns TLS off: whoever sees the network reads the password and all data',
      ]);
    }
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'sluice.internal', '127.0.0.1.example.com'])(
    'warns that %s is open to the network without HTTPS',
    (HOST) => {
      expect(warnings({ HOST })).toEqual([
        'HOST lets other machines connect, and nothing says that they use HTTPS',
      ]);
      expect(warnings({ HOST: '127.0.0.1' })).toEqual([]);
    },
  );

  it('refuses half a client certificate and an address with a login', () => {
    expect(refusals({ ...GOOD, DATABASE_SSL_CERT: 'a.pem' })).toEqual([
      'DATABASE_SSL_CERT is set without DATABASE_SSL_KEY, and the database needs both',
    ]);
    expect(refusals({ ...GOOD, BASE_URL: 'https://ada:x@h/?a#b' })).toEqual([
      'BASE_URL must be an address without login, ? and #',
    ]);
  });

  it('G2.126 warns of a .env that other people can read', () => {
    const fileMode = (mode: number) => ({ fileMode: () => mode });
    expect(warnings({}, fileMode(0o644))).toEqual([
      '.env can be used by other people on this machine (mode 0644)',
    ]);
    expect(warnings({}, fileMode(0o600))).toEqual([]);
    expect(warnings({}, fileMode(0o400))).toEqual([]);
  });

  it('takes what the command line sets before everything else', () => {
    const loaded = loadSettings({
      cwd: '/srv/app',
      environment: { PORT: '1', ...GOOD },
      readFile: () => undefined,
      overrides: { PORT: '2', DATA_DIR: 'elsewhere' },
    });
    const settings = requireServerSettings(loaded, { kind: 'server', cwd: '/srv/app' });
    expect(settings).toMatchObject({ port: 2, dataDir: '/srv/app/elsewhere' });
    expect(loaded.sources.PORT).toBe('command line');
  });
});

describe('a name of .env that is no setting', () => {
  const told = (dotenv: string, environment: Environment = {}) =>
    required({ ...GOOD, ...environment }, {}, dotenv).warnings;

  it('is told of where it looks like one of ours', () => {
    expect(told('PROT=9000\n')).toMatchObject([
      {
        source: '.env:1',
        message: 'PROT is no setting, so it has no effect',
        remedy: 'Did you mean PORT?',
      },
    ]);
  });

  it('is one warning, however many there are', () => {
    expect(told('PROT=9000\nLOG_LEVLE=debug\nPROT=1\n')).toMatchObject([
      {
        message: 'PROT, LOG_LEVLE are no settings, so they have no effect',
        remedy: 'Did you mean PORT, LOG_LEVEL?',
      },
    ]);
  });

  it('is left alone where it is like none of ours, known, or of the environment', () => {
    expect(told('MY_OTHER_PROGRAM=1\nDEBUG=1\nBCRYPT_ROUNDS=12\n')).toEqual([]);
    expect(told('', { PROT: '9000' })).toEqual([]);
  });
});
