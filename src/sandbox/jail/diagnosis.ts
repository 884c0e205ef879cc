import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NoJail } from '../launch.ts';

/** What the machine forbids, where there is a reason that a person can read and change. */
export function diagnose(root: string, failure: string): NoJail {
  const read = (path: string) => readSetting(join(root, path));
  const said = failure.trim().split('\n').at(-1)?.slice(0, LINE_CHARACTERS) || 'nothing';
  const found = CAUSES.find(({ is }) => is(read));
  return found === undefined
    ? { why: `a trial of the jail failed: ${said}`, remedy: UNKNOWN }
    : { why: `${found.why} (the trial said: ${said})`, remedy: found.remedy };
}

const LINE_CHARACTERS = 300;

const UNKNOWN =
  'See docs/code.md; `bwrap --unshare-all --ro-bind / / true` shows the same failure.';

type Read = (path: string) => string;

interface Cause extends NoJail {
  is(read: Read): boolean;
}

/** The most certain cause first. */
const CAUSES: readonly Cause[] = [
  {
    is: (read) => read('proc/sys/kernel/unprivileged_userns_clone') === '0',
    why: 'this machine forbids user namespaces to users who are not root',
    remedy: 'Run `sysctl kernel.unprivileged_userns_clone=1`, and keep it in /etc/sysctl.d.',
  },
  {
    is: (read) => read('proc/sys/user/max_user_namespaces') === '0',
    why: 'this machine allows no user namespaces at all',
    remedy: 'Run `sysctl user.max_user_namespaces=10000`, and keep it in /etc/sysctl.d.',
  },
  {
    is: (read) => isFiltered(read) && isConfined(read),
    why: 'this container forbids what the jail is made of, by its seccomp and AppArmor profiles',
    remedy:
      'Start the container with --security-opt seccomp=deploy/seccomp.json and' +
      ' --security-opt apparmor=unconfined; see deploy/README.md.',
  },
  {
    is: isFiltered,
    why: 'this container forbids what the jail is made of, by its seccomp profile',
    remedy:
      'Start the container with --security-opt seccomp=deploy/seccomp.json; see deploy/README.md.',
  },
  {
    is: (read) => read('proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1',
    why: 'AppArmor on this machine takes the rights away that a user namespace has',
    remedy:
      'Install an AppArmor profile that allows userns to bwrap (deploy/README.md has one), or' +
      ' run `sysctl kernel.apparmor_restrict_unprivileged_userns=0`.',
  },
  {
    is: isConfined,
    why: 'an AppArmor profile holds this server and forbids what the jail is made of',
    remedy:
      'Allow userns, mount, umount and pivot_root in its profile; for a container use' +
      ' --security-opt apparmor=unconfined, see deploy/README.md.',
  },
];

/** A filter of system calls is on this very process. */
function isFiltered(read: Read): boolean {
  return /^Seccomp:\s+2$/m.test(read('proc/self/status'));
}

function isConfined(read: Read): boolean {
  return read('proc/self/attr/current').endsWith('(enforce)');
}

/** Empty where the kernel has no such file. */
function readSetting(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/[\n\0]+$/, '');
  } catch {
    return '';
  }
}
