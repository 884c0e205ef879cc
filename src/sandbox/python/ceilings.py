"""Limits of the kernel around one child."""

import mmap
import resource

PAGE = mmap.PAGESIZE
# Twice what any process of 64 bits can have; the search below halves it some forty times.
ADDRESS_MAX = 1 << 47
DESCRIPTORS = 16
CPU_SPARE_SECONDS = 1


def address_bytes() -> int:
    """
    The address space that this process uses now, to a page. There is no /proc to read it from, so
    it is found by search: the least limit under which one more page can still be had.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, min(ADDRESS_MAX, ADDRESS_MAX if hard == resource.RLIM_INFINITY else hard) // PAGE
    try:
        while low < high:
            middle = (low + high) // 2
            resource.setrlimit(resource.RLIMIT_AS, (middle * PAGE, hard))
            if _can_map():
                high = middle
            else:
                low = middle + 1
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    return low * PAGE


def _can_map() -> bool:
    try:
        mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except (OSError, MemoryError):
        return False
    return True


def limit_all() -> None:
    """Sets for good every limit that is the same for all jobs."""
    for what, amount in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
    ):
        _set(what, amount, amount)


def limit_time(timeout_ms: int) -> None:
    """Sets the limit of CPU time for good, a little over the deadline."""
    seconds = timeout_ms // 1000 + CPU_SPARE_SECONDS
    # The hard limit is later: the first to come is a signal that tells what happened.
    _set(resource.RLIMIT_CPU, seconds, seconds + CPU_SPARE_SECONDS)


def limit_memory(most_bytes: int) -> None:
    """Sets the limit of address space for good; it can be set again, but only to less."""
    _set(resource.RLIMIT_AS, most_bytes, most_bytes)


def _set(what: int, soft: int, hard: int) -> None:
    """A limit that is lower already stays."""
    _, most = resource.getrlimit(what)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(what, (soft, hard))
