// A clone holds everything that the working tree needs, and runs what it must.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OURS = ['src', 'test', 'examples', 'docs', 'scripts', 'bench', 'bin', '.ci', '.githooks'];

describe('the repository', () => {
  // A pattern `data/` without a slash before it once kept a whole family of nodes out of git.
  it.skipIf(!existsSync(`${ROOT}.git`))('ignores no file of ours', () => {
    // But for what an example writes when it is run, and what the benchmarks compare with.
    const words = [
      'ls-files',
      '--others',
      '--ignored',
      '--exclude-standard',
      '--',
      ...OURS,
      ':(exclude)examples/*/out',
      ':(exclude)bench/peers/node_modules',
    ];
    expect(execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' })).toBe('');
  });

  it('says the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    expect(readFileSync(`${ROOT}src/main.ts`, 'utf8')).toContain(`const VERSION = '${version}';`);
  });

  it.each(['.ci/run', '.githooks/pre-commit', 'bin/sluice.js'])('%s can be executed', (path) => {
    expect(statSync(ROOT + path).mode & 0o111).toBe(0o111);
  });
});
