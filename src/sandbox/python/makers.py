"""Guarded forms of functions of the library that make classes, or change what they are given."""

import builtins
import collections
import dataclasses
import functools
import types

import names

_type = builtins.type
_dict_of = _type.__dict__["__dict__"].__get__
_mro_of = _type.__dict__["__mro__"].__get__
_COPIED = ("__module__", "__name__", "__qualname__", "__doc__")
_MISSING = object()


def namedtuple(
    typename: str,
    field_names: object,
    *,
    rename: bool = False,
    defaults: object = None,
    module: "str | None" = None,
) -> type:
    """`collections.namedtuple`."""
    made = collections.namedtuple(
        typename, field_names, rename=rename, defaults=defaults, module=module or "__main__"
    )
    for name in made._fields:
        _check_field(name)
    return made


def dataclass(cls: "type | None" = None, /, **options: object) -> object:
    """`dataclasses.dataclass`. It makes functions from text, with the names of the fields in it."""
    if cls is None:
        return lambda inner: dataclass(inner, **options)
    for base in _mro_of(cls):
        held = _dict_of(base)
        fields = held.get("__dataclass_fields__", {})
        for name in held.get("__annotations__", ()):
            _check_field(name)
        for name, field in fields.items():
            _check_field(name)
            if field.name is not name and _plain(field.name) != name:
                raise TypeError("the name of a field cannot be changed")
    return dataclasses.dataclass(cls, **options)


def make_dataclass(
    cls_name: str, fields: object, *, bases: "tuple[type, ...]" = (), **options: object
) -> type:
    """`dataclasses.make_dataclass`, without a namespace: that could hold any special method."""
    if options.keys() & {"namespace", "module", "decorator"}:
        raise TypeError("make_dataclass takes no namespace: write a class statement")
    if any(issubclass(_type(base), _type) is False for base in bases):
        raise TypeError("bases are classes")
    plain = []
    for field in fields:
        parts = (field,) if isinstance(field, str) else tuple(field)
        _check_field(parts[0])
        plain.append(parts[0] if len(parts) == 1 else parts)
    for base in bases:
        for inner in _mro_of(base):
            for name, field in _dict_of(inner).get("__dataclass_fields__", {}).items():
                if _plain(field.name) != name:
                    raise TypeError("the name of a field cannot be changed")
    made = dataclasses.make_dataclass(_plain(cls_name), plain, bases=bases, **options)
    made.__module__ = "__main__"
    return made


def update_wrapper(wrapper: object, wrapped: object) -> object:
    """
    `functools.update_wrapper` of the usual attributes, each only of the type that it should have: a
    chosen one could be any, and annotations become text that dataclasses run.
    """
    if issubclass(_type(wrapper), _type):
        raise TypeError("update_wrapper of a class is refused: name the class as you want it")
    for name in _COPIED:
        value = getattr(wrapped, name, _MISSING)
        if value is None or _type(value) is str:
            setattr(wrapper, name, value)
    if _type(wrapped) is types.FunctionType:
        wrapper.__dict__.update(wrapped.__dict__)
        if _type(wrapper) is types.FunctionType:
            wrapper.__annotations__ = wrapped.__annotations__
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped: object) -> object:
    """`functools.wraps` of the usual attributes."""
    return lambda wrapper: update_wrapper(wrapper, wrapped)


def _plain(name: object) -> str:
    if _type(name) is not str:
        raise TypeError("the name of a field or class must be plain text")
    return name


def _check_field(name: object) -> None:
    """Raises TypeError or AttributeError for what cannot be the name of a field."""
    if not _plain(name).isidentifier():
        raise TypeError(f"{name!r} cannot be the name of a field")
    why = names.why_not_attribute(name)
    if why is not None:
        raise AttributeError(why)


# What stands in a module's copy for each of these, under whatever name it is there.
INSTEAD: "dict[int, object]" = {
    id(collections.namedtuple): namedtuple,
    id(dataclasses.dataclass): dataclass,
    id(dataclasses.make_dataclass): make_dataclass,
    id(functools.update_wrapper): update_wrapper,
    id(functools.wraps): wraps,
}
