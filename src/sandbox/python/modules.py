"""What an import statement gives: copies of modules with public names and no other modules."""

import builtins
import importlib
import types

import formatter
import guards
import makers
from check import may_import
from names import WHOLE

# Public names that make code or classes from text, read files or tell about the machine.
_HIDDEN = {
    # What the system calls things, and what reads them by a name that a class can choose.
    "contextlib": {"chdir", "redirect_stderr", "redirect_stdout"},
    "copy": {"dispatch_table"},
    # These write to, or read from, modules and objects by names that a class can choose.
    "enum": {"global_enum", "pickle_by_global_name", "property"},
    # Both evaluate annotations that are text.
    "functools": {"singledispatch", "singledispatchmethod"},
    "io": {"FileIO", "OpenWrapper", "open", "open_code"},
    "types": {"new_class", "prepare_class", "resolve_bases"},
    "typing": {"ForwardRef", "evaluate_forward_ref", "get_type_hints"},
    "uuid": {"getnode"},
    "xml.sax.saxutils": {"prepare_input_source"},
}
# What the library calls the programs and tests inside of its modules.
_HIDDEN_EVERYWHERE = ("main", "test")
_GUARDED = {
    "operator": {"attrgetter": guards.attrgetter, "methodcaller": guards.methodcaller},
    "string": {"Formatter": formatter.Formatter},
}
_INNER_TYPES = (
    types.AsyncGeneratorType,
    types.CellType,
    types.CodeType,
    types.CoroutineType,
    types.FrameType,
    types.FunctionType,
    types.GetSetDescriptorType,
    types.ModuleType,
    types.TracebackType,
)
_INNER = frozenset(map(id, _INNER_TYPES))
_CONSTANTS = (bool, int, float, str, bytes, tuple)


class Importer:
    """`__import__` of one call, which gives what the call may import and nothing else."""

    def __init__(self, imports: "list[str]") -> None:
        self._imports = imports
        self._copies: "dict[str, types.ModuleType]" = {}

    def __call__(
        self,
        name: str,
        _globals: object = None,
        _locals: object = None,
        fromlist: "tuple[str, ...] | None" = (),
        level: int = 0,
    ) -> types.ModuleType:
        """What the statement binds: the module itself with `from`, else the outermost one."""
        if type(fromlist) is list:
            # Not a statement: a function written in C loads what it needs, and ignores what this
            # gives. No code can call this with a list, as no code can name it.
            return importlib.import_module(name)
        if level != 0:
            raise ImportError("relative imports are refused")
        if name.split(".")[0] in WHOLE and may_import(name, self._imports):
            return builtins.__import__(name, {}, {}, fromlist, 0)
        module = self._path(name)
        for part in fromlist or ():
            inner = f"{name}.{part}"
            if not hasattr(module, part) and may_import(inner, self._imports):
                self._path(inner)
        return module if fromlist else self._copies[name.split(".")[0]]

    def _path(self, name: str) -> types.ModuleType:
        """Copies of the module and of those that it is inside, each in the one before."""
        outer, at = None, ""
        for part in name.split("."):
            at = f"{at}.{part}" if at else part
            inner = self._copies.get(at) or self._copy(at)
            self._copies[at] = inner
            if outer is not None:
                setattr(outer, part, inner)
            outer = inner
        if not may_import(name, self._imports) and not self._leads_on(name):
            raise ImportError(f"import of {name} is refused")
        return outer

    def _leads_on(self, name: str) -> bool:
        """Whether something inside the module may be imported, as `urllib` for `urllib.parse`."""
        return any(allowed.startswith(name + ".") for allowed in self._imports)

    def _copy(self, name: str) -> types.ModuleType:
        if may_import(name, self._imports):
            return _READY.get(name) or _copy_of(name, importlib.import_module(name))
        return types.ModuleType(name)


# Made before any fork: each child has its own of them, as of all that the server has.
_READY: "dict[str, types.ModuleType]" = {}


def copy_early(names: "list[str]") -> None:
    """Makes copies of modules before there is a call; once, in the server."""
    for name in names:
        _READY[name] = _copy_of(name, importlib.import_module(name))


def _copy_of(name: str, module: types.ModuleType) -> types.ModuleType:
    copy = types.ModuleType(name, module.__doc__)
    hidden = _HIDDEN.get(name, ())
    listed = getattr(module, "__all__", None)
    for key, value in vars(module).items():
        if key.startswith("_") or key in hidden or key in _HIDDEN_EVERYWHERE:
            continue
        is_listed = listed is not None and key in listed
        if _is_fit(value) and (is_listed or _is_of(name, value, listed is not None)):
            setattr(copy, key, makers.INSTEAD.get(id(value), value))
    for key, value in _GUARDED.get(name, {}).items():
        setattr(copy, key, value)
    return copy


def _is_fit(value: object) -> bool:
    """No module, no class of classes, and none of the types that the interpreter is made of."""
    is_inner = isinstance(value, types.ModuleType) or id(value) in _INNER
    return not is_inner and not (isinstance(value, type) and issubclass(value, type))


def _is_of(name: str, value: object, is_strict: bool) -> bool:
    """
    Whether a value is the module's own, and not something that it only uses itself. Modules written
    in C, and clocks that frozen.py replaced, have their own names.
    """
    if not callable(value):
        return not is_strict or isinstance(value, _CONSTANTS)
    home = getattr(value, "__module__", None)
    return home == name or (not is_strict and (home in _HOMES or home.startswith("_")))


_HOMES = (None, "builtins", "frozen")
