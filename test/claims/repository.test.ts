import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dependenciesAreCurrent } from '../../scripts/prepare.js';

/** What the guides promise of the repository, its hook and its checks. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REGISTRY = 'https://registry.npmjs.org/';
const RANDOM = 'q7Zr2LkX9vB4nTfW8sYc3HdJ6mPgA5eU';
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** A repository with our scripts, hook and rules, and nothing else of ours. */
let folder: string;
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

function run(command: string, words: readonly string[], env = {}) {
  const all = { ...environment, HOME: folder, ...env };
  return spawnSync(command, words, { cwd: folder, env: all, encoding: 'utf8' });
}
const git = (...words: string[]) => run('git', words);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
  for (const path of ['scripts', '.githooks', '.gitignore', 'package.json', 'package-lock.json']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  git('init', '--quiet');
  git('config', 'core.hooksPath', '.githooks');
  git('add', 'scripts');
  git('commit', '--message', 'scripts');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  git('reset', '--quiet', '--hard');
  git('clean', '--quiet', '--force', '-d', '-x', 'made');
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('what git keeps out', () => {
  const isIgnored = (path: string) => git('check-ignore', '--quiet', path).status === 0;

  it('G1.005 G3.165 G5.287 .env is ignored, and no file that is one is tracked', () => {
    for (const path of ['.env', 'made/.env']) expect(isIgnored(path), path).toBe(true);
    expect(isIgnored('.env.example')).toBe(false);
    expect(isIgnored('made/environment.ts')).toBe(false);
    expect(git('ls-files', '.env', '*/.env').stdout).toBe('');
    if (!existsSync(join(ROOT, '.git'))) return;
    const ours = spawnSync('git', ['ls-files', '.env', '*/.env'], { cwd: ROOT, encoding: 'utf8' });
    expect(ours.stdout).toBe('');
  });

  it('G2.060 .env, keys and the folder secrets are ignored', () => {
    for (const path of ['.env', 'server.key', 'made/tls.key', 'secrets/a.txt', 'made/secrets/b']) {
      expect(isIgnored(path), path).toBe(true);
    }
    for (const path of ['made/keys.ts', 'made/secret.ts'])
      expect(isIgnored(path), path).toBe(false);
  });
});

describe('the hook before a commit', () => {
  it('G2.061 refuses a .env and a key with a message, though they were forced in', () => {
    for (const path of ['.env', 'made/.env', 'made/tls.key']) {
      put(path, 'A=1\n');
      git('add', '--force', path);
      const { status, stderr } = git('commit', '--message', 'x');
      expect(status, path).not.toBe(0);
      expect(stderr).toContain(`${path}:1: looks like a file of secrets`);
      git('reset', '--quiet', '--hard');
    }
    put('made/notes.md', 'nothing to hide\n');
    git('add', 'made');
    expect(git('commit', '--message', 'x').status).toBe(0);
  });
});

describe('the scan for secrets', () => {
  const scan = () => run(process.execPath, ['scripts/secret-scan.js']);

  it('G2.062 finds keys of a model provider and assigned keys, and ends with 1', () => {
    expect(scan()).toMatchObject({ status: 0, stderr: '' });
    for (const [line, rule] of [
      [`key: sk-${RANDOM}`, 'model provider key'],
      [`api_key = '${RANDOM}'`, 'assigned secret'],
    ]) {
      put('made/planted.txt', `${line}\n`);
      const { status, stderr } = scan();
      expect(status).toBe(1);
      expect(stderr).toContain(`made/planted.txt:1: looks like a ${rule}`);
      expect(stderr).not.toContain(RANDOM);
    }
    put('made/planted.txt', "key: sk-short\napi_key = 'your-api-key'\n");
    expect(scan().status).toBe(0);
  });

  it('G2.063 fails the build where it finds one', () => {
    const check = () => run(process.execPath, ['scripts/check.js', 'secrets']);
    put('made/planted.txt', 'nothing\n');
    expect(check().status).toBe(0);
    put('made/planted.txt', `api_key = '${RANDOM}'\n`);
    const { status, stdout } = check();
    expect(status).toBe(1);
    expect(stdout).toContain('made/planted.txt:1: looks like a assigned secret');
    expect(stdout).toMatch(/^0 passed, 1 failed, 0 skipped$/m);
    // What the continuous integration runs is this check among the others.
    expect(read('.ci/run')).toMatch(/^limited .* npm run check$/m);
  });
});

describe('the dependencies', () => {
  it('G2.124 are asked about at every check, and a serious answer fails it', () => {
    const check = (high: number) => {
      const counts = { info: 0, low: 3, moderate: 0, high, critical: 0, total: 3 + high };
      const report = JSON.stringify({ metadata: { vulnerabilities: counts } });
      put('made/npm-cli.js', `if (process.argv[2] === 'audit') console.log('${report}');`);
      put('made/package.json', '{"type": "commonjs"}');
      const env = { npm_execpath: join(folder, 'made/npm-cli.js') };
      return run(process.execPath, ['scripts/check.js', 'audit'], env);
    };
    expect(check(0).status).toBe(0);
    expect(check(1).status).toBe(1);
  });

  it('G2.125 are kept up by a configured robot', () => {
    expect(read('.github/dependabot.yml')).toMatch(
      /^version: 2$[\s\S]*package-ecosystem: npm[\s\S]*interval: (?:daily|weekly)/m,
    );
  });

  it('G2.136 are taken by their sums, and one with another sum is not taken', () => {
    const lock = JSON.parse(read('package-lock.json')).packages as Record<
      string,
      { readonly integrity?: string; readonly resolved?: string; readonly dev?: boolean }
    >;
    const packages = Object.entries(lock).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(50);
    for (const [path, { integrity, resolved, dev }] of packages) {
      // The registry of whoever wrote the file lacked tools for other machines; they are not here.
      const isElsewhere = dev === true && !existsSync(join(ROOT, path));
      if (!isElsewhere) expect(integrity, path).toMatch(/^sha512-/);
      expect(resolved ?? REGISTRY, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    }
    const [name = '', one] = packages[0] ?? [];
    expect(dependenciesAreCurrent({ [name]: one }, { [name]: one })).toBe(true);
    const other = { ...one, integrity: `sha512-${'A'.repeat(86)}==` };
    expect(dependenciesAreCurrent({ [name]: one }, { [name]: other })).toBe(false);
  });
});

describe('the sources', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: read(`src/${path}`) }));
  const weak = (text: string) => /\bMath\s*(?:\.\s*random|\[\s*['"`]random)/.test(text);

  it('G4.252 take no randomness but that of the operating system for tokens', () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.filter(({ text }) => weak(text)).map(({ path }) => path)).toEqual([]);
    const users = sources.filter(({ text }) => /from 'node:crypto'/.test(text));
    for (const { path } of users) expect(path).toMatch(/^crypto\//);
    expect(read('src/crypto/random.ts')).toMatch(/return randomBytes\(bytes\)\.toString\('hex'\)/);
    expect(weak('const token = Math.random()')).toBe(true);
    expect(weak("Math['random']()")).toBe(true);
  });

  it('G1.059 SECURITY.md says how to report a weakness', () => {
    expect(read('SECURITY.md')).toMatch(/^## Reporting\n\nReport a weakness in private/m);
  });

  it('G5.297 SECURITY.md asks for no public issue, and names the private way', () => {
    expect(read('SECURITY.md')).toMatch(/do not open a public issue/);
    expect(read('SECURITY.md')).toMatch(/private security advisory form/);
  });
});
