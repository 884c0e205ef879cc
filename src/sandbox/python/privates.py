"""Attributes that begin with one underscore: code may read those that its own classes made."""

import builtins
import types

import names

_type, _super = builtins.type, builtins.super
_dict_of = _type.__dict__["__dict__"].__get__
_mro_of = _type.__dict__["__mro__"].__get__
_read, _read_class, _read_super = (
    object.__getattribute__,
    _type.__getattribute__,
    _super.__getattribute__,
)
_this_class = _super.__dict__["__thisclass__"].__get__
_self_class = _super.__dict__["__self_class__"].__get__

# The module of every class that code makes; no code can change that of another.
OWN_MODULE = "__main__"
# Values whose private attributes are only ever what code put there.
_OPEN = (types.FunctionType, types.SimpleNamespace)
# Types by name of an attribute that was looked for in all their classes; the job's own.
_known: "dict[str, set[type]]" = {}


def read_private(value: object, name: str) -> object:
    """`value._name`. Raises AttributeError where it is not there or not the code's own."""
    kind = _type(value)
    known = _known.get(name)
    if known is None or kind not in known:
        if issubclass(kind, _type):
            return _of_class(value, name)
        if issubclass(kind, _super):
            return _of_super(value, kind, name)
        if kind not in _OPEN and not _is_own(_mro_of(kind), kind, name):
            raise refusal(name)
        _known.setdefault(name, set()).add(kind)
    try:
        return _read(value, name)
    except AttributeError:
        for base in _mro_of(kind):
            fallback = _dict_of(base).get("__getattr__")
            if fallback is not None and _is_made(base):
                return fallback(value, name)
        raise


def refusal(name: str) -> AttributeError:
    """The error for a private attribute of something else."""
    return AttributeError(
        f"the attribute {name} is refused: a name that begins with an underscore "
        "is for the class that made it; use what the object offers in public"
    )


def check_public(name: str) -> None:
    """Raises AttributeError for a private name."""
    if names.is_private(name):
        raise refusal(name)


def _is_own(bases: "tuple[type, ...]", kind: type, name: str) -> bool:
    """Whether the first of the classes that has the name is of the code, or none has it."""
    holder = next((base for base in bases if name in _dict_of(base)), kind)
    return _is_made(holder)


def _is_made(kind: type) -> bool:
    module = _dict_of(kind).get("__module__")
    return _type(module) is str and module == OWN_MODULE


def _of_class(value: type, name: str) -> object:
    bases = _mro_of(value)
    if not _is_own(bases, value, name):
        raise refusal(name)
    if not any(name in _dict_of(base) for base in bases):
        # Not of the class of classes either.
        raise AttributeError(f"type object {value.__name__!r} has no attribute {name!r}")
    return _read_class(value, name)


def _of_super(value: object, kind: type, name: str) -> object:
    start = _self_class(value)
    bases = _mro_of(start) if start is not None else ()
    this = _this_class(value)
    after = bases[bases.index(this) + 1 :] if this in bases else ()
    holder = next((base for base in after if name in _dict_of(base)), None)
    if holder is None:
        raise AttributeError(f"'super' object has no attribute {name!r}")
    if kind is not _super or not _is_made(holder):
        raise refusal(name)
    return _read_super(value, name)
