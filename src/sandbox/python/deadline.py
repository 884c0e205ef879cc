"""The soft deadline: an exception in the code when its time is over, so that its lines survive."""

import signal

# After the first time, in case the code catches it.
AGAIN_SECONDS = 0.02

_armed = [False]
_held = [False]


class Deadline(BaseException):
    """The time of the job is over."""


def start(timeout_ms: int) -> None:
    """From now on Deadline is raised once the time is over, and again and again."""
    _armed[0] = True
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, timeout_ms / 1000, AGAIN_SECONDS)


def stop() -> None:
    """Nothing is raised any more."""
    _armed[0] = False


class Held:
    """Holds the deadline back while a frame is written, so that none is written in part."""

    def __enter__(self) -> None:
        _held[0] = True

    def __exit__(self, *_: object) -> None:
        _held[0] = False


def _ring(_number: int, _frame: object) -> None:
    if _armed[0] and not _held[0]:
        raise Deadline
