"""Frames between Node, the server and its children; src/sandbox/frames.ts is the other end."""

import os
import struct

PREFIX = struct.Struct(">IIII")
PREFIX_BYTES = PREFIX.size

# Of a reply: whether more frames of the same job follow.
LAST, MORE = 0, 1


class Broken(Exception):
    """The other end broke the framing, or is gone."""


def read_exactly(descriptor: int, view: memoryview) -> None:
    """Fills the view. Raises Broken where the stream ends before it is full."""
    while len(view) > 0:
        count = os.readv(descriptor, [view])
        if count == 0:
            raise Broken("the stream ended")
        view = view[count:]


def read_bytes(descriptor: int, count: int) -> bytearray:
    """The next `count` bytes."""
    data = bytearray(count)
    read_exactly(descriptor, memoryview(data))
    return data


def write_all(descriptor: int, data: bytes) -> None:
    """Writes everything."""
    view = memoryview(data)
    while len(view) > 0:
        view = view[os.write(descriptor, view):]


def encode(header: bytes, body: bytes = b"", sequence: int = 0, note: int = LAST) -> bytes:
    """One frame; the header is JSON in UTF-8."""
    return PREFIX.pack(len(header), len(body), sequence, note) + header + body
