import { describe, expect, it } from 'vitest';
import {
  architectureOf,
  compileFilter,
  pythonFilters,
} from '../../../src/sandbox/jail/seccomp/index.ts';
import {
  JAVASCRIPT_POLICY,
  PYTHON_CHILD_POLICY,
  PYTHON_CHILD_READING_POLICY,
  PYTHON_SERVER_POLICY,
} from '../../../src/sandbox/jail/seccomp/policies.ts';
import { SYSTEM_CALLS } from '../../../src/sandbox/jail/seccomp/system-calls.ts';
import { runFilter } from './berkeley-filter.ts';
import { genericNumbers, numbersOfX64 } from './kernel-headers.ts';

const x64 = numbersOfX64();
const generic = genericNumbers();
const ALLOWED = 0x7fff_0000;

const POLICIES = {
  javascript: JAVASCRIPT_POLICY,
  server: PYTHON_SERVER_POLICY,
  child: PYTHON_CHILD_POLICY,
  reading: PYTHON_CHILD_READING_POLICY,
};

/** What no code and no server of code may ever ask for. */
const NEVER =
  `socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvmsg creat mkdir
  mkdirat unlink unlinkat rename renameat2 link symlink chmod fchmod chown truncate ftruncate mknod
  mknodat mount umount2 pivot_root chroot unshare setns ptrace process_vm_readv process_vm_writev
  keyctl add_key request_key bpf perf_event_open userfaultfd memfd_create io_uring_setup clone3
  init_module kexec_load setuid setgid setgroups capset personality shmget shmat msgget semget
  mq_open tkill rt_sigqueueinfo rt_tgsigqueueinfo sched_setaffinity sched_setscheduler setpriority
  open_by_handle_at name_to_handle_at fsopen move_mount open_tree pidfd_getfd kcmp modify_ldt iopl
  ioperm acct reboot swapon settimeofday sethostname quotactl vmsplice sendfile copy_file_range
  landlock_create_ruleset openat2 execveat memfd_secret pkey_mprotect remap_file_pages`.split(
    /\s+/,
  );

function isAllowed(
  policy: keyof typeof POLICIES,
  call: string,
  given: readonly bigint[] = [],
): boolean {
  const architecture = architectureOf('x64');
  const number = x64?.get(call);
  if (architecture === undefined || number === undefined) throw new Error(`no call ${call}`);
  const filter = compileFilter(POLICIES[policy], architecture);
  return runFilter(filter, { audit: architecture.audit, number, arguments: given }) === ALLOWED;
}

describe('the table of system calls', () => {
  it.skipIf(x64 === undefined)('has the numbers of the kernel on x64', () => {
    for (const [name, [number]] of Object.entries(SYSTEM_CALLS)) {
      expect([name, x64?.get(name) ?? null]).toEqual([name, number]);
    }
  });

  it.skipIf(generic === undefined)('has the numbers of the kernel on arm64', () => {
    const renamed = new Map([['newfstatat', 'fstatat']]);
    for (const [name, [, number]] of Object.entries(SYSTEM_CALLS)) {
      const found = generic?.get(name) ?? generic?.get(renamed.get(name) ?? '') ?? null;
      expect([name, found]).toEqual([name, number]);
    }
  });

  it('holds no call that no policy names', () => {
    const named = new Set(
      Object.values(POLICIES)
        .flat()
        .flatMap(({ calls }) => calls),
    );
    expect(Object.keys(SYSTEM_CALLS).filter((name) => !named.has(name))).toEqual([]);
  });
});

