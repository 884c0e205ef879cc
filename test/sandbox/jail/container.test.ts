import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJail } from '../../../src/sandbox/jail/index.ts';
import { architectureOf, compileFilter } from '../../../src/sandbox/jail/seccomp/index.ts';
import { asByDefault, type Profile, policyOf } from './container-profile.ts';
import { genericNumbers, numbersOfX64 } from './kernel-headers.ts';
import { buildProgramsForTest, type Programs } from './programs.ts';

const FILE = fileURLToPath(new URL('../../../deploy/seccomp.json', import.meta.url));
const profile: Profile = JSON.parse(readFileSync(FILE, 'utf8'));
const numbers = numbersOfX64();
const jail = await findJail();
const canTry = !('why' in jail) && process.getuid?.() === 0 && process.arch === 'x64';

/** Of root in a container, as engines give them. */
const CAPABILITIES = `CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP
  NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE`.split(/\s+/);

const NEWER_THAN_SOME_HEADERS = `cachestat fchmodat2 futex_wait futex_wake futex_requeue futex_waitv
  process_mrelease landlock_create_ruleset landlock_add_rule landlock_restrict_self`.split(/\s+/);

interface Answer {
  readonly jail?: { readonly why: string; readonly remedy: string };
  readonly layers?: readonly { readonly name: string; readonly isOn: boolean }[];
  readonly attacks: readonly { readonly attack: string; readonly isStopped: boolean }[];
}

describe('the profile for containers', () => {
  it.skipIf(numbers === undefined)('names only calls that there are, each once', () => {
    const generic = genericNumbers();
    const plain = profile.syscalls.filter(({ args }) => args === undefined);
    const names = plain.flatMap((rule) => rule.names);
    const unknown = names.filter((name) => !numbers?.has(name) && !generic?.has(name));
    expect(unknown.filter((name) => !NEWER_THAN_SOME_HEADERS.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('refuses by default, and what breaks out of containers is not named', () => {
    expect(profile.defaultAction).toBe('SCMP_ACT_ERRNO');
    const names = new Set(policyOf(profile).flatMap(({ calls }) => calls));
    const never = `bpf keyctl add_key request_key ptrace process_vm_readv process_vm_writev setns
      chroot kexec_load init_module finit_module delete_module perf_event_open userfaultfd
      io_uring_setup open_by_handle_at fsopen fsmount move_mount open_tree mount_setattr swapon
      reboot sethostname settimeofday iopl ioperm acct quotactl syslog clone3 umount`;
    expect(never.split(/\s+/).filter((name) => names.has(name))).toEqual([]);
  });

  it('lets namespaces be made only together with a user namespace', () => {
    const clones = profile.syscalls.filter(({ names }) => names.includes('clone'));
    expect(clones.map(({ args }) => args?.[0])).toEqual([
      { index: 0, value: 0x7e02_0000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' },
      { index: 0, value: 0x1000_0000, valueTwo: 0x1000_0000, op: 'SCMP_CMP_MASKED_EQ' },
    ]);
  });
});

describe.skipIf(!canTry || numbers === undefined)('a server in a container', () => {
  let programs: Programs;
  let main = '';
  beforeAll(async () => {
    programs = await buildProgramsForTest();
    main = join(programs.folder, 'container.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('container-program.ts', import.meta.url))],
      outfile: main,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
    });
  });
  afterAll(() => programs.remove());

  /** Stands in for an engine: root with few capabilities, a sealed /proc/sys, and the profile. */
  function inContainer(of: Profile): Answer {
    const architecture = architectureOf('x64');
    if (architecture === undefined || numbers === undefined) throw new Error('not here');
    const all = { ...architecture, numbers: Object.fromEntries(numbers) };
    const file = join(programs.folder, 'profile.bpf');
    writeFileSync(file, compileFilter(policyOf(of), all));
    const descriptor = openSync(file, 'r');
    const { stdout, stderr } = spawnSync(
      'bwrap',
      [
        ...['--dev-bind', '/', '/', '--ro-bind', '/proc/sys', '/proc/sys', '--die-with-parent'],
        ...CAPABILITIES.flatMap((name) => ['--cap-add', `CAP_${name}`]),
        ...['--seccomp', '3', '--', process.execPath, main, programs.folder],
      ],
      { stdio: ['ignore', 'pipe', 'pipe', descriptor], encoding: 'utf8' },
    );
    closeSync(descriptor);
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  it('finds the jail with our profile, and the jail holds', () => {
    const { jail: absent, layers, attacks } = inContainer(profile);
    expect(absent).toBeUndefined();
    expect(attacks.length).toBeGreaterThan(18);
    expect(attacks.filter(({ isStopped }) => !isStopped)).toEqual([]);
    const off = layers?.filter(({ isOn }) => !isOn).map(({ name }) => name);
    expect(off).toContain('no further user namespaces');
    expect(off).not.toContain('system call filter');
  });

  it('finds none with the profile of engines, and tells how to get ours', () => {
    const { jail: absent } = inContainer(asByDefault(profile));
    expect(absent?.why).toContain('this container forbids what the jail is made of');
    expect(absent?.remedy).toContain('seccomp=deploy/seccomp.json');
  });
});
