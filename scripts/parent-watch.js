// `kill` of npm does not reach us: npm passes the signal to its shell, which ends and leaves us
// behind; and a killed npm passes nothing. So whoever npm started looks whether both still live.
import { readFileSync } from 'node:fs';

const LOOK_MS = 500;

/** Calls `end` once when npm, or the shell through which it started us, has ended. */
export function whenStarterEnds(end) {
  // Started otherwise, such as by a shell that is closed later, we are to go on.
  if (process.env.npm_lifecycle_script !== 'node scripts/start.js') return;
  const parent = process.ppid;
  const npm = parentOfShell(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || isAlive(npm))) return;
    clearInterval(timer);
    end();
  }, LOOK_MS);
  timer.unref();
}

/** The process above a shell of npm's; undefined where npm started us itself, or without /proc. */
function parentOfShell(pid) {
  try {
    // proc(5): the name, in brackets, may hold anything; the parent is the second field after it.
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return /^(?:sh|dash|bash|ash|busybox|zsh)$/.test(name) ? Number(rest.split(' ')[1]) : undefined;
  } catch {
    return undefined; // Not Linux: the shell alone is looked at.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
