import { describe, expect, it } from 'vitest';
import { type Layout, planLaunch, type Tools } from '../../../src/sandbox/jail/arguments.ts';
import type { Program } from '../../../src/sandbox/launch.ts';

const TOOLS: Tools = {
  bwrap: '/usr/bin/bwrap',
  prlimit: '/usr/bin/prlimit',
  canDisableUserNamespaces: true,
};
const PROGRAM: Program = {
  name: 'javascript',
  interpreter: '/usr/bin/node',
  args: ['--flag', '/app/main.mjs'],
  files: [
    { host: '/srv/main.mjs', inside: '/app/main.mjs' },
    { content: Buffer.from('x'), inside: '/app/x' },
  ],
  environment: { SEED: '0' },
  reads: [],
  addressBytes: 1_000,
};
const LAYOUT: Layout = {
  reads: { links: [{ path: '/lib', target: 'usr/lib' }], mounts: ['/opt/node', '/usr/lib/x.so'] },
  sheltered: [],
  groups: 0,
};
const plan = (tools: Partial<Tools> = {}, layout: Partial<Layout> = {}) => {
  const { command, args, ...rest } = planLaunch({ ...TOOLS, ...tools }, PROGRAM, {
    ...LAYOUT,
    ...layout,
  });
  return { line: [command, ...args].join(' '), ...rest };
};

describe('the command of a jailed process', () => {
  it('unshares everything, drops everything, clears everything and seals the root', () => {
    expect(plan().line).toBe(
      '/usr/bin/prlimit --as=1000 --core=0 --nofile=67 --fsize=16777216 --memlock=0 -- ' +
        '/usr/bin/bwrap --unshare-all --unshare-user --disable-userns --new-session' +
        ' --die-with-parent --as-pid-1 --cap-drop ALL --clearenv --setenv TZ UTC --setenv SEED 0' +
        ' --chdir / --ro-bind /opt/node /opt/node --ro-bind /usr/lib/x.so /usr/lib/x.so' +
        ' --dir / --symlink usr/lib /lib --ro-bind-data 4 /app/main.mjs --ro-bind-data 5 /app/x' +
        ' --remount-ro / --seccomp 3 -- /usr/bin/node --flag /app/main.mjs',
    );
    expect(plan().descriptors).toEqual([
      { kind: 'filter' },
      { kind: 'content', inside: '/app/main.mjs', index: 0 },
      { kind: 'content', inside: '/app/x', index: 1 },
    ]);
  });

  it('becomes nobody before anything of the jail where the server is root', () => {
    const { line } = plan({ setpriv: '/usr/bin/setpriv' });
    expect(line).toMatch(
      /^\/usr\/bin\/setpriv --reuid=65534 --regid=65534 --clear-groups -- \/usr\/bin\/prlimit /,
    );
    expect(line).toContain(' --nproc=4096 ');
  });

  it('enters control groups before it becomes nobody', () => {
    const { line, descriptors } = plan(
      { setpriv: '/usr/bin/setpriv', shell: '/bin/sh' },
      { groups: 2 },
    );
    const enter =
      '{ echo 1000 > /proc/self/oom_score_adj; } 2>&-; ' +
      'echo 0 >&3 && exec 3>&- && echo 0 >&4 && exec 4>&- && exec "$@"';
    expect(line.startsWith(`/bin/sh -c ${enter} jail /usr/bin/setpriv`)).toBe(true);
    expect(descriptors.map(({ kind }) => kind)).toEqual([
      'group',
      'group',
      'filter',
      'content',
      'content',
    ]);
    expect(line).toContain('--ro-bind-data 6 /app/main.mjs');
    expect(line).toContain('--seccomp 5 ');
  });

  it('offers itself to a kernel that is short of memory, also without control groups', () => {
    expect(plan({ shell: '/bin/sh' }).line).toMatch(
      /^\/bin\/sh -c \{ echo 1000 > \/proc\/self\/oom_score_adj; \} 2>&-; exec "\$@" jail \/usr/,
    );
  });

  it('puts what cannot be reached where it can, in mounts of the one process', () => {
    const shelter = { unshare: '/u', shell: '/s', mount: '/m', mkdir: '/k' };
    const sheltered = [
      { path: '/opt/node', isFolder: false, reachable: '/mnt/0' },
      { path: '/usr/lib/x.so', isFolder: true, reachable: '/mnt/1' },
    ];
    const { line } = plan({ setpriv: '/usr/bin/setpriv', shelter }, { sheltered });
    expect(line).toMatch(/^\/u --mount --propagation private -- \/s -c /);
    expect(line).toContain(
      '/m -t tmpfs -o mode=755,size=64k none /mnt && : > /mnt/0 && /m --bind "$1" /mnt/0 && shift' +
        ' && /k /mnt/1 && /m --bind "$1" /mnt/1 && shift && exec "$@" jail /opt/node' +
        ' /usr/lib/x.so /usr/bin/setpriv --reuid=65534',
    );
    expect(line).toContain('--ro-bind /mnt/0 /opt/node --ro-bind /mnt/1 /usr/lib/x.so ');
  });

  it('leaves user namespaces to the filter where bwrap cannot turn them off', () => {
    expect(plan({ canDisableUserNamespaces: false }).line).not.toContain('--disable-userns');
  });

  it('mounts no /proc, /dev or /tmp and nothing to write', () => {
    const { line } = plan();
    expect(line).not.toMatch(/--(?:proc|dev|tmpfs|bind|dev-bind|file|bind-data|share-net) /);
  });
});
