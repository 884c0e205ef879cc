import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

/** What the guides promise of settings, tried with the shipped command. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

type Environment = Readonly<Record<string, string>>;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-claims-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function sluice(folder: string, words: readonly string[], env: Environment = {}): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'bin/sluice.js'), ...words], {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, ...said }));
  });
}

/** Random-looking, and the same in every run. */
const made = (seed: string) => createHash('sha256').update(seed).digest('hex');

const GOOD: Environment = {
  JWT_SECRET_KEY: made('access'),
  JWT_REFRESH_SECRET_KEY: made('refresh'),
  ENCRYPTION_KEY: made('encryption'),
  ADMIN_API_KEYS: made('admin'),
};

/** `sluice start` that must refuse before it makes anything. */
async function refusedStart(env: Environment): Promise<string> {
  const folder = await newFolder();
  const { exit, out, err } = await sluice(folder, ['start'], env);
  expect(exit).toBeGreaterThan(0);
  expect(out).toBe('');
  expect(existsSync(join(folder, 'data'))).toBe(false);
  return err;
}

const checked = async (env: Environment) => sluice(await newFolder(), ['config', 'check'], env);

describe('the secrets that a server requires', () => {
  it.each(Object.keys(GOOD))('G1.001 G3.167 sluice start refuses without %s', async (name) => {
    const { [name]: _, ...others } = GOOD;
    const err = await refusedStart(others);
    expect(err).toContain(`${name} is not set`);
    for (const other of Object.keys(others)) expect(err).not.toContain(`${other} is`);
  });

  it('G1.009 JWT_SECRET_KEY alone is not enough, and no key of a model is asked for', async () => {
    const { exit, err } = await checked({ JWT_SECRET_KEY: GOOD.JWT_SECRET_KEY ?? '' });
    expect(exit).toBe(1);
    for (const name of ['JWT_REFRESH_SECRET_KEY', 'ENCRYPTION_KEY', 'ADMIN_API_KEYS']) {
      expect(err).toContain(`${name} is not set`);
    }
    expect(err).not.toContain('JWT_SECRET_KEY is');
    expect(await checked(GOOD)).toMatchObject({ exit: 0, err: '' });
  });

  it('G2.082 the name of system 2, SECRET_KEY, gives the signing secret', async () => {
    const { JWT_SECRET_KEY = '', ...others } = GOOD;
    expect((await checked({ ...others, SECRET_KEY: JWT_SECRET_KEY })).exit).toBe(0);
    expect((await checked(others)).err).toContain('JWT_SECRET_KEY is not set');
  });

  it.each([
    ['JWT_SECRET_KEY', 'your-generated-secret-here'],
    ['JWT_SECRET_KEY', 'your-secret-key-here'],
    ['JWT_SECRET_KEY', '<generated-secret>'],
    ['JWT_REFRESH_SECRET_KEY', 'your-jwt-signing-secret'],
    ['ENCRYPTION_KEY', 'your-32-byte-encryption-key'],
    ['ADMIN_API_KEYS', '<key1>,<key2>'],
    ['ADMIN_API_KEYS', 'your-api-key'],
  ])('G1.003 refuses the example %s=%s in production', async (name, value) => {
    const err = await refusedStart({ ...GOOD, [name]: value, NODE_ENV: 'production' });
    expect(err).toContain(name);
    // Told as what it is: an example is refused, however long it is.
    expect(err).toMatch(/an example that stands in a guide|a command or a variable/);
  });

  it('G1.003 no value of .env.example is taken for a secret', async () => {
    const folder = await newFolder();
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    writeFileSync(join(folder, '.env'), example.replace(/^#(?=[A-Z_]+=)/gm, ''), { mode: 0o600 });
    const { exit, err } = await sluice(folder, ['start'], { NODE_ENV: 'production' });
    expect(exit).toBeGreaterThan(0);
    for (const name of Object.keys(GOOD)) expect(err).toContain(`${name} is not set`);
  });

  it('G1.004 G3.144 a secret of 31 characters is refused, one of 32 is not', async () => {
    const short = await checked({ ...GOOD, JWT_SECRET_KEY: made('x').slice(0, 31) });
    expect(short.exit).toBe(1);
    expect(short.err).toContain('JWT_SECRET_KEY has 31 characters');
    const enough = await checked({ ...GOOD, JWT_SECRET_KEY: made('x').slice(0, 32) });
    expect(enough).toMatchObject({ exit: 0, err: '' });
  });

  it('G3.149 one secret for access and refresh tokens is refused', async () => {
    const err = await refusedStart({ ...GOOD, JWT_REFRESH_SECRET_KEY: made('access') });
    expect(err).toContain('JWT_REFRESH_SECRET_KEY is the same secret as JWT_SECRET_KEY');
    expect(err).not.toContain(made('access'));
  });

  it('G4.209 the encryption key decodes to 32 bytes, under the name of system 4 too', async () => {
    const { ENCRYPTION_KEY = '', ...others } = GOOD;
    const base64 = Buffer.from(ENCRYPTION_KEY, 'hex').toString('base64');
    const good = await checked({ ...others, FLOWRUNNER_ENCRYPTION_KEY: base64 });
    expect(good.exit).toBe(0);
    const bad = await checked({ ...others, FLOWRUNNER_ENCRYPTION_KEY: base64.slice(4) });
    expect(bad.exit).toBe(1);
    expect(bad.err).toContain('FLOWRUNNER_ENCRYPTION_KEY is not 32 bytes');
  });

  it('G2.127 G3.168 a secret can stand in a file that JWT_SECRET_FILE names', async () => {
    const folder = await newFolder();
    const { JWT_SECRET_KEY = '', ...others } = GOOD;
    writeFileSync(join(folder, 'jwt'), `${JWT_SECRET_KEY}\n`);
    const check = (env: Environment) => sluice(folder, ['config', 'check'], { ...others, ...env });
    expect((await check({ JWT_SECRET_FILE: 'jwt' })).exit).toBe(0);
    expect((await check({ JWT_SECRET_KEY_FILE: join(folder, 'jwt') })).exit).toBe(0);
    const missing = await check({ JWT_SECRET_FILE: 'none' });
    expect(missing.exit).toBe(1);
    expect(missing.err).toContain('the file that JWT_SECRET_FILE names is not there');
  });

  it('G2.129 a wrong port or address ends the start with a reason', async () => {
    const err = await refusedStart({ ...GOOD, PORT: '123456', DATABASE_URL: 'sqlite:///a.db' });
    expect(err).toContain('PORT must be a whole number from 0 to 65535');
    expect(err).toContain('DATABASE_URL must be a URL that begins with postgresql://');
  });

  it('G5.274 production refuses a database on the network without TLS', async () => {
    const DATABASE_URL = `postgresql://ada:${made('db')}@db.internal/x`;
    const err = await refusedStart({ ...GOOD, DATABASE_URL, NODE_ENV: 'production' });
    expect(err).toContain('DATABASE_URL names no sslmode');
    expect(err).not.toContain(made('db'));
  });
});

describe('sluice config generate', () => {
  it('G1.010 G1.016 writes a .env that sluice config check finds good', async () => {
    const folder = await newFolder();
    expect(await sluice(folder, ['config', 'generate'])).toMatchObject({ exit: 0, err: '' });
    expect(await sluice(folder, ['config', 'check'])).toMatchObject({ exit: 0, err: '' });
  });

  it('G2.126 writes mode 0600, and the check warns of a looser one', async () => {
    const folder = await newFolder();
    await sluice(folder, ['config', 'generate']);
    const file = join(folder, '.env');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o640);
    const { exit, err } = await sluice(folder, ['config', 'check']);
    expect(exit).toBe(0);
    expect(err).toContain('.env can be used by other people on this machine (mode 0640)');
    expect(err).toContain('Run chmod 600 .env.');
  });

  it('G1.002 G1.011 G4.183 two generated signing secrets differ, of 64 hex digits', async () => {
    const folder = await newFolder();
    const texts = await Promise.all(
      [1, 2].map(async () => (await sluice(folder, ['config', 'generate', '--print'])).out),
    );
    const secrets = texts.map((text) => /^JWT_SECRET_KEY=(.*)$/m.exec(text)?.[1]);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(secrets[0]).not.toBe(secrets[1]);
    expect(existsSync(join(folder, '.env'))).toBe(false);
  });

  it('G1.012 G1.013 G1.014 holds templates: Redis with password, TLS, HTTPS', async () => {
    const { out } = await sluice(await newFolder(), ['config', 'generate', '--print']);
    expect(out).toMatch(/^#REDIS_URL=redis:\/\/:[^@]{32,}@/m);
    expect(out).toMatch(/^#DATABASE_URL=postgresql:\/\/.*\?sslmode=require$/m);
    expect(out).toMatch(/^#BASE_URL=https:\/\//m);
  });

  it('G5.257 generated passwords have 32 random bytes, each its own', async () => {
    const { out } = await sluice(await newFolder(), ['config', 'generate', '--print']);
    const passwords = out.match(/(?<=^#\w+=\w+:\/\/\w*:)[^@]+(?=@)/gm) ?? [];
    expect(passwords.length).toBe(4);
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(passwords).size).toBe(4);
  });

  it('G1.015 leaves an existing .env as it is, and says so', async () => {
    const folder = await newFolder();
    writeFileSync(join(folder, '.env'), 'KEPT=1\n');
    const { exit, err } = await sluice(folder, ['config', 'generate']);
    expect(exit).toBe(2);
    expect(err).toContain('is there already, and it was not changed');
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('KEPT=1\n');
  });
});

describe('sluice config check', () => {
  it('G1.016 G1.017 names each missing variable on standard error, and ends with 1', async () => {
    const { exit, err } = await checked({});
    expect(exit).toBe(1);
    for (const name of Object.keys(GOOD)) expect(err).toContain(`${name} is not set`);
  });

  it('G1.018 G1.019 warns of each weak connection, with a suggestion each', async () => {
    const folder = await newFolder();
    const words = ['config', 'check', '--json'];
    const { exit, out } = await sluice(folder, words, {
      ...GOOD,
      REDIS_URL: 'redis://redis.internal:6379/0',
      DATABASE_URL: 'postgresql://user:pass@db.internal:5432/flows',
      SERIESOFTUBES_API_URL: 'http://api.yourdomain.com',
    });
    expect(exit).toBe(0);
    const { warnings } = JSON.parse(out);
    const about = (name: string, word: string) =>
      warnings.find((one: { name: string; message: string }) => {
        return one.name === name && one.message.includes(word);
      });
    expect(about('REDIS_URL', 'password')).toMatchObject({
      remedy: expect.stringContaining('redis://:'),
    });
    expect(about('DATABASE_URL', 'sslmode')).toMatchObject({
      remedy: expect.stringContaining('sslmode=require'),
    });
    expect(about('SERIESOFTUBES_API_URL', 'http://')).toMatchObject({
      remedy: expect.stringContaining('https://'),
    });
    for (const { remedy } of warnings) expect(remedy).toMatch(/\w/);
  });

  it('G5.272 warns of a database password under 32 characters', async () => {
    const url = (length: number) =>
      `postgresql://ada:${made('db').slice(0, length)}@db.internal/x?sslmode=require`;
    const short = await checked({ ...GOOD, DATABASE_URL: url(31) });
    expect(short.err).toContain('has a password of fewer than 32 characters');
    expect((await checked({ ...GOOD, DATABASE_URL: url(32) })).err).toBe('');
  });

  it('G1.007 finds a literal key in .tubes.yaml, and does not repeat it', async () => {
    const folder = await newFolder();
    writeFileSync(
      join(folder, '.tubes.yaml'),
      'llm:\n  model: gpt-4o\n  api_key: hunter2hunter2\n',
    );
    const { exit, err } = await sluice(folder, ['config', 'check'], GOOD);
    expect(exit).toBe(1);
    expect(err).toContain('.tubes.yaml:3: llm.api_key in .tubes.yaml holds a secret');
    expect(err).not.toContain('hunter2');
  });

  it('reads secrets from .env and settings from .tubes.yaml at once', async () => {
    const folder = await newFolder();
    await sluice(folder, ['config', 'generate']);
    const check = () => sluice(folder, ['config', 'check']);
    writeFileSync(join(folder, '.tubes.yaml'), 'http: {timeout: 20}\n');
    expect(await check()).toMatchObject({ exit: 0, err: '' });
    writeFileSync(join(folder, '.tubes.yaml'), 'http: {timeout: soon}\n');
    expect((await check()).err).toContain('.tubes.yaml:1: http.timeout must be a duration');
  });

  it('G1.008 .env.example can be copied, and with its secrets filled in it is good', async () => {
    const folder = await newFolder();
    const file = join(folder, '.env');
    copyFileSync(join(ROOT, '.env.example'), file);
    chmodSync(file, 0o600);
    expect((await sluice(folder, ['config', 'check'])).exit).toBe(1);
    const filled = Object.entries(GOOD).reduce(
      (text, [name, value]) => text.replace(`#${name}=`, `${name}=${value}`),
      readFileSync(file, 'utf8'),
    );
    writeFileSync(file, filled);
    expect(await sluice(folder, ['config', 'check'])).toMatchObject({ exit: 0, err: '' });
  });

  it('G5.255 knows every name of .env.example', async () => {
    const folder = await newFolder();
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const filled = Object.entries(GOOD).reduce(
      (text, [name, value]) => text.replace(`#${name}=`, `${name}=${value}`),
      example.replace(/^#SLUICE_ENV=.*$/m, '#'),
    );
    writeFileSync(join(folder, '.env'), filled.replace(/^#(?=[A-Z_]+=)/gm, ''), { mode: 0o600 });
    expect(await sluice(folder, ['config', 'check'])).toMatchObject({ exit: 0, err: '' });
  });
});

describe('limits that settings of other systems give', () => {
  it('G4.202 FLOWRUNNER_MAX_YAML_SIZE takes a flow of that size, and not one byte more', async () => {
    const folder = await newFolder();
    const flow = 'name: small\nnodes: {a: {type: template, config: {template: hello}}}\n';
    const sized = (bytes: number) => `${flow}#${'x'.repeat(bytes - flow.length - 1)}`;
    writeFileSync(join(folder, 'full.yaml'), sized(1_048_576));
    writeFileSync(join(folder, 'over.yaml'), sized(1_048_577));
    const validate = (name: string, env: Environment) => sluice(folder, ['validate', name], env);
    const FLOWRUNNER_MAX_YAML_SIZE = '1048576';
    expect((await validate('full.yaml', { FLOWRUNNER_MAX_YAML_SIZE })).exit).toBe(0);
    expect((await validate('full.yaml', {})).exit).toBe(0);
    const over = await validate('over.yaml', { FLOWRUNNER_MAX_YAML_SIZE });
    expect(over).toMatchObject({ exit: 2, out: expect.stringContaining('FLOW_TOO_LARGE') });
    const raised = { FLOWRUNNER_MAX_YAML_SIZE: '1048577' };
    expect((await validate('over.yaml', raised)).exit).toBe(0);
  });

  it('G4.226 FLOWRUNNER_JS_EXECUTION_TIMEOUT ends an endless loop', async () => {
    const folder = await newFolder();
    const flow =
      'name: spin\nnodes: {spin: {type: javascript, config: {code: "while (true) {}"}}}\n';
    writeFileSync(join(folder, 'spin.yaml'), flow);
    const env = { FLOWRUNNER_JS_EXECUTION_TIMEOUT: '1s' };
    const { exit, out } = await sluice(folder, ['run', 'spin.yaml'], env);
    expect(exit).toBe(1);
    expect(out).toContain('the code took longer than 1 s [CODE_TIMEOUT]');
  });
});
