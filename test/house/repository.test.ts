// A clone holds everything that the working tree needs, and runs what it must.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
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

  it.each(['.ci/run', '.githooks/pre-commit', 'bin/sluice.js'])('%s can be executed', (path) => {
    expect(statSync(ROOT + path).mode & 0o111).toBe(0o111);
  });
});
