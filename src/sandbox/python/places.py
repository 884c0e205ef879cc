"""Places in code as its author wrote it: lines and columns from 1, columns in UTF-16 units."""

import re

_LINE_END = re.compile("\r\n|\r|\n")
# The file name of the code in tracebacks; nothing else has it.
CODE_FILE = "<code>"


class Lines:
    """The lines of a source, as Python counts them."""

    def __init__(self, source: str) -> None:
        self._lines = _LINE_END.split(source)

    def text(self, line: int) -> str:
        """The line without its end; empty where there is none."""
        return self._lines[line - 1] if 0 < line <= len(self._lines) else ""

    def at_byte(self, line: int, byte: int) -> "dict[str, int]":
        """The place at an offset that counts bytes of UTF-8 from 0, as syntax trees have them."""
        before = self.text(line).encode("utf-8", "surrogatepass")[: max(byte, 0)]
        return place(line, before.decode("utf-8", "replace"))

    def at_character(self, line: int, character: int) -> "dict[str, int]":
        """The place at an offset that counts characters from 1, as syntax errors have them."""
        return place(line, self.text(line)[: max(character - 1, 0)])

    def indented(self, line: int) -> "dict[str, int]":
        """The first character of a line that is not space."""
        text = self.text(line)
        return place(line, text[: len(text) - len(text.lstrip())])


def place(line: int, before: str) -> "dict[str, int]":
    """The place after `before` on the line."""
    units = sum(2 if ord(character) > 0xFFFF else 1 for character in before)
    return {"line": max(line, 1), "column": units + 1}


def utf8_of(source: str) -> str:
    """The source with what is no character replaced, of the same length."""
    return source.encode("utf-8", "replace").decode("utf-8") if not source.isascii() else source
