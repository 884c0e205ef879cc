import type { Condition, Policy, Rule } from './policy.ts';
import type { SystemCall } from './system-calls.ts';

function allow(...calls: readonly SystemCall[]): Rule {
  return { calls };
}

function allowWhen(calls: readonly SystemCall[], ...when: readonly Condition[]): Rule {
  return { calls, when };
}

/** PROT_WRITE and PROT_EXEC of linux/mman.h, MAP_ANONYMOUS. */
const WRITE = 2;
const EXECUTE = 4;
const ANONYMOUS = 0x20;

/** O_ACCMODE, O_CREAT and O_TRUNC: with none of them set, nothing is written. */
const OPEN_TO_WRITE = 0o3 | 0o100 | 0o1000;
const CLONE_THREAD = 0x1_0000;
/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET. */
const CLONE_NAMESPACES = 0x7e02_0000;

/** F_GETFD, F_SETFD and F_GETFL; no owner of signals, no leases, no size of pipes. */
const DESCRIPTOR_COMMANDS = [1, 2, 3];
const DUPLICATE_CLOSING = 1030;
const SET_FLAGS = 4;
/** O_ASYNC, and O_DIRECT of both architectures: signals, and pipes of packets. */
const FLAGS_NOT_SET = 0x2000 | 0x4000 | 0x1_0000;
/**
 * FUTEX_WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET and WAKE_BITSET; none that lends its
 * priority. All bits count but FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME.
 */
const LOCK_OPERATIONS = [0, 1, 3, 4, 5, 9, 10];
const LOCK_OPERATION = 0xffff_fe7f;
/** The wall clock's; those of CPU time are the limits' own. */
const REAL_TIMER = 0;
/** Asking, and barriers for this process alone, also of code; no other process is held up. */
const OWN_BARRIERS = [0, 8, 16, 32, 64];
/**
 * NORMAL to DONTNEED, FREE, DONTFORK, DOFORK, HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP and guards of
 * stacks; nothing merges pages with other processes, and nothing fills memory by itself.
 */
const MEMORY_ADVICE = [0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 102, 103];
const SOCKET_LEVEL = 1;
/** SO_TYPE, SO_ERROR and SO_ACCEPTCONN. */
const SOCKET_OPTIONS = [3, 4, 30];
/** TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: nothing types into a terminal. */
const DEVICE_COMMANDS = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];
/** PR_SET_NAME, PR_GET_NAME and PR_SET_VMA, which names memory. */
const NAMING = [15, 16, 0x5356_4d41];
/** PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_SECCOMP and PR_SET_NO_NEW_PRIVS. */
const LOCKING = [1, 3, 4, 22, 38];
/** ARCH_SET_FS, and the question for shadow stacks that some loaders ask. */
const THREAD_POINTER = [0x1002, 0x3001];

/** Computing, waiting, and the two or three pipes that are open. */
const COMPUTING: Policy = [
  allow('read', 'readv', 'write', 'writev', 'close', 'fstat', 'lseek'),
  allow('munmap', 'mremap', 'brk'),
  allowWhen(['madvise'], { argument: 2, is: MEMORY_ADVICE }),
  allowWhen(['membarrier'], { argument: 0, is: OWN_BARRIERS }),
  allowWhen(['futex'], { argument: 1, mask: LOCK_OPERATION, is: LOCK_OPERATIONS }),
  allow('set_robust_list', 'rseq', 'sched_yield', 'sched_getaffinity', 'getcpu'),
  allow('rt_sigaction', 'rt_sigprocmask', 'rt_sigreturn', 'sigaltstack', 'restart_syscall'),
  allow('clock_gettime', 'clock_getres', 'clock_nanosleep', 'nanosleep', 'gettimeofday', 'time'),
  allow('getpid', 'getppid', 'gettid', 'getuid', 'geteuid', 'getgid', 'getegid'),
  allow('getrusage', 'times', 'getrandom', 'uname', 'exit', 'exit_group'),
  allowWhen(['fcntl'], { argument: 1, is: DESCRIPTOR_COMMANDS }),
  allowWhen(['ioctl'], { argument: 1, is: DEVICE_COMMANDS }),
  allowWhen(['prctl'], { argument: 0, is: NAMING }),
  // A process's own limits, 0 being itself; those of others are out of reach.
  allowWhen(['prlimit64'], { argument: 0, is: [0] }),
  allow('getrlimit'),
];

