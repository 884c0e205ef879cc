"""A child seen from the server, and waiting for what it answers no longer than it may take."""

import os
import select
import signal
from typing import Iterable

from clock import monotonic_ms
from frames import Broken

STDIN = 0
GONE = select.POLLHUP | select.POLLERR


class Overdue(Exception):
    """The child has not answered in its time."""


class Ended(Exception):
    """The child ended, or closed its end, and nothing is left of what it wrote."""


class Child:
    """A child with the ends of its two pipes that are ours."""

    def __init__(self, pid: int, job: int, reply: int) -> None:
        self.pid, self.job, self.reply = pid, job, reply
        self.process = os.pidfd_open(pid)

    def kill(self) -> None:
        """Ends it, if it has not ended."""
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Waits for its end, frees all that is held of it, and gives the status of its end."""
        _, status = os.waitpid(self.pid, 0)
        for descriptor in (self.job, self.reply, self.process):
            os.close(descriptor)
        return status


class Watch:
    """Waits for the answer of one child to one job."""

    def __init__(self, child: Child, deadline: float) -> None:
        """`deadline` is a time of monotonic_ms."""
        self._child = child
        self._deadline = deadline
        self._poll = select.poll()
        self._poll.register(child.reply, select.POLLIN)
        self._poll.register(child.process, select.POLLIN)
        self._poll.register(STDIN, select.POLLHUP)

    def wait(self) -> None:
        """
        Returns once there is something to read of the child. Raises Overdue or Ended where nothing
        comes, and Broken where nobody waits for it any more.
        """
        left = self._deadline - monotonic_ms()
        events = dict(self._poll.poll(left)) if left > 0 else {}
        if not events:
            raise Overdue
        if events.get(STDIN, 0) & GONE:
            raise Broken("nobody waits for the answer")
        if not events.get(self._child.reply, 0) & select.POLLIN:
            raise Ended

    def fill(self, view: memoryview) -> None:
        """Fills the view with what the child writes. Raises as `wait`."""
        while len(view) > 0:
            self.wait()
            view = view[os.readv(self._child.reply, [view]):]


def wait_for_job(children: "Iterable[Child]") -> "list[Child]":
    """Waits for standard input or an end: the children that have ended, none if a job comes."""
    poll = select.poll()
    poll.register(STDIN, select.POLLIN)
    for child in children:
        poll.register(child.process, select.POLLIN)
    found = dict(poll.poll())
    return [child for child in children if child.process in found]
