"""The last lock: a child gives up nearly all calls of the system before it runs anybody's code."""

import ctypes

FILTER_FILES = {"child": "/app/child.bpf", "reading": "/app/child-reading.bpf"}
# Only the level trusted may load modules once it is locked, so only it may open files for reading.
FILTER_OF_LEVEL = {"strict": "child", "normal": "child", "trusted": "reading"}

INSTRUCTION_BYTES = 8
INSTRUCTIONS_MAX = 4096

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2


class Program(ctypes.Structure):
    """`struct sock_fprog` of <linux/filter.h>."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


# Found once and before any fork: a child that is locked can open no library.
_prctl = ctypes.CDLL(None, use_errno=True).prctl
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_prctl.restype = ctypes.c_int


class LockError(Exception):
    """The lock is not there or did not close; no code may run."""


def read_filters() -> dict[str, bytes]:
    """The compiled filters by name. Raises LockError where one is absent or no filter."""
    filters = {}
    for name, path in FILTER_FILES.items():
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            raise LockError(f"no filter of system calls: {error.strerror}") from None
        count, rest = divmod(len(content), INSTRUCTION_BYTES)
        if rest != 0 or not 0 < count <= INSTRUCTIONS_MAX:
            raise LockError(f"{path} is no filter of system calls")
        filters[name] = content
    return filters


def hide_memory() -> None:
    """Keeps other processes of the same user out of this one's memory, and makes no core files."""
    _control(PR_SET_DUMPABLE, 0)


def lock_down(level: str, filters: "dict[str, bytes] | None" = None) -> None:
    """Closes the lock of the level for good. Raises LockError where it does not close."""
    content = (filters or read_filters())[FILTER_OF_LEVEL[level]]
    buffer = ctypes.create_string_buffer(content, len(content))
    program = Program(len(content) // INSTRUCTION_BYTES, ctypes.addressof(buffer))
    _control(PR_SET_NO_NEW_PRIVS, 1)
    _control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _control(option: int, first: int, second: int = 0) -> None:
    if _prctl(option, first, second, 0, 0) != 0:
        raise LockError(f"prctl {option} failed with errno {ctypes.get_errno()}")
