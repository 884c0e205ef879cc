import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { deniedBy } from './paths-denied.ts';
import { advance, compileGlob, globMatches, startOf } from './paths-glob.ts';

const matches = (pattern: string, path: string) => globMatches(compileGlob(pattern), path);

describe('compileGlob', () => {
  it.each([
    ['*.csv', 'a.csv'],
    ['*', 'anything'],
    ['a?c', 'abc'],
    ['a?c', 'a\u{1f600}c'],
    ['[a-c]1', 'b1'],
    ['[!a-c]1', 'd1'],
    ['[^a]', 'b'],
    ['[]]', ']'],
    ['[*]', '*'],
    ['[a-]', '-'],
    ['[', '['],
    ['a[b', 'a[b'],
    ['{a,b}.{c,d}', 'b.c'],
    ['{a,{b,c}}', 'c'],
    ['x{,y}', 'x'],
    ['{a}', '{a}'],
    ['{a', '{a'],
    ['data/{2023,2024/q1}/*.csv', 'data/2024/q1/x.csv'],
    ['**/*.csv', 'a.csv'],
    ['**/*.csv', 'a/b/c.csv'],
    ['a/**', 'a/b/c'],
    ['a/**/z', 'a/z'],
    ['a/**/z', 'a/b/c/z'],
    ['**/**/a', 'a'],
    ['./a//b', 'a/b'],
    ['*a*b*', 'xxaxxbxx'],
  ])('%s matches %s', (pattern, path) => {
    expect(matches(pattern, path)).toBe(true);
  });

  it.each([
    ['*.csv', 'a/b.csv'],
    ['*.csv', 'a.csv.bak'],
    ['*.csv', 'A.CSV'],
    ['a?c', 'ac'],
    ['a?c', 'a/c'],
    ['[a-c]1', 'd1'],
    ['[!a]', 'a'],
    ['a.c', 'abc'],
    ['a+', 'aa'],
    ['(a|b)', 'a'],
    ['{a,b}', '{a,b}'],
    ['a/**', 'a'],
    ['a/**/z', 'b/z'],
  ])('%s does not match %s', (pattern, path) => {
    expect(matches(pattern, path)).toBe(false);
  });

  it('hides names with a leading dot unless the pattern writes the dot', () => {
    const shows = (pattern: string, name: string) => {
      const segments = compileGlob(pattern).alternatives[0] ?? [];
      return advance(segments, startOf(segments), name, true).matched;
    };
    expect(shows('*', '.hidden')).toBe(false);
    expect(shows('?hidden', '.hidden')).toBe(false);
    expect(shows('[.]hidden', '.hidden')).toBe(false);
    expect(shows('**/*', '.hidden')).toBe(false);
    expect(shows('.*', '.hidden')).toBe(true);
    expect(shows('.hidden', '.hidden')).toBe(true);
  });

  it('refuses brace bombs and endless patterns', () => {
    const codeOf = (pattern: string) => {
      try {
        compileGlob(pattern);
      } catch (error) {
        return error instanceof AppError ? error.code : String(error);
      }
      return 'none';
    };
    expect(codeOf('{a,b}'.repeat(20))).toBe('PATH_REFUSED');
    expect(codeOf(`{${'{a,b},'.repeat(100)}}`)).toBe('PATH_REFUSED');
    expect(codeOf('a'.repeat(2_000))).toBe('PATH_REFUSED');
    expect(codeOf('{'.repeat(1_000))).toBe('none');
  });

  it('matches in bounded time what ruins a backtracking matcher', () => {
    expect(matches(`${'*a'.repeat(500)}b`, 'a'.repeat(255))).toBe(false);
    expect(matches('**/'.repeat(300), Array(30).fill('a').join('/'))).toBe(true);
    expect(matches(`${'**/a/'.repeat(200)}b`, Array(200).fill('a').join('/'))).toBe(false);
  });

  it('agrees with the plain meaning of * and ? (property)', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 });
    const name = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 });
    const plain = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === '';
      const rest = pattern.slice(1);
      if (pattern[0] === '*') {
        return plain(rest, text) || (text !== '' && plain(pattern, text.slice(1)));
      }
      if (text === '') return false;
      return (pattern[0] === '?' || pattern[0] === text[0]) && plain(rest, text.slice(1));
    };
    fc.assert(
      fc.property(letters, name, (pattern, text) => {
        const [glob, path] = [pattern.join(''), text.join('')];
        // Two stars alone are folders, which the plain meaning does not know.
        fc.pre(glob !== '' && glob !== '**');
        expect(matches(glob, path)).toBe(plain(glob, path));
      }),
    );
  });
});

describe('deniedBy', () => {
  const isDenied = deniedBy(['*.pem', '*password*', '*.env', '.env*', '/private/**']);

  it('denies what no setting opens', () => {
    const never = deniedBy([]);
    expect(never('a/.GIT/hooks/pre-commit')).toBe(true);
    expect(never('server.key')).toBe(true);
    expect(never('cert.pem')).toBe(false);
  });

  it.each([
    'server.key',
    'SERVER.KEY',
    'a/b/cert.Pem',
    'passwords.txt',
    'MyPassword.csv',
    '.env',
    '.ENV',
    'app/.env.production',
    'prod.env',
    '.git',
    '.git/config',
    'sub/.git/hooks/pre-commit',
    '.ssh/known_hosts',
    'id_rsa',
    'private/a',
    'deep/private/b/c',
    'id_ed25519.pub',
    'home/.aws/credentials',
  ])('denies %s', (path) => {
    expect(isDenied(path)).toBe(true);
  });

  it.each(['data.csv', 'keys.json', 'monkey', 'environment.txt', 'git/config', 'a.pem.txt'])(
    'does not deny %s',
    (path) => {
      expect(isDenied(path)).toBe(false);
    },
  );
});
