"""
One job after the other: each to a child of its own that was forked before the job came. What takes
time and can wait, forking and the end of children, is done when the answer is out.
"""

import json
import os
import signal
from collections import deque
from typing import Callable, NoReturn

from clock import monotonic_ms
from frames import LAST, MORE, PREFIX, PREFIX_BYTES, Broken, encode, read_exactly, write_all
from relay import Relay
from settings import Settings
from watch import STDIN, Child, Ended, Overdue, Watch, wait_for_job

STDOUT = 1
# Frames of one job besides its lines: the one that says how many were dropped, and its reply.
FRAMES_BESIDES = 8
# One for the job that comes now, and one that warms up meanwhile for a job right after it.
SPARES = 2
# Children in a row that may end before there is a job: then something is wrong with all.
LOST_MAX = 5
# Killed children that may still be on their way: each holds its memory until then.
KILLED_MAX = 2


class Conveyor:
    """Standard input and output on one side, children on the other."""

    def __init__(self, settings: Settings, live: Callable[[int, int], NoReturn]) -> None:
        self._settings = settings
        self._live = live
        self._relay = Relay()
        self._prefix = memoryview(bytearray(PREFIX_BYTES))
        self._spares: "deque[Child]" = deque()
        self._killed: "deque[Child]" = deque()

    def prepare(self) -> None:
        """Forks the child of a job to come. What it is made from has seen no job."""
        job_read, job_write = os.pipe()
        reply_read, reply_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._live(job_read, reply_write)
            os._exit(1)
        os.close(job_read)
        os.close(reply_write)
        self._spares.append(Child(pid, job_write, reply_read))

    def serve_one(self) -> bool:
        """One job; False when standard input has ended. Raises Broken where nothing can go on."""
        settings = self._settings
        self._wait_for_job()
        try:
            read_exactly(STDIN, self._prefix)
        except Broken:
            return False
        header, body, sequence, timeout_ms = PREFIX.unpack(self._prefix)
        if header > settings.job_header or body > settings.job_body:
            raise Broken("a job is over the limit")
        child = self._spares.popleft()
        watch = Watch(child, monotonic_ms() + timeout_ms + settings.margin_ms)
        write_all(child.job, self._prefix)
        self._relay.move(STDIN, child.job, header + body)
        failure = self._pass_replies(watch, child.reply, sequence)
        # Also where it ended: it may only have closed its pipe. Its status stays what it was.
        child.kill()
        if failure == "ended":
            self._fail(sequence, *why_ended(child.reap()))
            return True
        if failure == "overdue":
            self._fail(sequence, "timeout", "interrupted")
        self._killed.append(child)
        return True

    def _wait_for_job(self) -> None:
        """A spare child that ends meanwhile, as where memory is short, costs no job."""
        lost = 0
        while True:
            while len(self._killed) > KILLED_MAX:
                self._killed.popleft().reap()
            while len(self._spares) < SPARES:
                self.prepare()
            ended = wait_for_job([*self._spares, *self._killed])
            if not ended:
                return
            for child in ended:
                if child in self._killed:
                    self._killed.remove(child)
                    child.reap()
                    continue
                self._spares.remove(child)
                _, why = why_ended(child.reap())
                lost += 1
                if lost > LOST_MAX:
                    raise Broken(f"no child lives until its job comes: {why}")

    def _pass_replies(self, watch: Watch, source: int, sequence: int) -> "str | None":
        """None after the last reply; `overdue`, or `ended` when the child died without one."""
        try:
            for _ in range(self._settings.log_lines + FRAMES_BESIDES):
                if self._pass_frame(watch, source, sequence) == LAST:
                    return None
        except Overdue:
            return "overdue"
        except Ended:
            return "ended"
        raise Broken("a child answers without end")

    def _pass_frame(self, watch: Watch, source: int, sequence: int) -> int:
        """
        Passes one frame on under the job's own number, and gives its note. Raises Overdue or Ended
        only as long as nothing of the frame was passed on: a part of one cannot be taken back.
        """
        settings = self._settings
        watch.fill(self._prefix)
        header, body, _, note = PREFIX.unpack(self._prefix)
        body_most = settings.reply_body if note == LAST else 0
        is_within = 0 < header <= settings.reply_header and body <= body_most
        if note not in (LAST, MORE) or not is_within:
            raise Broken("a child broke the framing")
        watch.wait()
        write_all(STDOUT, PREFIX.pack(header, body, sequence, note))
        try:
            self._relay.move(source, STDOUT, header + body, watch.wait)
        except (Overdue, Ended):
            raise Broken("a child answered with a part of a frame") from None
        return note

    def _fail(self, sequence: int, reason: str, message: str) -> None:
        reply = {"kind": "failure", "reason": reason, "message": message, "logs": []}
        # What ended in a way that nobody foresaw may have done more that nobody foresaw.
        reply["retire"] = reason == "worker"
        write_all(STDOUT, encode(json.dumps(reply).encode(), sequence=sequence))


def why_ended(status: int) -> "tuple[str, str]":
    """Reason and message for a child that ended without a reply."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by == signal.SIGXCPU:
        return "timeout", "interrupted"
    if ended_by == signal.SIGKILL:
        return "memory", "out of memory"
    if ended_by == 0:
        return "worker", f"the process ended with exit code {os.WEXITSTATUS(status)}"
    return "worker", f"the process was ended by {signal.Signals(ended_by).name}"