describe.skipIf(x64 === undefined)('the policies', () => {
  it.each(Object.keys(POLICIES))('let %s do none of what reaches out', (name) => {
    const policy = name as keyof typeof POLICIES;
    expect(NEVER.filter((call) => x64?.has(call) && isAllowed(policy, call))).toEqual([]);
  });

  it('let nobody open a file to write it', () => {
    for (const policy of ['javascript', 'server', 'reading'] as const) {
      const tried = [0o1, 0o2, 0o3, 0o100, 0o1000, 0o101, 0o20200002].map(BigInt);
      expect(tried.filter((flags) => isAllowed(policy, 'openat', [0n, 0n, flags]))).toEqual([]);
      expect(tried.filter((flags) => isAllowed(policy, 'open', [0n, flags]))).toEqual([]);
      expect(isAllowed(policy, 'openat', [0n, 0n, 0o2000000n])).toBe(true);
    }
    expect(isAllowed('child', 'openat')).toBe(false);
    expect(isAllowed('child', 'open')).toBe(false);
    expect(isAllowed('child', 'newfstatat')).toBe(false);
  });

  it('give threads to code and processes to the server alone, and namespaces to nobody', () => {
    const fork = [17n];
    const thread = [0x3d_0f00n];
    expect(isAllowed('server', 'clone', fork)).toBe(true);
    for (const policy of ['javascript', 'child', 'reading'] as const) {
      expect(isAllowed(policy, 'clone', thread)).toBe(true);
      expect(isAllowed(policy, 'clone', fork)).toBe(false);
      expect(isAllowed(policy, 'fork')).toBe(false);
      expect(isAllowed(policy, 'vfork')).toBe(false);
      expect(isAllowed(policy, 'kill')).toBe(false);
    }
    for (const policy of Object.keys(POLICIES) as (keyof typeof POLICIES)[]) {
      for (const bit of [17, 25, 26, 27, 28, 29, 30]) {
        const flags = BigInt(2 ** bit);
        expect(isAllowed(policy, 'clone', [flags + 17n])).toBe(false);
        expect(isAllowed(policy, 'clone', [flags + 0x1_0000n])).toBe(false);
      }
    }
  });

  it('let Python code make no code from data', () => {
    for (const policy of ['child', 'reading'] as const) {
      expect(isAllowed(policy, 'mmap', [0n, 4096n, 3n, 0x22n])).toBe(true);
      expect(isAllowed(policy, 'mmap', [0n, 4096n, 7n, 0x22n])).toBe(false);
      expect(isAllowed(policy, 'mmap', [0n, 4096n, 5n, 0x22n])).toBe(false);
      expect(isAllowed(policy, 'mmap', [0n, 4096n, 7n, 0x2n])).toBe(false);
      expect(isAllowed(policy, 'mprotect', [0n, 4096n, 5n])).toBe(false);
      expect(isAllowed(policy, 'mprotect', [0n, 4096n, 1n])).toBe(true);
    }
    // A library that is loaded late is a file.
    expect(isAllowed('reading', 'mmap', [0n, 4096n, 5n, 0x802n])).toBe(true);
    expect(isAllowed('child', 'mmap', [0n, 4096n, 5n, 0x802n])).toBe(false);
  });

  it('let nobody change the limits of another process', () => {
    for (const policy of Object.keys(POLICIES) as (keyof typeof POLICIES)[]) {
      expect(isAllowed(policy, 'prlimit64', [0n])).toBe(true);
      expect(isAllowed(policy, 'prlimit64', [1n])).toBe(false);
    }
  });

  it('let nobody type into a terminal or take signals of a descriptor', () => {
    for (const policy of Object.keys(POLICIES) as (keyof typeof POLICIES)[]) {
      expect(isAllowed(policy, 'ioctl', [0n, 0x5412n])).toBe(false);
      expect(isAllowed(policy, 'fcntl', [0n, 8n])).toBe(false);
      expect(isAllowed(policy, 'fcntl', [0n, 1031n])).toBe(false);
    }
  });

  it('let nobody ask more of a socket than what it is', () => {
    for (const policy of ['javascript', 'server'] as const) {
      const options = Array.from({ length: 90 }, (_, option) => BigInt(option));
      const asked = options.filter((option) => isAllowed(policy, 'getsockopt', [0n, 1n, option]));
      expect(asked).toEqual([3n, 4n, 30n]);
      // Of IP and of TCP: a program of the kernel's own reads these tables.
      for (const level of [0n, 6n, 41n]) {
        expect(isAllowed(policy, 'getsockopt', [0n, level, 4n])).toBe(false);
      }
    }
    for (const policy of ['child', 'reading'] as const) {
      expect(isAllowed(policy, 'getsockopt', [0n, 1n, 3n])).toBe(false);
    }
  });

  it.each(Object.keys(POLICIES))('let %s use the plain half of what has two halves', (name) => {
    const policy = name as keyof typeof POLICIES;
    const allowed = (call: string, argument: number, most: number) => {
      const values = Array.from({ length: most }, (_, value) => value);
      const given = (value: number) => [...Array(argument).fill(0n), BigInt(value)];
      return values.filter((value) => isAllowed(policy, call, given(value)));
    };
    // Locks: none that lends its priority, with whatever flags.
    expect(allowed('futex', 1, 128)).toEqual([0, 1, 3, 4, 5, 9, 10]);
    for (const flags of [128n, 256n, 384n]) {
      expect(isAllowed(policy, 'futex', [0n, 9n | flags])).toBe(true);
      expect(isAllowed(policy, 'futex', [0n, 6n | flags])).toBe(false);
      expect(isAllowed(policy, 'futex', [0n, 13n | flags])).toBe(false);
    }
    expect(isAllowed(policy, 'futex', [0n, 0x1001n])).toBe(false);
    expect(allowed('membarrier', 0, 1024)).toEqual([0, 8, 16, 32, 64]);
    // MADV_MERGEABLE, MADV_REMOVE, MADV_POPULATE_WRITE, MADV_HWPOISON.
    const advice = allowed('madvise', 2, 200);
    expect(advice).toContain(4);
    for (const value of [9, 12, 22, 23, 25, 100]) expect(advice).not.toContain(value);
    if (policy !== 'javascript') expect(allowed('setitimer', 0, 8)).toEqual([0]);
  });

  it('let nobody make packets or signals of a pipe, and Python code not even wait less', () => {
    const [READ_WRITE, WITHOUT_WAITING, LARGE_FILE] = [2n, 0o4000n, 0o100000n];
    for (const policy of ['javascript', 'server'] as const) {
      const flags = READ_WRITE | WITHOUT_WAITING | LARGE_FILE;
      expect(isAllowed(policy, 'fcntl', [0n, 4n, flags])).toBe(true);
      for (const refused of [0o20000n, 0o40000n, 0o200000n]) {
        expect(isAllowed(policy, 'fcntl', [0n, 4n, flags | refused])).toBe(false);
      }
    }
    for (const policy of ['child', 'reading'] as const) {
      expect(isAllowed(policy, 'fcntl', [0n, 3n])).toBe(true);
      expect(isAllowed(policy, 'fcntl', [0n, 4n, WITHOUT_WAITING])).toBe(false);
      expect(isAllowed(policy, 'fcntl', [0n, 1030n])).toBe(false);
    }
  });

  it('let locked code load no other filter and lift no lock', () => {
    for (const policy of ['javascript', 'child', 'reading'] as const) {
      const options = [1, 4, 8, 22, 24, 28, 38, 47, 0x59616d61].map(BigInt);
      expect(options.filter((option) => isAllowed(policy, 'prctl', [option]))).toEqual([]);
      expect(isAllowed(policy, 'seccomp')).toBe(false);
    }
  });
});

it('the filters of Python children exist for both architectures', () => {
  for (const name of ['x64', 'arm64']) {
    const { child, childReading } = pythonFilters(name);
    expect(child.length % 8).toBe(0);
    expect(childReading.length).toBeGreaterThan(child.length);
  }
  expect(() => pythonFilters('mips')).toThrow();
});
