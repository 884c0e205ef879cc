"""
Passes bytes on between descriptors without reading them: what belongs to one job never comes into
the memory of the server, from which the child of the next job is made.
"""

import errno
import os
from typing import Callable

from frames import Broken

PIECE_BYTES = 64 * 1024
# Where there is no splice, all bytes go through this one buffer, and are wiped from it.
_buffer = bytearray(PIECE_BYTES)
NO_SPLICE = (errno.ENOSYS, errno.EINVAL, errno.EPERM)


class Relay:
    """Moves bytes by splice, or by a buffer once splice has been found not to work."""

    def __init__(self) -> None:
        self._has_splice = hasattr(os, "splice")

    def move(
        self, source: int, target: int, count: int, wait: "Callable[[], None]" = lambda: None
    ) -> None:
        """
        Moves exactly `count` bytes; calls `wait` before each piece but the first, to find that
        there is one. Raises Broken where the source or the target ends, and as `wait` does.
        """
        try:
            while count > 0:
                count -= self._move_some(source, target, count)
                if count > 0:
                    wait()
        except OSError as error:
            raise Broken(f"passing bytes on failed: {error.strerror}") from None

    def _move_some(self, source: int, target: int, count: int) -> int:
        if self._has_splice:
            try:
                moved = os.splice(source, target, min(count, 1 << 20))
            except OSError as error:
                if error.errno not in NO_SPLICE:
                    raise
                self._has_splice = False
            else:
                if moved == 0:
                    raise Broken("the stream ended")
                return moved
        return _copy_some(source, target, count)


def _copy_some(source: int, target: int, count: int) -> int:
    """What there is, so that it never waits for the rest."""
    with memoryview(_buffer)[: min(count, PIECE_BYTES)] as view:
        try:
            size = os.readv(source, [view])
            if size == 0:
                raise Broken("the stream ended")
            written = 0
            while written < size:
                written += os.write(target, view[written:size])
        finally:
            view[:] = bytes(len(view))
    return size
