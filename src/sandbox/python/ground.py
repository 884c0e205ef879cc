"""The built-ins that code has, by level."""

import builtins

import guards
from privates import read_private
from rewrite import GUARDED_PRIVATE

_STRICT = (
    "None False True abs all any ascii bin bool bytes callable chr dict divmod enumerate filter "
    "float format frozenset hash hex int isinstance issubclass iter len list map max min next oct "
    "ord pow range repr reversed round set slice sorted str sum tuple zip "
    "ArithmeticError AssertionError AttributeError Exception IndexError KeyError LookupError "
    "NameError NotImplementedError OverflowError RecursionError RuntimeError StopIteration "
    "TypeError UnicodeError ValueError ZeroDivisionError"
).split()
_NORMAL = (
    "Ellipsis NotImplemented bytearray classmethod complex id object property staticmethod super "
    "__build_class__ BaseException BaseExceptionGroup BufferError BytesWarning DeprecationWarning "
    "EOFError ExceptionGroup FloatingPointError FutureWarning GeneratorExit ImportError "
    "ImportWarning MemoryError ModuleNotFoundError OSError PendingDeprecationWarning "
    "ReferenceError ResourceWarning RuntimeWarning StopAsyncIteration SyntaxWarning TimeoutError "
    "UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError "
    "UnicodeWarning UserWarning Warning"
).split()
_TRUSTED = ["memoryview"]

_NAMES = {
    "strict": _STRICT,
    "normal": _STRICT + _NORMAL,
    "trusted": _STRICT + _NORMAL + _TRUSTED,
}


def builtins_at(level: str) -> "dict[str, object]":
    """A new dict of the built-ins of a level; print and __import__ come with the call."""
    ground = {
        name: getattr(builtins, name) for name in _NAMES[level] if hasattr(builtins, name)
    }
    ground["type"] = guards.Type
    ground[GUARDED_PRIVATE] = read_private
    if level != "strict":
        ground["getattr"] = guards.get_attribute
        ground["hasattr"] = guards.has_attribute
        ground["setattr"] = guards.set_attribute
        ground["delattr"] = guards.delete_attribute
    return ground


def is_builtin(name: str) -> bool:
    """Whether Python has a built-in of this name, at any level."""
    return hasattr(builtins, name)
