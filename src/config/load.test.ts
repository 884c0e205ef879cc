import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { loadSettings } from './load.ts';
import type { SettingsProblem } from './source.ts';

type Files = Readonly<Record<string, string>>;

function load(environment: Record<string, string>, files: Files = {}) {
  const known = new Map(Object.entries(files));
  return loadSettings({
    cwd: '/srv/app',
    environment,
    readFile: (path) => {
      const text = known.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
  });
}

function problems(environment: Record<string, string>, files: Files = {}): string[] {
  try {
    load(environment, files);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('SETTINGS_INVALID');
    const found = error.details?.problems as readonly SettingsProblem[];
    for (const { message } of found) expect(error.message).toContain(message);
    return found.map(({ source, message, remedy }) => `${source}: ${message}. ${remedy}`);
  }
  return [];
}

describe('loadSettings', () => {
  it('gives the defaults where nothing is set', () => {
    expect(load({}).settings).toEqual({
      SLUICE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: 8_000,
      BASE_URL: '',
      DATA_DIR: './data',
      MAX_REQUEST_SIZE: 10_485_760,
      JWT_SECRET_KEY: '',
      JWT_REFRESH_SECRET_KEY: '',
      ENCRYPTION_KEY: '',
      ADMIN_API_KEYS: [],
      REDIS_URL: '',
      ADMIN_USERNAME: 'admin',
      ADMIN_PASSWORD: '',
      SIGN_UP: 'invitation',
      ACCESS_TOKEN_EXPIRE_MINUTES: 30,
      REFRESH_TOKEN_EXPIRE_DAYS: 30,
      SESSION_IDLE_TIMEOUT: 604_800_000,
      BCRYPT_ROUNDS: 12,
      PASSWORD_COMPLEXITY: false,
      ENABLE_API_KEYS: true,
      ENABLE_BASIC_AUTH: true,
      WEBSOCKET_TOKEN_IN_URL: true,
      JWT_SECRET_KEYS_PREVIOUS: [],
      JWT_REFRESH_SECRET_KEYS_PREVIOUS: [],
      ENCRYPTION_KEYS_PREVIOUS: [],
      ENABLE_RATE_LIMITING: true,
      RATE_LIMIT_REQUESTS: 100,
      RATE_LIMIT_WINDOW: 60_000,
      CORS_ORIGINS: [],
      ENABLE_IP_WHITELIST: false,
      IP_WHITELIST: [],
      TRUSTED_PROXIES: [],
      HTTPS_REDIRECT: true,
      ENABLE_AUDIT_LOGGING: true,
      AUDIT_RETENTION_DAYS: 365,
      EXECUTION_RETENTION_DAYS: 90,
      AUDIT_COPY: '',
      AUDIT_WEBHOOK: '',
      ALERT_FAILURES: 10,
      ALERT_BULK_READS: 1_000,
      ALERT_NEW_NETWORK: true,
      ALERT_WINDOW: 600_000,
      ALERT_WEBHOOK: '',
      DATABASE_URL: '',
      DATABASE_MIGRATION_URL: '',
      DATABASE_PASSWORD_SET_ON: '',
      DATABASE_READ_URL: '',
      DATABASE_POOL_SIZE: 16,
      DATABASE_CONNECT_TIMEOUT: 5_000,
      DATABASE_STATEMENT_TIMEOUT: 10_000,
      DATABASE_SSL_MODE: 'as-in-url',
      DATABASE_SSL_CERT: '',
      DATABASE_SSL_KEY: '',
      DATABASE_SSL_ROOT_CERT: '',
      EXECUTION_SLOTS: 64,
      MAX_YAML_SIZE: 1_048_576,
      EXECUTION_TIMEOUT: 3_600_000,
      EXECUTION_CONCURRENCY: 16,
      JS_EXECUTION_TIMEOUT: 5_000,
      PYTHON_EXECUTION_TIMEOUT: 30_000,
      PYTHON_SECURITY_LEVEL: 'normal',
      PYTHON_SECURITY_LEVEL_MAX: 'trusted',
      PYTHON_INTERPRETER: '',
      CODE_JAIL: 'auto',
      CODE_WORKERS: 2,
      CODE_MEMORY_SIZE: 1_073_741_824,
      CODE_OUTPUT_SIZE: 10_485_760,
      TEMPLATE_UNSAFE: false,
      HTTP_TIMEOUT: 30_000,
      EGRESS_ALLOW: [],
      FILE_SECURITY_ALLOWED_DIRS: [],
      FILE_SECURITY_DENIED_PATTERNS: [
        '*.key',
        '*.pem',
        '*.env',
        '.env*',
        '*.secret',
        '*password*',
        '*token*',
        '*credential*',
      ],
      FILE_SECURITY_MAX_SIZE_MB: 100,
      LOG_LEVEL: 'info',
    });
  });

  it('takes the strongest source: environment, .env, sluice.yaml, .tubes.yaml', () => {
    const files = {
      '/srv/app/.tubes.yaml': 'http: {timeout: 1}\nexecution: {max_duration: 1, parallel_limit: 1}',
      '/srv/app/sluice.yaml': 'http_timeout: 2\nEXECUTION_TIMEOUT: 2s\nSLUICE_LOG_LEVEL: warn',
      '/srv/app/.env': 'HTTP_TIMEOUT=3\n',
    };
    const { settings, sources } = load({ HTTP_TIMEOUT: '4' }, files);
    expect(settings.HTTP_TIMEOUT).toBe(4_000);
    expect(settings.EXECUTION_TIMEOUT).toBe(2_000);
    expect(settings.EXECUTION_CONCURRENCY).toBe(1);
    expect(settings.LOG_LEVEL).toBe('warn');
    expect(load({}, files).settings.HTTP_TIMEOUT).toBe(3_000);
    expect(sources).toMatchObject({
      HTTP_TIMEOUT: 'environment',
      EXECUTION_TIMEOUT: 'sluice.yaml:2',
      EXECUTION_CONCURRENCY: '.tubes.yaml:2',
      MAX_YAML_SIZE: 'default',
    });
  });

  it('takes SLUICE_NAME before NAME, and NAME before the name of another system', () => {
    const flowrunner = { FLOWRUNNER_MAX_YAML_SIZE: '2048' };
    expect(load(flowrunner).settings.MAX_YAML_SIZE).toBe(2_048);
    const plain = { ...flowrunner, MAX_YAML_SIZE: '4096' };
    expect(load(plain).settings.MAX_YAML_SIZE).toBe(4_096);
    expect(load({ ...plain, SLUICE_MAX_YAML_SIZE: '8192' }).settings.MAX_YAML_SIZE).toBe(8_192);
  });

  it("lets SLUICE_NAME replace another program's variable of the plain name", () => {
    const environment = { LOG_LEVEL: 'verbose9', SLUICE_LOG_LEVEL: 'debug' };
    expect(load(environment).settings.LOG_LEVEL).toBe('debug');
  });

  it('reports every problem of every source at once', () => {
    const found = problems(
      { HTTP_TIMEOUT: 'soon', SLUICE_MAX_YAML_SIZ: '5' },
      {
        '/srv/app/.env': 'nonsense\nLOG_LEVEL=loud\nSLUICE_COLOUR=red',
        '/srv/app/sluice.yaml': 'egres_allow: [a]\nEXECUTION_CONCURRENCY: 0',
        '/srv/app/.tubes.yaml': 'http:\n  timout: 5',
      },
    );
    expect(found.map((line) => line.split('; it is')[0])).toEqual([
      'environment: SLUICE_MAX_YAML_SIZ is no setting. Did you mean SLUICE_MAX_YAML_SIZE?',
      'environment: HTTP_TIMEOUT must be a duration such as 30s or 5m (a bare number is seconds),' +
        ' from 100 ms to 5 min',
      '.env:1: has no =. Write NAME=value, or # before a comment.',
      '.env:3: SLUICE_COLOUR is no setting. Remove it; docs/reference/settings.md lists all settings.',
      '.env:2: LOG_LEVEL must be one of debug, info, warn, error',
      'sluice.yaml:1: egres_allow is no setting. Did you mean EGRESS_ALLOW?',
      'sluice.yaml:2: EXECUTION_CONCURRENCY must be a whole number from 1 to 1000',
      '.tubes.yaml:2: http.timout is no setting. Did you mean http.timeout?',
    ]);
  });

  it('checks a value even where a stronger source overrides it', () => {
    const found = problems({ LOG_LEVEL: 'info' }, { '/srv/app/.env': 'LOG_LEVEL=loud' });
    expect(found).toHaveLength(1);
  });

  it('ignores variables of other programs, and those that Kubernetes makes', () => {
    const environment = {
      PATH: '/bin',
      MAX_YAML_SIZES: 'x',
      SLUICE_SERVICE_HOST: '10.0.0.1',
      SLUICE_SERVICE_PORT_HTTP: '80',
      SLUICE_PORT: 'tcp://10.0.0.1:80',
      SLUICE_PORT_80_TCP_ADDR: '10.0.0.1',
      constructor: 'x',
      __proto__: 'x',
    };
    expect(problems(environment)).toEqual([]);
    expect(problems({ SLUICE_PORTS: '80' })).toHaveLength(1);
  });

  it('counts an empty variable as not given, so that no guard is turned off by accident', () => {
    const { settings } = load(
      { FILE_SECURITY_DENIED_PATTERNS: '', HTTP_TIMEOUT: ' ' },
      { '/srv/app/.env': 'HTTP_TIMEOUT=7', '/srv/app/sluice.yaml': 'LOG_LEVEL: ""\nEGRESS_ALLOW:' },
    );
    expect(settings.FILE_SECURITY_DENIED_PATTERNS).toContain('*.key');
    expect(settings.HTTP_TIMEOUT).toBe(7_000);
    expect(settings.LOG_LEVEL).toBe('info');
    expect(load({ FILE_SECURITY_DENIED_PATTERNS: '[]' }).settings).toMatchObject({
      FILE_SECURITY_DENIED_PATTERNS: [],
    });
  });

  describe('NAME_FILE', () => {
    const files = {
      '/run/allow': 'localhost,10.0.0.0/8\n',
      '/srv/app/near': 'debug\r\n',
      '/run/empty': '\n',
      '/run/shadow': 'root:hunter2',
    };

    it('reads the value from the file, without its last line break', () => {
      const environment = { EGRESS_ALLOW_FILE: '/run/allow', SLUICE_LOG_LEVEL_FILE: 'near' };
      expect(load(environment, files).settings).toMatchObject({
        EGRESS_ALLOW: ['localhost', '10.0.0.0/8'],
        LOG_LEVEL: 'debug',
      });
    });

    it('refuses both NAME and NAME_FILE, a missing and an empty file', () => {
      const environment = {
        LOG_LEVEL: 'info',
        LOG_LEVEL_FILE: 'near',
        HTTP_TIMEOUT_FILE: '/run/none',
        MAX_YAML_SIZE_FILE: '/run/empty',
      };
      expect(problems(environment, files)).toEqual([
        'environment: LOG_LEVEL_FILE and LOG_LEVEL give the same setting. Keep one of the two.',
        'environment: the file that HTTP_TIMEOUT_FILE names is not there.' +
          ' Name a readable file that holds the value.',
        'environment: the file that MAX_YAML_SIZE_FILE names is empty.' +
          ' Name a readable file that holds the value.',
      ]);
    });

    it('never shows what the file holds', () => {
      const found = problems({ LOG_LEVEL_FILE: '/run/shadow' }, files);
      expect(found).toHaveLength(1);
      expect(found.join()).not.toContain('hunter2');
    });
  });

  describe('.env', () => {
    it('refuses a setting that is given twice', () => {
      expect(
        problems({}, { '/srv/app/.env': 'LOG_LEVEL=info\nOTHER=1\nOTHER=2\nLOG_LEVEL=warn' }),
      ).toEqual(['.env:4: LOG_LEVEL is given twice, first at .env:1. Keep one of the two.']);
    });

    it('never repeats a bad line', () => {
      expect(problems({}, { '/srv/app/.env': 'hunter2' }).join()).not.toContain('hunter2');
    });
  });

  describe('.tubes.yaml', () => {
    it("accepts all of system 1's keys and says which have no effect yet", () => {
      const text = [
        'llm: {provider: openai, model: gpt-4o, api_key_env: KEY, temperature: 0.7}',
        'http: {timeout: 60, retry_attempts: 3, user_agent: x}',
        'execution: {max_duration: 600, save_intermediate: true, parallel_limit: 5}',
        'cache:',
        '  enabled: true',
      ].join('\n');
      const { settings, warnings } = load({}, { '/srv/app/.tubes.yaml': text });
      expect(settings).toMatchObject({
        HTTP_TIMEOUT: 60_000,
        EXECUTION_TIMEOUT: 600_000,
        EXECUTION_CONCURRENCY: 5,
      });
      expect(warnings.map(({ message }) => message)).toEqual([
        '.tubes.yaml sets llm.provider, llm.model, llm.api_key_env, llm.temperature,' +
          ' http.retry_attempts, http.user_agent, execution.save_intermediate, cache.enabled,' +
          ' which nothing uses yet',
      ]);
    });

    it('is found in the nearest of five folders above, and not beyond', () => {
      const read = (file: string) =>
        loadSettings({
          cwd: '/1/2/3/4/5/6',
          environment: {},
          readFile: (path) =>
            path === file ? new TextEncoder().encode('http: {timeout: 9}') : undefined,
        });
      expect(read('/1/.tubes.yaml').settings.HTTP_TIMEOUT).toBe(9_000);
      expect(read('/1/.tubes.yaml').sources.HTTP_TIMEOUT).toBe('../../../../../.tubes.yaml:1');
      expect(read('/.tubes.yaml').settings.HTTP_TIMEOUT).toBe(30_000);
    });
  });

  it('tells once of a key that sluice.yaml gives twice', () => {
    const text = 'LOG_LEVEL: info\nLOG_LEVEL: warn';
    expect(problems({}, { '/srv/app/sluice.yaml': text })).toHaveLength(1);
  });

  it.each([
    ['a list', '- a', 'sluice.yaml:1: sluice.yaml is not a map. Write NAME: value lines.'],
    ['broken YAML', 'a: [', 'sluice.yaml:1: sluice.yaml is not valid YAML. Mend the YAML'],
    ['an alias', 'LOG_LEVEL: &a info\nHTTP_TIMEOUT: *a', 'sluice.yaml:1: sluice.yaml gives LOG'],
    ['a tag', 'LOG_LEVEL: !!binary aGk=', 'sluice.yaml:1: sluice.yaml gives LOG_LEVEL something'],
    ['a key twice', 'LOG_LEVEL: info\nLOG_LEVEL: warn', 'sluice.yaml:2: sluice.yaml gives LOG_LEV'],
    ['both letter cases', 'LOG_LEVEL: info\nlog_level: warn', 'sluice.yaml:2: log_level and LOG_L'],
    ['a map as value', 'LOG_LEVEL: {a: 1}', 'sluice.yaml:1: LOG_LEVEL.a is no setting'],
    ['__proto__', '__proto__: {LOG_LEVEL: info}', 'sluice.yaml:1: __proto__.LOG_LEVEL is no set'],
    ['two documents', 'LOG_LEVEL: info\n---\nLOG_LEVEL: warn', 'sluice.yaml:2: sluice.yaml is no'],
    ['deep nesting', '['.repeat(30_000), 'sluice.yaml:1: sluice.yaml is n'],
  ])('refuses %s in sluice.yaml', (_, text, expected) => {
    expect(problems({}, { '/srv/app/sluice.yaml': text })[0]).toContain(expected);
  });

  it('refuses a file that is not UTF-8, too large, or cannot be read', () => {
    const read = (readFile: (path: string) => Uint8Array | undefined) => {
      try {
        loadSettings({ cwd: '/srv', environment: {}, readFile });
      } catch (error) {
        return error instanceof AppError ? error.message : '';
      }
      return '';
    };
    expect(read(() => new Uint8Array([0xff, 0xfe]))).toContain('.env is not UTF-8 text');
    expect(read(() => new Uint8Array(65_537))).toContain('sluice.yaml is larger than 64 KiB');
    const denied = Object.assign(new Error('EACCES: /srv/.env'), { code: 'EACCES' });
    const message = read(() => {
      throw denied;
    });
    expect(message).toContain('.env cannot be read (EACCES)');
  });
});
