import { type AttackSet, type Payload, textOf } from '../attack.ts';
import { PYTHON_FLOODS } from './python-floods.ts';
import { PYTHON_REACH } from './python-reach.ts';
import { PYTHON_WAYS_OUT } from './python-ways-out.ts';

const C = 'import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n';
const SAY = 'if result == -1: raise OSError(ctypes.get_errno(), "refused")\n';

function call(...words: readonly (string | number)[]): string {
  return `${C}result = c.syscall(${words.join(', ')})\n${SAY}`;
}

/** Calls to the kernel by their numbers on x64, with no library between. */
const CALLS = [
  'result = c.fork()\nif result == 0: c._exit(0)\n',
  'result = c.execve(b"/usr/bin/python3", None, None)\n',
  'result = c.socket(2, 1, 0)\n',
  'result = c.socketpair(1, 1, 0, (ctypes.c_int * 2)())\n',
  'result = c.kill(1, 9)\n',
  'result = c.kill(-1, 9)\n',
  'result = c.kill(@PID@, 0)\n',
  'result = c.ptrace(16, 1, 0, 0)\n',
  'result = c.unshare(0x10000000)\n',
  'result = c.mount(b"none", b"/", b"tmpfs", 0, None)\n',
  'result = c.chroot(b"/")\n',
  'result = c.open(b"@FILE@", 0)\n',
  'result = c.open(b"/etc/passwd", 0)\n',
  'result = c.open(b"/x", 0o101, 0o666)\n',
  'result = c.open(b"/usr", 0o20200002, 0o666)\n',
  'result = c.memfd_create(b"x", 0)\n',
  'result = c.shmget(1, 4096, 0o1666)\n',
  'result = c.msgget(1, 0o1666)\n',
  'result = c.semget(1, 1, 0o1666)\n',
  'result = c.mq_open(b"/x", 0o102, 0o666, None)\n',
  'result = c.prctl(4, 1, 0, 0, 0)\n',
  'result = c.personality(0x0040000)\n',
  'result = c.setuid(0)\n',
  'result = c.setrlimit(7, (ctypes.c_ulong * 2)(99999, 99999))\n',
  'result = c.prlimit(1, 7, (ctypes.c_ulong * 2)(0, 0), None)\n',
  'result = c.process_vm_readv(1, None, 0, None, 0, 0)\n',
  'c.mmap.restype = ctypes.c_long\nresult = c.mmap(None, 4096, 7, 0x22, -1, 0)\n',
  'result = c.inotify_init()\n',
].map((text) => `${C}${text}${SAY}`);

const NUMBERS: Readonly<Record<string, readonly (string | number)[]>> = {
  clone: [56, 17, 0, 0, 0, 0],
  vfork: [58],
  clone3: [435, 0, 0],
  pidfd_open: [434, 1, 0],
  pidfd_send_signal: [424, 0, 9, 0, 0],
  pidfd_getfd: [438, 3, 0, 0],
  setns: [308, 0, 0],
  pivot_root: [155, 'b"/"', 'b"/"'],
  fsopen: [430, 'b"tmpfs"', 0],
  open_tree: [428, -100, 'b"/"', 1],
  move_mount: [429, -100, 'b"/"', -100, 'b"/"', 0],
  mount_setattr: [442, -100, 'b"/"', 0, 0, 0],
  open_by_handle_at: [304, -100, 0, 0],
  name_to_handle_at: [303, -100, 'b"/"', 0, 0, 0],
  bpf: [321, 0, 0, 0],
  perf_event_open: [298, 0, 0, -1, -1, 0],
  userfaultfd: [323, 0],
  io_uring_setup: [425, 8, 0],
  keyctl: [250, 0, 0, 0],
  add_key: [248, 'b"user"', 'b"x"', 'b"x"', 1, -4],
  request_key: [249, 'b"user"', 'b"x"', 0, -4],
  seccomp: [317, 1, 0, 0],
  landlock: [444, 0, 0, 1],
  init_module: [175, 0, 0, 0],
  kexec_load: [246, 0, 0, 0, 0],
  reboot: [169, -18751827, 672274793, 0, 0],
  sethostname: [170, 'b"x"', 1],
  swapon: [167, 'b"/"', 0],
  ioperm: [173, 0, 1, 1],
  iopl: [172, 3],
  modify_ldt: [154, 1, 0, 0],
  capset: [126, 0, 0],
  sched_setscheduler: [144, 1, 0, 0],
  sched_setaffinity: [203, 1, 0, 0],
  setpriority: [141, 0, 1, 19],
  ioprio_set: [251, 1, 1, 0],
  kcmp: [312, 1, 1, 0, 0, 0],
  process_madvise: [440, 0, 0, 0, 0, 0],
  tkill: [200, 1, 9],
  tgkill: [234, 1, 1, 9],
  rt_sigqueueinfo: [129, 1, 9, 0],
  setpgid: [109, 1, 0],
  setsid: [112],
  fanotify_init: [300, 0, 0],
  memfd_secret: [447, 0],
  syslog: [103, 3, 0, 0],
  quotactl: [179, 0, 0, 0, 0],
  acct: [163, 'b"/x"'],
  settimeofday: [164, 0, 0],
  clock_settime: [227, 0, 0],
  adjtimex: [159, 0],
  vhangup: [153],
  lookup_dcookie: [212, 0, 0, 0],
  sendmsg: [46, 4, 0, 0],
  recvmsg: [47, 4, 0, 0],
  connect: [42, 4, 0, 0],
  bind: [49, 4, 0, 0],
  openat2: [437, -100, 'b"/"', 0, 0],
  mkdirat: [258, -100, 'b"/x"', 511],
  unlinkat: [263, -100, 'b"/app"', 0],
  renameat2: [316, -100, 'b"/app"', -100, 'b"/x"', 0],
  linkat: [265, -100, 'b"/app"', -100, 'b"/x"', 0],
  symlinkat: [266, 'b"/"', -100, 'b"/x"'],
  mknodat: [259, -100, 'b"/x"', 511, 0],
  fchmodat: [268, -100, 'b"/"', 511],
  setxattr: [188, 'b"/"', 'b"user.x"', 'b"x"', 1, 0],
  chdir: [80, 'b"/"'],
  x32: ['0x40000000 + 39'],
};

