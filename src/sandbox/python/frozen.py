"""
Time stands still and chance is seeded, so that a step that runs again gives the same. The server
replaces what reads the clock or the system's random numbers; each child sets both from its job.

secrets, uuid4 and os.urandom follow the seed as well: nothing made here is a key.
"""

import ctypes
import datetime
import gc
import os
import random
import sys
import time
import uuid

_now = [0]
_source = random.Random(0)
_gmtime, _localtime, _strftime, _asctime = time.gmtime, time.localtime, time.strftime, time.asctime
_random_seed = random.Random.seed

NANOSECONDS_A_MILLISECOND = 1_000_000


def set_now(now_ms: int) -> None:
    """The time that everything in this process reads from now on."""
    _now[0] = now_ms


def set_seed(seed: int) -> None:
    """Seeds all sources of chance of this process."""
    _random_seed(_source, f"bytes {seed}")
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)


def freeze() -> None:
    """Replaces clocks and sources of chance, once and before any fork."""
    _freeze_time()
    _freeze_datetime()
    os.urandom = _source.randbytes
    random._urandom = _source.randbytes
    random.Random.seed = _seed
    # uuid1 would tell the address of the network card and the real time.
    uuid._generate_time_safe = None
    uuid._UuidCreate = None
    uuid._node = 0x010000000000


def _freeze_time() -> None:
    def standing() -> float:
        return 0.0

    def standing_ns() -> int:
        return 0

    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, standing)
        setattr(time, name + "_ns", standing_ns)
    time.time = lambda: _now[0] / 1000
    time.time_ns = lambda: _now[0] * NANOSECONDS_A_MILLISECOND
    time.gmtime = lambda seconds=None: _gmtime(_or_now(seconds))
    time.localtime = lambda seconds=None: _localtime(_or_now(seconds))
    time.ctime = lambda seconds=None: _asctime(_localtime(_or_now(seconds)))
    time.asctime = lambda moment=None: _asctime(_or_here(moment))
    time.strftime = lambda text, moment=None: _strftime(text, _or_here(moment))
    time.sleep = _sleep


def _or_now(seconds: "float | None") -> float:
    return _now[0] / 1000 if seconds is None else seconds


def _or_here(moment: object) -> object:
    return _localtime(_now[0] / 1000) if moment is None else moment


def _sleep(_seconds: float) -> None:
    raise RuntimeError("time.sleep is refused: time stands still here; use a delay node instead")


def _freeze_datetime() -> None:
    """
    `now` and `utcnow` ask the system and not `time.time`. A subclass would show in isinstance,
    repr and what other modules make, so the two methods of the type itself are replaced.
    """

    def now(cls: type, tz: "datetime.tzinfo | None" = None) -> datetime.datetime:
        return cls.fromtimestamp(_now[0] / 1000, tz)

    def utcnow(cls: type) -> datetime.datetime:
        return now(cls, datetime.timezone.utc).replace(tzinfo=None)

    (methods,) = gc.get_referents(datetime.datetime.__dict__)
    methods["now"] = classmethod(now)
    methods["utcnow"] = classmethod(utcnow)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
    if datetime.datetime.now(datetime.timezone.utc).timestamp() != _now[0] / 1000:
        raise RuntimeError("the clock of this Python cannot be stopped")


def _seed(self: random.Random, a: object = None, version: int = 2) -> None:
    """`random.Random.seed`, which takes the job's chance where it would take the system's."""
    _random_seed(self, _source.getrandbits(256) if a is None else a, version)
