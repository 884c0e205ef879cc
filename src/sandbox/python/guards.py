"""Guarded forms of built-ins that take the name of an attribute as text, or make classes."""

import _string
import builtins
import operator
import types
from abc import ABCMeta

import names
import privates

_getattr, _setattr, _delattr = builtins.getattr, builtins.setattr, builtins.delattr
_type = builtins.type
_attrgetter, _methodcaller = operator.attrgetter, operator.methodcaller
_BOUND, _UNBOUND = _type("".format), _type(str.format)
_REGISTER = ABCMeta.register
_MISSING = object()


def check_attribute(name: object) -> str:
    """The name as plain text. Raises TypeError, or AttributeError for one that code may not use."""
    if not issubclass(_type(name), str):
        raise TypeError("attribute name must be a string")
    plain = str.__str__(name)
    why = names.why_not_attribute(plain)
    if why is not None:
        raise AttributeError(why)
    return plain


def get_attribute(value: object, name: object, default: object = _MISSING) -> object:
    """`getattr`."""
    plain = check_attribute(name)
    if names.is_private(plain):
        try:
            return privates.read_private(value, plain)
        except AttributeError:
            if default is _MISSING:
                raise
            return default
    found = _getattr(value, plain) if default is _MISSING else _getattr(value, plain, default)
    return _guard_walking(found, plain) if plain in names.WALKING else found


def has_attribute(value: object, name: object) -> bool:
    """`hasattr`; False for what code may not use."""
    try:
        get_attribute(value, name)
    except AttributeError:
        return False
    return True


def set_attribute(target: object, name: object, value: object) -> None:
    """`setattr`."""
    _setattr(target, check_attribute(name), value)


def delete_attribute(target: object, name: object) -> None:
    """`delattr`."""
    _delattr(target, check_attribute(name))


def _guard_walking(method: object, name: str) -> object:
    """`str.format` and `str.format_map`, bound or not, with their texts checked before they run."""
    if name == "__getattr__":
        return _guard_lookup(method)
    if name == "register":
        return _refuse_register(method)
    if _type(method) is _BOUND and issubclass(_type(method.__self__), str):
        text = str.__str__(method.__self__)

        def bound(*positional: object, **named: object) -> str:
            check_format(text)
            return method(*positional, **named)

        return bound
    if _type(method) is _UNBOUND and method.__objclass__ is str:

        def unbound(text: str, /, *positional: object, **named: object) -> str:
            if issubclass(_type(text), str):
                check_format(str.__str__(text))
            return method(text, *positional, **named)

        return unbound
    return method


def _guard_lookup(method: object) -> object:
    """A `__getattr__`, which the library writes as well, for names that code may use."""

    def look(*positional: object) -> object:
        plain = check_attribute(positional[-1])
        privates.check_public(plain)
        found = method(*positional[:-1], plain)
        return _guard_walking(found, plain) if plain in names.WALKING else found

    return look


def _refuse_register(method: object) -> object:
    """Any `register` but that of abstract classes, which would change what isinstance says."""
    function = method.__func__ if _type(method) is types.MethodType else method
    if function is _REGISTER:
        raise AttributeError("register of an abstract class is refused: inherit from the class")
    return method


def check_format(text: str, depth: int = 2) -> None:
    """Raises AttributeError where a format text names an attribute that code may not use."""
    for _, field, spec, _ in _string.formatter_parser(text):
        if field is None:
            continue
        check_format_path(field)
        if spec and depth > 1:
            check_format(spec, depth - 1)


def check_format_path(field: str) -> None:
    """Raises AttributeError where the path of a field has a name that code may not use."""
    _, path = _string.formatter_field_name_split(field)
    for is_attribute, name in path:
        if is_attribute:
            privates.check_public(check_attribute(name))


def attrgetter(*paths: str) -> object:
    """`operator.attrgetter`."""
    for path in paths:
        for name in str.split(path, "."):
            privates.check_public(check_attribute(name))
            if name in names.WALKING:
                raise AttributeError(f"attrgetter of {name} is refused: call the method instead")
    return _attrgetter(*paths)


def methodcaller(name: str, /, *positional: object, **named: object) -> object:
    """`operator.methodcaller`."""
    plain = check_attribute(name)
    if names.is_guarded(plain):
        return lambda value: get_attribute(value, plain)(*positional, **named)
    return _methodcaller(plain, *positional, **named)


class _TypeOfType(_type):
    """Makes `type` a question only: no class is made by calling or inheriting from it."""

    def __new__(mcs, name: str, bases: tuple, namespace: dict) -> type:
        if bases:
            raise TypeError("classes of classes are refused: use a plain class or a decorator")
        return super().__new__(mcs, name, bases, namespace)

    def __call__(cls, *values: object) -> type:
        if len(values) != 1:
            raise TypeError("type() takes one value here: write a class statement to make a class")
        kind = _type(values[0])
        # A class of classes would make classes that lie in isinstance and in patterns.
        return Type if issubclass(kind, _type) else kind

    def __instancecheck__(cls, value: object) -> bool:
        return issubclass(_type(value), _type)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _type)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is _type

    def __hash__(cls) -> int:
        return _type.__hash__(_type)

    def __repr__(cls) -> str:
        return "<class 'type'>"


class Type(metaclass=_TypeOfType):
    """`type`."""


Type.__name__ = Type.__qualname__ = "type"