const ONE_MORE_THREAD: Policy = [
  allowWhen(['clone'], { argument: 0, mask: CLONE_THREAD | CLONE_NAMESPACES, is: [CLONE_THREAD] }),
];

/** Looking at files and opening them to read. */
const READING: Policy = [
  allowWhen(['openat'], { argument: 2, mask: OPEN_TO_WRITE, is: [0] }),
  allowWhen(['open'], { argument: 1, mask: OPEN_TO_WRITE, is: [0] }),
  allow('stat', 'lstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2'),
  allow('readlink', 'readlinkat', 'getdents64', 'getcwd', 'pread64'),
];

/** What a program and the C library do before the first line of it runs. */
const STARTING: Policy = [
  allow('execve', 'set_tid_address', 'close_range', 'sysinfo', 'capget'),
  allow('getresuid', 'getresgid'),
  allowWhen(['arch_prctl'], { argument: 0, is: THREAD_POINTER }),
];

const WAITING: Policy = [
  allow('poll', 'ppoll', 'select', 'pselect6', 'epoll_create1', 'epoll_ctl', 'epoll_wait'),
  allow('epoll_pwait', 'eventfd2', 'pipe', 'pipe2', 'dup', 'dup2', 'dup3'),
  // The three pipes to the server are sockets where Node made them; none can be opened here.
  allow('getsockname', 'getpeername', 'shutdown'),
  allowWhen(
    ['getsockopt'],
    { argument: 1, is: [SOCKET_LEVEL] },
    { argument: 2, is: SOCKET_OPTIONS },
  ),
  allowWhen(['fcntl'], { argument: 1, is: [DUPLICATE_CLOSING] }),
  allowWhen(
    ['fcntl'],
    { argument: 1, is: [SET_FLAGS] },
    { argument: 2, mask: FLAGS_NOT_SET, is: [0] },
  ),
];

/**
 * Node, for its whole life: memory that may be executed, as V8 compiles, and threads; no second
 * process, no socket, no signal to anyone, no file to write. `execve` is here because the filter is
 * loaded before bwrap starts Node; all that there is to execute is Node again, in the same jail.
 */
export const JAVASCRIPT_POLICY: Policy = [
  ...COMPUTING,
  ...ONE_MORE_THREAD,
  ...READING,
  ...STARTING,
  ...WAITING,
  allow('mmap', 'mprotect'),
  // Of its own threads only: it is process 1.
  allowWhen(['tgkill'], { argument: 0, is: [1] }),
];

/** The server that forks Python children, passes bytes on and kills them; no socket, no file. */
export const PYTHON_SERVER_POLICY: Policy = [
  ...COMPUTING,
  ...READING,
  ...STARTING,
  ...WAITING,
  allow('mmap', 'mprotect', 'fork', 'vfork', 'wait4', 'waitid', 'kill', 'tgkill'),
  allow('pidfd_open', 'pidfd_send_signal', 'splice', 'seccomp'),
  allowWhen(['setitimer', 'getitimer'], { argument: 0, is: [REAL_TIMER] }),
  allow('setrlimit'),
  allowWhen(['prctl'], { argument: 0, is: LOCKING }),
  allowWhen(['clone'], { argument: 0, mask: CLONE_NAMESPACES, is: [0] }),
];

const CHILD: Policy = [
  ...COMPUTING,
  ...ONE_MORE_THREAD,
  allow('poll', 'ppoll', 'select', 'pselect6'),
  allowWhen(['setitimer', 'getitimer'], { argument: 0, is: [REAL_TIMER] }),
];

/** Memory is written or executed, and what is executed was a file: no code from data. */
const NO_NEW_CODE = { argument: 2, mask: EXECUTE, is: [0] } as const;

/** A child that runs somebody's Python: it computes, reads its job and writes its answer. */
export const PYTHON_CHILD_POLICY: Policy = [...CHILD, allowWhen(['mmap', 'mprotect'], NO_NEW_CODE)];

/** The same where modules are loaded on first use: it opens files to read and maps their code. */
export const PYTHON_CHILD_READING_POLICY: Policy = [
  ...PYTHON_CHILD_POLICY,
  ...READING,
  allowWhen(
    ['mmap'],
    { argument: 2, mask: EXECUTE | WRITE, is: [EXECUTE] },
    { argument: 3, mask: ANONYMOUS, is: [0] },
  ),
];
