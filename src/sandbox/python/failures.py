"""Errors of the code as its author should see them: places and lines of the code only."""

import types
from typing import Iterator

from places import CODE_FILE, Lines
from rewrite import MAIN

FRAMES_MAX = 20
OF_DICT = "'dict' object has no attribute "


def syntax_failure(error: SyntaxError, lines: Lines) -> "dict[str, object]":
    """Where the code is no Python."""
    line, character = error.lineno or 1, error.offset or 1
    kind = type(error).__name__
    message = str(error.msg) if kind == "SyntaxError" else f"{kind}: {error.msg}"
    return failure("syntax", message, place=lines.at_character(line, character))


def failure(
    reason: str,
    message: str,
    place: "dict[str, int] | None" = None,
    stack: "str | None" = None,
) -> "dict[str, object]":
    """A reply without its logs."""
    reply: "dict[str, object]" = {"kind": "failure", "reason": reason, "message": message}
    if place is not None:
        reply["place"] = place
    if stack:
        reply["stack"] = stack
    return reply


def error_failure(error: BaseException, lines: Lines, most: int) -> "dict[str, object]":
    """What the code raised; `most` characters are kept of message and of stack."""
    frames = list(_frames(error.__traceback__, lines))
    place = frames[-1][0] if frames else None
    shown = frames if len(frames) <= FRAMES_MAX else frames[:1] + frames[1 - FRAMES_MAX :]
    stack = "\n".join(text for _, text in shown)
    return failure("error", describe(error)[:most], place, stack[:most])


def describe(error: BaseException) -> str:
    """Such as `ZeroDivisionError: division by zero`. Runs `__str__` of the code's own classes."""
    name = type.__dict__["__name__"].__get__(type(error))
    try:
        text = str.__str__(str(error))
    except Exception:
        text = ""
    if type(error) is AttributeError and text.startswith(OF_DICT) and type(error.obj) is dict:
        # Only the interpreter says whose attribute it was; what the code raised itself stays.
        text += f"; write [{text[len(OF_DICT):]}]"
    return f"{name}: {text}" if text else name


def _frames(
    traceback: "types.TracebackType | None", lines: Lines
) -> "Iterator[tuple[dict[str, int], str]]":
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == CODE_FILE:
            place = _place(traceback, lines)
            line = place["line"]
            name = "the code" if code.co_name in (MAIN, "<module>") else code.co_name
            yield place, f"line {line}, in {name}: {lines.text(line).strip()}"
        traceback = traceback.tb_next


def _place(traceback: types.TracebackType, lines: Lines) -> "dict[str, int]":
    code, line = traceback.tb_frame.f_code, traceback.tb_lineno or 1
    # Python 3.10 keeps lines only.
    if hasattr(code, "co_positions"):
        positions = list(code.co_positions())
        at = traceback.tb_lasti // 2
        if at < len(positions) and positions[at][0] == line and positions[at][2] is not None:
            return lines.at_byte(line, positions[at][2])
    return lines.indented(line)


