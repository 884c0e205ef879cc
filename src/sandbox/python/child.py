"""
The life of one child: read what a job asks for, lock the door, and only then read its variables,
run its code, answer and end.
"""

import fcntl
import json
import os
import select
import sys
from dataclasses import dataclass
from typing import NoReturn

import ceilings
import deadline
import frames
import frozen
import lockdown
import preload
import runner
from failures import failure
from lines import Log, capture
from settings import Settings

JOB, REPLY = 3, 4
# The server has far fewer descriptors than this.
DESCRIPTORS_MAX = 32
# Whatever it was started with, none is beyond: closing as many is one call of the system.
DESCRIPTORS_END = 1 << 20
# Given back when memory has run out, so that telling so has some.
RESERVE_BYTES = 512 * 1024

# A job up to this fits, with the warm-up, into what is added to what the server measured.
SMALL_JOB_BYTES = 256 * 1024
SPARE_BYTES = 8 * 1024 * 1024
# Of memory for each byte of larger variables while they are read: `{"":0},` takes the most, some
# 35 in Python 3.10.
READING_TIMES = 48
WARM_UP = {
    "code": (
        "import json, re\ndef f(x):\n    return {'a': json.dumps(len(x)), 'b': f'{x}'}\n"
        "result = [f(x) for x in re.findall('[a-z]+', 'a b')]"
    ),
    "level": "normal",
    "imports": ["json", "re"],
    "outputBytes": 1024,
    "nowMs": 0,
    "seed": 0,
}

_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class Beginning:
    """What the server hands to each child."""

    settings: Settings
    filters: "dict[str, bytes] | None"
    # What the server has of address space.
    address_bytes: int


def live(beginning: Beginning, read: int, write: int) -> NoReturn:
    """All that a child does; never returns. Answers by itself, or by the way in which it ends."""
    try:
        _keep_only(read, write)
        ceilings.limit_all()
        for warm_up in (_warm_up, preload.warm_data):
            # What is written to anyway need not be written to before.
            if not _has_job():
                warm_up()
        header, body, _, timeout_ms = frames.PREFIX.unpack(
            frames.read_bytes(JOB, frames.PREFIX_BYTES)
        )
        ceilings.limit_time(timeout_ms)
        job = json.loads(frames.read_bytes(JOB, header))
        _answer(beginning, job, header, body)
    except frames.Broken:
        # The server ended before there was a job.
        os._exit(0)
    except BaseException as error:
        _reply(failure("worker", f"{type(error).__name__}: {error}"[:200]), b"", retire=True)
    os._exit(0)


def _keep_only(read: int, write: int) -> None:
    """Closes everything but the two pipes, the server's standard input and output with it."""
    high_read = fcntl.fcntl(read, fcntl.F_DUPFD_CLOEXEC, DESCRIPTORS_MAX)
    high_write = fcntl.fcntl(write, fcntl.F_DUPFD_CLOEXEC, DESCRIPTORS_MAX)
    os.dup2(high_read, JOB, inheritable=False)
    os.dup2(high_write, REPLY, inheritable=False)
    os.closerange(0, JOB)
    os.closerange(REPLY + 1, DESCRIPTORS_END)


def _has_job() -> bool:
    return bool(select.select([JOB], [], [], 0)[0])


def _warm_up() -> None:
    """
    Goes the way of a job once while there is none, so that the memory that every job writes to is
    this child's own already.
    """
    job = json.loads(_encode(WARM_UP))
    frozen.set_now(job["nowMs"])
    frozen.set_seed(job["seed"])
    log = Log(lambda *_: None, 0, 0)
    capture(log)
    deadline.start(0)
    reply, body = runner.run(job, {}, log, 0)
    deadline.stop()
    frames.encode(_encode({**reply, "logs": []}).encode("ascii"), body)


def _answer(
    beginning: Beginning, job: "dict[str, object]", header_bytes: int, body_bytes: int
) -> None:
    settings = beginning.settings
    is_small = header_bytes + body_bytes <= SMALL_JOB_BYTES
    reading_bytes = 0 if is_small else (header_bytes + body_bytes) * READING_TIMES
    most_bytes = beginning.address_bytes + SPARE_BYTES + job["memoryBytes"]
    ceilings.limit_memory(most_bytes + reading_bytes)
    reserve = [bytearray(RESERVE_BYTES)]
    frozen.set_now(job["nowMs"])
    frozen.set_seed(job["seed"])
    log = Log(_send_line, settings.log_lines, settings.log_bytes)
    sys.stdout, sys.stderr = capture(log)
    sys.unraisablehook = lambda *_: None
    deadline.start(job["timeoutMs"])
    if settings.lock:
        lockdown.lock_down(job["level"], beginning.filters)
    try:
        try:
            # Only now: what reads the variables is behind the lock too.
            context = json.loads(frames.read_bytes(JOB, body_bytes)) if body_bytes else {}
            os.close(JOB)
            if not is_small:
                # The variables do not count as memory of the code.
                ceilings.limit_memory(ceilings.address_bytes() + job["memoryBytes"])
            reply, body = runner.run(job, context, log, settings.error_text)
            log.end()
        finally:
            deadline.stop()
    except deadline.Deadline:
        deadline.stop()
        reply, body = failure("timeout", "interrupted"), b""
    except MemoryError:
        deadline.stop()
        reserve.clear()
        reply, body = failure("memory", "out of memory"), b""
    log.end()
    _reply(reply, body)


def _send_line(level: str, text: str) -> None:
    with deadline.Held():
        header = _encode({"kind": "logs", "logs": [{"level": level, "message": text}]})
        frames.write_all(REPLY, frames.encode(header.encode("ascii"), note=frames.MORE))


def _reply(reply: "dict[str, object]", body: bytes, retire: bool = False) -> None:
    header = _encode({**reply, "logs": [], "retire": retire}).encode("ascii")
    frames.write_all(REPLY, frames.encode(header, body))
