"""
What the code gave, as strict JSON: what JSON cannot hold is refused with its path and a remedy and
never becomes null, 0 or text unseen. Works on copies of plain types; overridden methods of the
code's classes are passed by, and what of them still runs does so before the deadline.
"""

import dataclasses
import datetime
import decimal
import enum
import fractions
import json.encoder
import math
import types
import uuid
from collections import OrderedDict
from typing import Callable

from tables import TABLES

DEPTH_MAX = 100
INTEGER_MAX = 2**53 - 1
PATH_CHARACTERS = 200
# An item takes at least a character and a comma.
BYTES_AN_ITEM = 2
NO_NUMBER = "use None or text"

_encode_string = json.encoder.encode_basestring
_encode_ascii = json.encoder.encode_basestring_ascii
_make_encoder = json.encoder.c_make_encoder
_fields = "__dataclass_fields__"

_TEXTS: "dict[type, Callable[[object], str]]" = {
    datetime.datetime: datetime.datetime.isoformat,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    decimal.Decimal: decimal.Decimal.__str__,
    fractions.Fraction: fractions.Fraction.__str__,
    uuid.UUID: uuid.UUID.__str__,
}
_REMEDIES: "dict[type, str]" = {
    set: "use sorted(...) or list(...)",
    frozenset: "use sorted(...) or list(...)",
    bytes: "use .decode() for text, or base64",
    bytearray: "use .decode() for text, or base64",
    complex: "use .real and .imag",
    datetime.timedelta: "use .total_seconds()",
    types.GeneratorType: "use list(...)",
    range: "use list(...)",
    map: "use list(...)",
    filter: "use list(...)",
    zip: "use list(...)",
    type({}.keys()): "use list(...)",
    type({}.values()): "use list(...)",
    type({}.items()): "use dict(...) or list(...)",
    types.FunctionType: "call it",
    types.BuiltinFunctionType: "call it",
    types.MethodType: "call it",
}

# From the outermost to the value itself: what is around it, and its key or index there.
Path = "tuple[Path, str | int] | None"


class Unfit(Exception):
    """JSON cannot hold the value; the message has the path and the remedy."""


class TooLarge(Exception):
    """The JSON is larger than the call allows."""


def to_json(value: object, most: int) -> bytes:
    """The value as JSON of at most `most` bytes. Raises Unfit or TooLarge."""
    plain = Plainer(most).plain(value, None, 0, False)
    data = _encode(plain, _encode_string)
    if data is None:
        data = _encode(plain, _encode_ascii)
    if len(data) > most:
        raise TooLarge
    return data


def _encode(plain: object, string: "Callable[[str], str]") -> "bytes | None":
    encoder = _make_encoder(None, None, string, None, ":", ",", False, False, False)
    try:
        return "".join(encoder(plain, 0)).encode("utf-8")
    except UnicodeEncodeError:
        # Half of a character, as cut text has it: only an escape can hold it.
        return None


