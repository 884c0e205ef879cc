"""`string.Formatter`, made anew: the library's own would walk any path for who inherits from it."""

import _string
from typing import Iterator

import privates
from guards import check_format_path, get_attribute

_NESTED_MAX = 2


class Formatter:
    """Formats texts by methods that a class of the code may replace, as the library's does."""

    def format(self, format_string: str, /, *args: object, **kwargs: object) -> str:
        """The text with its fields filled in."""
        return self.vformat(format_string, args, kwargs)

    def vformat(self, format_string: str, args: object, kwargs: object) -> str:
        """`format` of a tuple and a map."""
        used: "set[int | str]" = set()
        text = self._fill(format_string, (args, kwargs, used, [0]), _NESTED_MAX)
        self.check_unused_args(used, args, kwargs)
        return text

    def _fill(self, text: str, state: tuple, depth: int) -> str:
        if depth < 0:
            raise ValueError("Max string recursion exceeded")
        args, kwargs, used, counter = state
        parts = []
        for literal, field, spec, conversion in self.parse(text):
            parts.append(literal)
            if field is None:
                continue
            field = _numbered(field, counter)
            value, key = self.get_field(field, args, kwargs)
            used.add(key)
            value = self.convert_field(value, conversion)
            parts.append(self.format_field(value, self._fill(spec or "", state, depth - 1)))
        return "".join(parts)

    def get_value(self, key: "int | str", args: object, kwargs: object) -> object:
        """A value by its position or name."""
        return args[key] if isinstance(key, int) else kwargs[key]

    def check_unused_args(self, used_args: set, args: object, kwargs: object) -> None:
        """For a class of the code to refuse what no field used."""

    def format_field(self, value: object, format_spec: str) -> str:
        """One value as text."""
        return format(value, format_spec)

    def convert_field(self, value: object, conversion: "str | None") -> object:
        """What `!r`, `!s` and `!a` make of a value."""
        if conversion is None:
            return value
        if conversion not in ("s", "r", "a"):
            raise ValueError(f"Unknown conversion specifier {conversion!s}")
        return {"s": str, "r": repr, "a": ascii}[conversion](value)

    def parse(self, format_string: str) -> Iterator[tuple]:
        """The fields of a text, each with the text before it."""
        return _string.formatter_parser(str.__str__(format_string))

    def get_field(self, field_name: str, args: object, kwargs: object) -> "tuple[object, object]":
        """The value of a field, by a path that is checked, and the key that it begins with."""
        plain = str.__str__(field_name)
        check_format_path(plain)
        first, path = _string.formatter_field_name_split(plain)
        value = self.get_value(first, args, kwargs)
        for is_attribute, name in path:
            if is_attribute:
                privates.check_public(name)
                value = get_attribute(value, name)
            else:
                value = value[name]
        return value, first


def _numbered(field: str, counter: "list[int]") -> str:
    """`{}` counts, as long as no field has a number."""
    is_open = field == "" or field[0] in ".["
    if not is_open:
        if field.split(".")[0].split("[")[0].isdigit():
            if counter[0] > 0:
                raise ValueError("cannot switch from automatic field numbering to manual")
            counter[0] = -1
        return field
    if counter[0] < 0:
        raise ValueError("cannot switch from manual field specification to automatic")
    counter[0] += 1
    return f"{counter[0] - 1}{field}"
