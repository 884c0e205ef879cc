import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkConfig } from './check.ts';
import { generateDotenv } from './generate.ts';

const random = (bytes: number) => randomBytes(bytes).toString('hex');
const FRESH = generateDotenv(random);

type Files = Readonly<Record<string, string>>;

function check(files: Files, environment = {}, options: Partial<CheckOptions> = {}) {
  const report = checkConfig({
    cwd: '/srv/app',
    environment,
    kind: 'server',
    fileMode: () => 0o600,
    readFile: (path) => {
      const text = files[path.replace('/srv/app/', '')];
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    ...options,
  });
  for (const { message, remedy } of [...report.problems, ...report.warnings]) {
    expect(message).not.toBe('');
    expect(remedy).toMatch(/\w.*[.?]$|>>/);
  }
  return report;
}

const messages = (found: readonly { readonly message: string }[]) =>
  found.map(({ message }) => message);

describe('checkConfig', () => {
  it('finds nothing wrong with what the generator writes', () => {
    expect(check({ '.env': FRESH })).toEqual({
      isGood: true,
      kind: 'server',
      isProduction: false,
      problems: [],
      warnings: [],
    });
  });

  it('tells of problems of every kind at once, where start would stop at the first kind', () => {
    const report = check({
      '.env': `${FRESH.replace(/^ENCRYPTION_KEY=.*/m, 'ENCRYPTION_KEY=short')}\nLOG_LEVEL=loud\nx\n`,
      'sluice.yaml': 'PORT: many',
    });
    expect(report.isGood).toBe(false);
    expect(messages(report.problems)).toEqual([
      'has no =',
      'LOG_LEVEL must be one of debug, info, warn, error; it is "loud"',
      'PORT must be a whole number from 0 to 65535; it is "many"',
      'ENCRYPTION_KEY is not 32 bytes, written as 64 hex digits or in base64',
    ]);
  });

  it('G1.018 warns of Redis without password, PostgreSQL without sslmode and http', () => {
    const report = check({
      '.env': `${FRESH}
REDIS_URL=redis://localhost:6379/0
DATABASE_URL=postgresql://ada:${random(16)}@localhost:5432/flows
SERIESOFTUBES_API_URL=http://api.example.com
`,
    });
    expect(report.isGood).toBe(true);
    expect(messages(report.warnings)).toEqual([
      'REDIS_URL has no password, so whoever reaches that Redis can change what it holds',
      'SERIESOFTUBES_API_URL begins with http://, so API keys and data travel in clear text',
      'DATABASE_URL names no sslmode, so the connection is not encrypted',
    ]);
  });

  it('accepts an http address of this machine', () => {
    const report = check({ '.env': `${FRESH}\nSERIESOFTUBES_API_URL=http://localhost:8000\n` });
    expect(report.warnings).toEqual([]);
  });

  it('G5.272 warns of a database password under 32 characters', () => {
    const url = (length: number) =>
      `${FRESH}\nDATABASE_URL=postgresql://ada:${random(32).slice(0, length)}@db/x?sslmode=require\n`;
    expect(messages(check({ '.env': url(31) }).warnings)).toEqual([
      'DATABASE_URL has a password of fewer than 32 characters',
    ]);
    expect(check({ '.env': url(32) }).warnings).toEqual([]);
  });

  const planted: readonly (readonly [string, string, string])[] = [
    ['.tubes.yaml', 'llm: {model: gpt-4o, api_key: abcd-1234}', 'llm.api_key'],
    ['.tubes.yaml', `llm: {api_key_env: ${'sk'}-abcdefghij1234567890}`, 'llm.api_key_env'],
    ['.tubes.yaml', 'cache: {redis_url: "redis://:hunter2hunter2@r:6379"}', 'cache.redis_url'],
    ['sluice.yaml', `JWT_SECRET_KEY: ${random(32)}`, 'JWT_SECRET_KEY'],
    ['sluice.yaml', `ADMIN_API_KEYS: [${random(32)}]`, 'ADMIN_API_KEYS'],
    ['sluice.yaml', 'database_url: postgresql://ada:hunter2passes@db/x', 'database_url'],
  ];
  it.each(planted)('G1.007 finds a key that stands in %s: %s', (file, text, key) => {
    const report = check({ '.env': FRESH, [file]: text });
    const message = `${key} in ${file} holds a secret, and that file is made to be shared`;
    expect(messages(report.problems)).toEqual([message]);
    expect(report.isGood).toBe(false);
    expect(JSON.stringify(report)).not.toMatch(/hunter2|abcd-1234|sk-abc|[0-9a-f]{64}/);
  });

  it('G1.007 takes a .tubes.yaml that only names a variable', () => {
    const text = 'llm: {provider: openai, api_key_env: OPENAI_API_KEY, max_tokens: "4096"}';
    expect(check({ '.env': FRESH, '.tubes.yaml': text }).problems).toEqual([]);
  });

  it('says which settings of other systems nothing uses yet, and which have another way', () => {
    const dotenv = `${FRESH}
OPENAI_API_KEY=x
MINIO_ROOT_USER=x
FFMPEG_THREADS=4
FLOWRUNNER_POSTGRES_HOST=db
LOG_FILE=sluice.log
MAX_REQEST_SIZE=1
SOMETHING_ELSE=1
`;
    const report = check({ '.env': dotenv });
    expect(report.problems).toEqual([]);
    expect(report.warnings.map(({ message, remedy }) => `${message}. ${remedy}`)).toEqual([
      'FLOWRUNNER_POSTGRES_HOST has no effect here. Write it into DATABASE_URL.',
      'LOG_FILE has no effect here. The log goes to standard error; send it to a file:' +
        ' sluice start 2>> sluice.log',
      'MAX_REQEST_SIZE is no setting, so it has no effect. Did you mean MAX_REQUEST_SIZE?',
      'SOMETHING_ELSE is no setting, so it has no effect.' +
        ' Remove it, unless another program reads this file.',
      'nothing uses these settings of other systems yet: OPENAI_API_KEY, MINIO_ROOT_USER,' +
        ' FFMPEG_THREADS. They can stay; a later version will read them.',
    ]);
  });

  it("leaves other programs' variables of the environment alone", () => {
    const environment = { PATH: '/bin', DEBUG: '*', RELOAD: '1', constructor: 'x', __proto__: 'x' };
    expect(check({ '.env': FRESH }, environment).warnings).toEqual([]);
  });

  it('judges for a worker and for production', () => {
    const worker = check({ '.env': FRESH }, {}, { kind: 'worker' });
    expect(messages(worker.problems)).toEqual([
      'DATABASE_URL is not set, and a worker shares the database of its server',
    ]);
    const production = check(
      { '.env': FRESH },
      { NODE_ENV: 'production', BASE_URL: 'http://flows.example.com' },
    );
    expect(production).toMatchObject({ isGood: false, isProduction: true });
    expect(messages(production.problems)).toHaveLength(1);
  });
});
