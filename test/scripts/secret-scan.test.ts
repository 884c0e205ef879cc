import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ALLOW_MARKER, findSecrets } from '../../scripts/secret-scan.js';

// Each is put together here, so that this file holds no secret itself.
const RANDOM = 'q7Zr2LkX9vB4nTfW8sYc3HdJ6mPgA5eU';
const PLANTED: Readonly<Record<string, string>> = {
  'private key': `-----BEGIN ${'RSA PRIVATE'} KEY-----`,
  'AWS access key': `key = "${'AKIA'}IOSFODNN7ABCDEFG"`,
  'GitHub token': `${'ghp'}_${RANDOM}abcd1234`,
  'GitLab token': `${'glpat'}-${RANDOM}`,
  'Slack token': `${'xoxb'}-123456789012-${RANDOM}`,
  'Slack webhook': `https://${'hooks.slack.com'}/services/T000/B000/${RANDOM}`,
  'model provider key': `OPENAI=${'sk'}-proj-${RANDOM}${RANDOM}`,
  'Google API key': `${'AIza'}SyA-${RANDOM}xyz`,
  'Stripe key': `${'sk_live'}_${RANDOM}`,
  'npm token': `${'npm'}_${RANDOM}abcd`,
  'registry login': `//registry.example/:${'_auth'}Token=${RANDOM}`,
  'JSON web token': `${'eyJ'}hbGciOiJIUzI1NiJ9.${'eyJ'}zdWIiOiIxMjM0In0.${RANDOM}`,
  'password in a URL': `postgres://ada:${RANDOM}@db.internal/flows`,
  'assigned secret': `const clientSecret = '${RANDOM}';`,
};

describe('findSecrets', () => {
  it.each(Object.entries(PLANTED))('finds a %s', (rule, line) => {
    const found = findSecrets({ path: 'a.txt', text: `first\n${line}\n` });
    expect(found).toEqual([{ path: 'a.txt', line: 2, rule }]);
  });

  it.each(Object.values(PLANTED))(
    'leaves %s alone where a test says that it is made up',
    (line) => {
      expect(findSecrets({ path: 'a', text: `${line} // ${ALLOW_MARKER}` })).toEqual([]);
      expect(findSecrets({ path: 'a', text: `// ${ALLOW_MARKER}\n${line}` })).toEqual([]);
      expect(findSecrets({ path: 'a', text: `// ${ALLOW_MARKER}\n\n${line}` })).toHaveLength(1);
    },
  );

  it.each([
    'const token = readTokenFromTheEnvironmentOfTheProcess();',
    "password: 'your-password-goes-here-please'",
    'postgres://user:password@localhost/db',
    '"integrity": "sha512-q7Zr2LkX9vB4nTfW8sYc3HdJ6mPgA5eUq7Zr2LkX9vB4nTfW8sYc3HdJ6mPgA5eU=="',
    'secrets: [GITHUB_TOKEN, HOOK_SECRET]',
    'TEMPLATE_TOKEN_LIMITS = { textBytes: 262144 }',
    'sk-short',
  ])('leaves %s alone', (line) => {
    expect(findSecrets({ path: 'a', text: line })).toEqual([]);
  });

  it('is done quickly with a line that is one long word', () => {
    expect(findSecrets({ path: 'a', text: `token=${'a1'.repeat(9_000)}` })).toEqual([]);
    expect(findSecrets({ path: 'a', text: 'x'.repeat(5_000_000) })).toEqual([]);
  });
});

describe('the pre-commit hook', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-hook-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Git in a repository of its own, with none of the settings of whoever runs the tests. */
  function git(...words: string[]) {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    };
    return spawnSync('git', words, { cwd: folder, env, encoding: 'utf8' });
  }

  it('refuses a commit that holds a secret, by its staged content, and lets others pass', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    cpSync(join(root, '.githooks'), join(folder, '.githooks'), { recursive: true });
    mkdirSync(join(folder, 'docs'));
    git('init', '--quiet');
    git('config', 'core.hooksPath', '.githooks');
    const file = join(folder, 'docs', 'nötes 1.md');

    writeFileSync(file, `the key is ${PLANTED['GitHub token']}\n`);
    git('add', 'docs');
    writeFileSync(file, 'the working tree is clean again\n');
    const refused = git('commit', '--message', 'notes');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('docs/nötes 1.md:1: looks like a GitHub token');
    expect(refused.stderr).not.toContain(RANDOM);

    git('add', 'docs');
    const accepted = git('commit', '--message', 'notes');
    expect(accepted.stderr).toBe('');
    expect(accepted.status).toBe(0);
  });
});
