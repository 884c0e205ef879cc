"""
Stands in the place of the server and may do all that CPython can, as if the interpreter had fallen:
a child under the lock of real code attacks its parent, the machine and the kernel through the C
library. The argument says where canaries are; the answer is one JSON list on standard output.
"""

import array
import ctypes
import errno
import json
import os
import socket
import stat
import sys
from collections.abc import Callable

Attack = Callable[[], object]

FAILED = ctypes.c_void_p(-1).value
# Looked at in full; no server has more, and none is inherited at a higher number.
DESCRIPTORS = 65536
# So many at once, as no more than there may be open can be asked for; each is two numbers.
DESCRIPTORS_AT_ONCE = 32
POLLNVAL = 0x20
# Holds nothing: the server puts it where it would otherwise pass something on.
NULL_DEVICE = os.makedev(1, 3)
# Numbers of calls without a function in every C library: on x86_64, on aarch64.
CALLS = {
    "pivot_root": (155, 41),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "memfd_create": (319, 279),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mq_open": (240, 180),
    "clone": (56, 220),
    "io_uring_setup": (425, 425),
    "pidfd_open": (434, 434),
}
CLONE_NEWUSER, SIGCHLD = 0x10000000, 17
SIGSTOP = 19
PROT_READ, PROT_WRITE, PROT_EXEC, MAP_PRIVATE, MAP_ANONYMOUS = 1, 2, 4, 2, 0x20
RLIMIT_NOFILE = 7
PTRACE_ATTACH = 16

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.syscall.restype = ctypes.c_long
COLUMN = 1 if os.uname().machine == "aarch64" else 0