class Plainer:
    """Copies a value into None, bool, int, float, str, list and dict, exactly those types."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._around: "set[int]" = set()

    def plain(self, value: object, path: Path, depth: int, blank: bool) -> object:
        """`blank`: inside a table, where NaN means that there is no value."""
        self._spend(1)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            self._spend(len(value))
            return value
        if kind is int:
            return _integer(value, path)
        if kind is float:
            return _number(value, path, blank)
        if issubclass(kind, enum.Enum):
            return self.plain(object.__getattribute__(value, "_value_"), path, depth + 1, blank)
        if issubclass(kind, (dict, list, tuple)) or _is_dataclass(kind):
            return self._container(value, kind, path, depth, blank)
        return self._other(value, kind, path, depth, blank)

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge

    def _container(self, value: object, kind: type, path: Path, depth: int, blank: bool) -> object:
        if depth >= DEPTH_MAX:
            raise Unfit(f"{_spell(path)} is nested more than {DEPTH_MAX} deep")
        if id(value) in self._around:
            raise Unfit(f"{_spell(path)} contains itself")
        self._around.add(id(value))
        if issubclass(kind, dict):
            copy = self._map(value, kind, path, depth, blank)
        elif issubclass(kind, (list, tuple)):
            items = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
            copy = []
            for index, item in enumerate(items):
                copy.append(self.plain(item, (path, index), depth + 1, blank))
        else:
            read = object.__getattribute__
            # Not every field need have been set.
            held = {name: read(value, name) for name in _names_of(kind)}
            copy = self._map(held, dict, path, depth, blank)
        self._around.discard(id(value))
        return copy

    def _map(self, value: dict, kind: type, path: Path, depth: int, blank: bool) -> dict:
        items = (OrderedDict if issubclass(kind, OrderedDict) else dict).items(value)
        copy: "dict[str, object]" = {}
        for key, item in items:
            text = key if type(key) is str else _key(key, path)
            self._spend(len(text) + BYTES_AN_ITEM)
            if text in copy:
                raise Unfit(f"{_spell(path)} has the key {text!r} twice, as text and as a value")
            copy[text] = self.plain(item, (path, text), depth + 1, blank)
        return copy

    def _other(self, value: object, kind: type, path: Path, depth: int, blank: bool) -> object:
        if issubclass(kind, str):
            return self.plain(str.__str__(value), path, depth, blank)
        if issubclass(kind, int):
            return _integer(int.__add__(value, 0), path)
        if issubclass(kind, float):
            return _number(float.__mul__(value, 1.0), path, blank)
        for table in TABLES:
            found, inner, is_blank = table(value, kind)
            if found:
                return self.plain(inner, path, depth + 1, blank or is_blank)
        for known, text_of in _TEXTS.items():
            if issubclass(kind, known):
                return self.plain(text_of(value), path, depth, blank)
        remedy = next(
            (text for known, text in _REMEDIES.items() if issubclass(kind, known)),
            "use a dict, a list, text or numbers",
        )
        raise Unfit(
            f"{_spell(path)} is of type {_name_of(kind)}, which JSON cannot hold; {remedy}"
        )


def _integer(value: int, path: Path) -> int:
    if -INTEGER_MAX <= value <= INTEGER_MAX:
        return value
    raise Unfit(f"{_spell(path)} is an integer beyond 2**53 - 1; use str(...)")


def _number(value: float, path: Path, blank: bool) -> "float | None":
    if math.isfinite(value):
        return value
    if blank and value != value:
        return None
    raise Unfit(f"{_spell(path)} is {float.__repr__(value)}, which JSON cannot hold; {NO_NUMBER}")


def _key(key: object, path: Path) -> str:
    """A key of a map as the json module writes it. Raises Unfit for what it refuses."""
    for table in TABLES:
        found, inner, _ = table(key, type(key))
        if found and inner is not None:
            key = inner
            break
    kind = type(key)
    if issubclass(kind, str):
        return str.__str__(key)
    if key is None or kind is bool:
        return {None: "null", True: "true", False: "false"}[key]
    if issubclass(kind, int):
        return int.__repr__(key)
    if issubclass(kind, float) and math.isfinite(key):
        return float.__repr__(key)
    raise Unfit(f"{_spell(path)} has a key of type {_name_of(kind)}; use text, such as str(...)")


def _is_dataclass(kind: type) -> bool:
    fields = next((vars(base)[_fields] for base in _bases(kind) if _fields in vars(base)), None)
    return type(fields) is dict


def _names_of(kind: type) -> "list[str]":
    fields = next(vars(base)[_fields] for base in _bases(kind) if _fields in vars(base))
    return [
        name
        for name, field in dict.items(fields)
        if type(field) is dataclasses.Field and field._field_type is dataclasses._FIELD
    ]


def _bases(kind: type) -> "tuple[type, ...]":
    return type.__dict__["__mro__"].__get__(kind)


def _name_of(kind: type) -> str:
    return str(type.__dict__["__name__"].__get__(kind))[:PATH_CHARACTERS]


def _spell(path: Path) -> str:
    """Such as `result.items[3].price`."""
    parts = []
    while path is not None:
        path, key = path
        parts.append(f"[{key}]" if isinstance(key, int) else _spell_key(key))
    text = "result" + "".join(reversed(parts))
    return text if len(text) <= PATH_CHARACTERS else text[:PATH_CHARACTERS] + "…"


def _spell_key(key: str) -> str:
    short = key[:PATH_CHARACTERS]
    return f".{short}" if short.isidentifier() else f"[{short!r}]"