const TRICKS = [
  'import os\nfor n in range(64):\n    try: os.write(n, b"\\0" * 16)\n    except OSError: pass\nresult = 1',
  'import os\nfound = []\nfor n in range(64):\n    try: found.append(os.read(n, 99).decode("latin1"))\n    except OSError: pass\nresult = found',
  'import os\nfound = []\nfor n in range(64):\n    try: found.append(os.listdir(os.open("..", 0, dir_fd=n)))\n    except OSError: pass\nresult = found',
  'import os, stat\nfor n in range(64):\n    try: kind = os.fstat(n)\n    except OSError: continue\n    if stat.S_ISREG(kind.st_mode) or stat.S_ISDIR(kind.st_mode): raise ValueError(f"HOST OBJECT behind {n}")',
  'import os\nresult = [os.close(n) for n in (4, 3)]',
  'import os\nresult = sorted(os.listdir("/")), sorted(os.listdir("/app"))',
  'result = [open(f"/app/python/{n}").read(50) for n in ("serve.py", "child.py")]',
  'import sys, gc\nresult = [repr(o) for o in gc.get_objects() if isinstance(o, dict) and "SLUICE_CANARY" in o]',
  'import lockdown\nlockdown.lock_down("trusted", {"reading": b"\\x06\\x00\\x00\\x00\\x00\\x00\\xff\\x7f"})',
  'import ceilings, resource\nceilings._set(resource.RLIMIT_NPROC, 99, 99)\nimport os\nos.fork()',
  'import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass',
  'import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass',
  'import os\nos.close(4)\nwhile True: pass',
  'import os\nwhile True: os.write(4, b"\\xff" * 65536)',
  'import os\nos.write(4, b"\\0\\0\\xff\\xff" + b"\\0" * 12)\nwhile True: pass',
  'import os\nos._exit(0)',
  'import ctypes\nctypes.string_at(0)',
];

/** Each text once, whatever the levels at which its set tries it. */
function texts(sets: readonly AttackSet[]): readonly string[] {
  return [...new Set(sets.flatMap((set) => (set.payloads() ?? []).map(textOf)))];
}

interface Opened {
  readonly name: string;
  readonly tries: string;
  readonly texts: () => readonly string[];
  readonly levels?: readonly ('normal' | 'trusted')[];
}

function opened({ name, tries, texts: given, levels = ['normal', 'trusted'] }: Opened): AttackSet {
  const payloads = () =>
    levels.flatMap((python) =>
      given().map((text): Payload => ({ text, python, timeoutMs: 1_000 })),
    );
  return {
    name: `opened python/${name}`,
    class: 'A4',
    door: 'opened python',
    tries,
    accept: ['interpreter', 'jail', 'limit', 'kill'],
    payloads,
  };
}

const LIBRARIES = PYTHON_FLOODS.filter(({ name }) => name === 'python/libraries');
const BY_NUMBER = process.arch === 'x64' ? Object.values(NUMBERS) : [];

/** Class A4, with an interpreter and a policy that have fallen: what Python may then do. */
export const OPENED_PYTHON: readonly AttackSet[] = [
  opened({
    name: 'ways-out',
    tries: 'all ways out of the interpreter, without the policy',
    texts: () => texts(PYTHON_WAYS_OUT),
    levels: ['trusted'],
  }),
  opened({
    name: 'reach',
    tries: 'files, commands, signals and sockets, without the policy',
    texts: () => texts([...PYTHON_REACH, ...LIBRARIES]),
    levels: ['trusted'],
  }),
  opened({
    name: 'calls',
    tries: 'calls to the kernel with no library between',
    texts: () => [...CALLS, ...BY_NUMBER.map((words) => call(...words))],
  }),
  opened({
    name: 'tricks',
    tries: 'descriptors, the lock, the alarm and the frames of the child itself',
    texts: () => TRICKS,
  }),
];
