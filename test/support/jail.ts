import { spawnSync } from 'node:child_process';

/**
 * Whether this machine has what a jail needs; tests of Python are skipped where it has not. A jail
 * that is there and fails its self-test skips nothing: those tests then fail.
 */
export function hasJail(): boolean {
  const words = ['--unshare-all', '--ro-bind', '/', '/', '/bin/true'];
  return works('bwrap', words) && works('/usr/bin/python3', ['--version']);
}

/** Whether Debian's tables and numbers for Python are there. */
export function hasPandas(): boolean {
  return hasJail() && works('/usr/bin/python3', ['-c', 'import numpy, pandas']);
}

function works(command: string, words: readonly string[]): boolean {
  const { status } = spawnSync(command, words, { stdio: 'ignore' });
  return status === 0;
}
