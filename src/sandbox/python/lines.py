"""What the code prints, sent on line by line and bounded."""

import builtins
import io
import warnings
from typing import Callable

_print = builtins.print
LINE_CHARACTERS = 64 * 1024


class Log:
    """Sends lines until the limits are reached, and counts what came after."""

    def __init__(self, send: "Callable[[str, str], None]", lines: int, size: int) -> None:
        self._send = send
        self._lines_left = lines
        self._bytes_left = size
        self._dropped = 0
        self._open: "dict[str, str]" = {"info": "", "warn": ""}

    def write(self, level: str, text: str) -> None:
        """Adds text to the level's open line; what is complete is sent."""
        *complete, rest = (self._open[level] + text).split("\n")
        # A line without end would be copied again and again.
        if len(rest) > LINE_CHARACTERS:
            complete.append(rest)
            rest = ""
        self._open[level] = rest
        for line in complete:
            self.line(level, line)

    def line(self, level: str, text: str) -> None:
        """Sends one line, cut to what is left."""
        if self._lines_left <= 0 or self._bytes_left <= 0:
            self._dropped += 1
            return
        data = text.encode("utf-8", "replace")
        if len(data) > self._bytes_left:
            text = data[: self._bytes_left].decode("utf-8", "ignore")
        self._lines_left -= 1
        self._bytes_left -= len(data) + 1
        self._send(level, text)

    def end(self) -> None:
        """Sends open lines, and how many were dropped."""
        for level, rest in self._open.items():
            self._open[level] = ""
            if rest:
                self.line(level, rest)
        if self._dropped:
            noun = "line" if self._dropped == 1 else "lines"
            self._send("warn", f"… {self._dropped} more {noun} dropped")
            self._dropped = 0

    def print(self, *values: object, sep: object = None, end: object = None, **how: object) -> None:
        """`print`: to the log, or to a file that the code made itself."""
        file = how.pop("file", None)
        if file is not None and not isinstance(file, Stream):
            _print(*values, sep=sep, end=end, file=file, **how)
            return
        text = io.StringIO()
        how.pop("flush", None)
        _print(*values, sep=sep, end=end, file=text, **how)
        self.write("info" if file is None else file.level, text.getvalue())

    def warn(self, message: object, category: type, *_: object, **__: object) -> None:
        """`warnings.showwarning`."""
        self.line("warn", f"{category.__name__}: {message}")


class Stream(io.TextIOBase):
    """Standard output and standard error of modules that write to them."""

    def __init__(self, log: Log, level: str) -> None:
        super().__init__()
        self._log = log
        self.level = level

    def write(self, text: str) -> int:
        """Adds the text to the log."""
        self._log.write(self.level, text)
        return len(text)


def capture(log: Log) -> "tuple[Stream, Stream]":
    """Sends warnings to the log, and gives what takes the place of stdout and stderr."""
    warnings.showwarning = log.warn
    return Stream(log, "info"), Stream(log, "warn")