class Vector(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Limit(ctypes.Structure):
    """`struct rlimit64`."""

    _fields_ = [("soft", ctypes.c_uint64), ("hard", ctypes.c_uint64)]


class Refused(Exception):
    """An attack that met something other than an error of the system."""


def checked(result: "int | None") -> str:
    """What a function of the C library gave; its failure as OSError."""
    if result in (-1, None, FAILED):
        raise OSError(ctypes.get_errno(), "refused")
    return f"got {result}"


def call(name: str, *arguments: object) -> str:
    """A system call by its number."""
    return checked(libc.syscall(ctypes.c_long(CALLS[name][COLUMN]), *arguments))


def read(path: str) -> str:
    with open(path, "rb") as file:
        return repr(file.read(40))


def write_any(paths: "list[str]") -> str:
    """The first path that can be written; otherwise the error of the last."""
    last = OSError(errno.ENOENT, "")
    for path in paths:
        try:
            with open(path, "wb"):
                return path
        except OSError as error:
            last = error
    raise last


def others(found: "list[str]", expected: "list[str]") -> str:
    more = [name for name in found if name not in expected]
    if not more:
        raise Refused("nothing there")
    return ", ".join(more)


def inherited(own: "set[int]") -> str:
    """A descriptor that is none of the child's own and not the interpreter's file."""
    for number in open_descriptors():
        found = os.fstat(number)
        is_null = stat.S_ISCHR(found.st_mode) and found.st_rdev == NULL_DEVICE
        if number not in own and not is_null:
            return f"descriptor {number} of mode {stat.filemode(found.st_mode)}"
    raise Refused("nothing there")


def open_descriptors() -> "list[int]":
    """All that are open, found by asking the kernel for many at once."""
    asked = array.array("i", bytes(8 * DESCRIPTORS))
    asked[0::2] = array.array("i", range(DESCRIPTORS))
    address, step = asked.buffer_info()[0], DESCRIPTORS_AT_ONCE
    for first in range(0, DESCRIPTORS, step):
        checked(libc.poll(ctypes.c_void_p(address + 8 * first), ctypes.c_ulong(step), 0))
    return [number for number, told in enumerate(asked[1::2]) if not (told >> 16) & POLLNVAL]


def connect(family: int, address: object) -> str:
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.settimeout(2)
        one.connect(address)
    return "connected"


def forked() -> str:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return f"process {pid}"


def executed() -> str:
    """In a child where there can be one; else in this process, whose answer would then be lost."""
    command = [sys.executable, "-S", "-c", ""]
    try:
        pid = os.fork()
    except OSError:
        os.execv(command[0], command)
    if pid == 0:
        try:
            os.execv(command[0], command)
        except OSError as error:
            os._exit(error.errno)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise OSError(os.waitstatus_to_exitcode(status), "refused")
    return "started one"


def cloned(flags: int) -> str:
    pid = libc.syscall(ctypes.c_long(CALLS["clone"][COLUMN]), flags | SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return checked(pid)


def peek(name: str, pid: int) -> str:
    """Reads or writes memory of a process at an address that it shares with this one."""
    here = ctypes.create_string_buffer(8)
    vectors = [Vector(ctypes.addressof(here), 8), Vector(id(libc), 8)]
    local, remote = (ctypes.byref(vector) for vector in vectors)
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    return call(name, pid, local, one, remote, one, none)


def limited(pid: int, lift: bool) -> str:
    """Changes a limit of a process: lowers that of another, or lifts its own."""
    limit = Limit(1 << 20, 1 << 20) if lift else Limit(4, 4)
    return checked(libc.prlimit(pid, RLIMIT_NOFILE, ctypes.byref(limit), None))


def code_from_data() -> str:
    """Memory that may be written and executed, or written first and executed then."""
    kind, data = MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE
    area = libc.mmap(None, 4096, data | PROT_EXEC, kind, -1, 0)
    if area not in (None, FAILED):
        return "memory to write and execute"
    area = libc.mmap(None, 4096, data, kind, -1, 0)
    checked(area)
    return checked(libc.mprotect(ctypes.c_void_p(area), 4096, PROT_READ | PROT_EXEC))


def shared_memory() -> str:
    try:
        return checked(libc.shm_open(b"/probe", os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        return checked(libc.shmget(0, 4096, 0o1600))


def attacks(task: dict, own: "set[int]") -> "dict[str, Attack]":
    """All attacks by the names of attacks.ts."""
    parent = os.getppid()
    places = ["/x", "/app/x", __file__, "/tmp/x", "/dev/shm/x", "/usr/x", "/run/x", sys.executable]
    nobody = ctypes.c_void_p(0)
    buffer = ctypes.create_string_buffer(128)
    return {
        "read /etc/passwd": lambda: read("/etc/passwd"),
        "read /proc/1/environ": lambda: read("/proc/1/environ"),
        "read a file of the server": lambda: read(task["file"]),
        "see other folders": lambda: others(os.listdir("/"), task["roots"]),
        "write a file": lambda: write_any(places),
        "see an environment variable": lambda: others(list(os.environ), task["variables"]),
        "use an inherited descriptor": lambda: inherited(own),
        "connect to a port": lambda: connect(socket.AF_INET, ("127.0.0.1", task["port"])),
        "connect to a socket file": lambda: connect(socket.AF_UNIX, task["socket"]),
        "connect to an abstract socket": lambda: connect(
            socket.AF_UNIX, "\0" + task["abstractSocket"]
        ),
        "open a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "start a process": executed,
        "become root": lambda: os.setuid(0),
        "signal process 1": lambda: os.kill(1, 0),
        "signal all processes": lambda: os.kill(-1, 0),
        "fork": forked,
        "signal the parent": lambda: os.kill(parent, 0),
        "stop the parent": lambda: os.kill(parent, SIGSTOP),
        "open the parent by pidfd": lambda: call("pidfd_open", parent, 0),
        "trace the parent": lambda: checked(libc.ptrace(PTRACE_ATTACH, parent, nobody, nobody)),
        "read the memory of the parent": lambda: peek("process_vm_readv", parent),
        "write the memory of the parent": lambda: peek("process_vm_writev", parent),
        "limit the parent": lambda: limited(parent, False),
        "slow the parent down": lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
        "mount": lambda: checked(libc.mount(b"none", b"/app", b"tmpfs", 0, None)),
        "unmount": lambda: checked(libc.umount2(b"/app", 2)),
        "make a user namespace": lambda: checked(libc.unshare(CLONE_NEWUSER)),
        "clone into a namespace": lambda: cloned(CLONE_NEWUSER),
        "enter a namespace": lambda: checked(libc.setns(0, 0)),
        "change the root": lambda: call("pivot_root", b"/app", b"/app"),
        "use kernel keys": lambda: call("keyctl", 0, -3, 1, 0, 0),
        "load a program into the kernel": lambda: call("bpf", 0, buffer, 72),
        "use io_uring": lambda: call("io_uring_setup", 4, buffer),
        "make a file in memory": lambda: call("memfd_create", b"x", 0),
        "make shared memory": shared_memory,
        "handle page faults": lambda: call("userfaultfd", 1),
        "count performance events": lambda: call("perf_event_open", buffer, 0, -1, -1, 0),
        "send a message queue": lambda: call("mq_open", b"x", os.O_CREAT | os.O_RDWR, 0o600, None),
        "make code from data": code_from_data,
        "lift its own limits": lambda: limited(0, True),
    }


def attempt(attack: Attack) -> "tuple[bool, str]":
    """Whether it was stopped, and what it met; a mistake of this program stops nothing."""
    try:
        return False, str(attack())[:200]
    except OSError as error:
        return True, errno.errorcode.get(error.errno, str(error))
    except Refused as error:
        return True, str(error)
    except Exception as error:
        return False, f"the probe broke: {error!r}"[:200]


def attack_as_child(level: str, task: dict) -> "list[tuple[str, bool, str]]":
    """What a locked child tells through a pipe, its only way out."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.closerange(0, there)
        os.closerange(there + 1, 1 << 20)
        lock_down(level)
        told = [(name, *attempt(attack)) for name, attack in attacks(task, {there}).items()]
        os.write(there, json.dumps(told).encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return json.loads(told)


def main() -> None:
    task = json.loads(sys.argv[-1])
    first_foreign = attempt(lambda: inherited({0, 1, 2}))
    results: "dict[str, dict]" = {}
    for level in ("strict", "trusted"):
        for name, is_stopped, met in attack_as_child(level, task):
            before = results.get(name, {"isStopped": True, "met": ""})
            if before["isStopped"]:
                both = met if before["met"] in ("", met) else f"{before['met']}, {met}"
                results[name] = {"attack": name, "isStopped": is_stopped, "met": both}
    if not first_foreign[0]:
        results["use an inherited descriptor"].update(isStopped=False, met=first_foreign[1])
    print(json.dumps(list(results.values())), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    from lockdown import lock_down

    main()
