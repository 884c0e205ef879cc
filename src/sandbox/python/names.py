"""The policy as tables: what code may not name, whatever the level, and why."""

# Names of Python that are never there. Refused where the code reads one and nowhere gives it a
# meaning of its own, such as a price called open.
REFUSED_UNBOUND = {
    "eval": "code cannot be made from text; write the expression itself",
    "exec": "code cannot be made from text; write the statements themselves",
    "compile": "code cannot be made from text; use re.compile for patterns",
    "open": "there are no files here; read them with a file node and use context",
    "globals": "use variables or a dict of your own",
    "locals": "use variables or a dict of your own",
    "breakpoint": "there is no debugger here; use print",
    "input": "nobody can answer here; for what the node is given write inputs, with an s",
    "vars": "use a dict of your own",
    "dir": "look a name up with hasattr",
    "help": "there is nobody to read it",
    "exit": "use return to end early",
    "quit": "use return to end early",
}
# Where it is not at the level trusted.
REFUSED_BELOW_TRUSTED = {"memoryview": "use bytes or bytearray"}

REFUSED_CALLS_OF_IMPORT = "use an import statement"

# Ways from an object to frames and code, from which everything else is in reach.
REFUSED_ATTRIBUTES = frozenset(
    "ag_await ag_code ag_frame ag_running cr_await cr_code cr_frame cr_origin cr_running "
    "f_back f_builtins f_code f_globals f_lasti f_lineno f_locals f_trace "
    "func_closure func_code func_defaults func_globals gi_code gi_frame gi_running gi_yieldfrom "
    "mro tb_frame tb_lasti tb_lineno tb_next "
    "co_argcount co_cellvars co_code co_consts co_filename co_firstlineno co_flags co_freevars "
    "co_lines co_linetable co_lnotab co_name co_names co_nlocals co_positions co_qualname "
    "co_stacksize co_varnames".split()
)

_NUMBERS = (
    "abs add and bool ceil complex divmod eq float floor floordiv ge gt iadd iand ifloordiv "
    "ilshift imatmul imod imul index int invert ior ipow irshift isub itruediv ixor le lshift lt "
    "matmul mod mul ne neg or pos pow radd rand rdivmod rfloordiv rlshift rmatmul rmod rmul ror "
    "round rpow rrshift rshift rsub rtruediv rxor sub truediv trunc xor"
)
_OBJECTS = (
    "bytes call contains copy deepcopy delitem enter exit format getattr getitem hash init iter "
    "len length_hint missing new next post_init repr reversed setitem str"
)
# Special methods that code may write and call, and what else of two underscores is harmless.
HARMLESS_DUNDERS = frozenset(f"__{name}__" for name in (_NUMBERS + " " + _OBJECTS).split()) | {
    "__doc__",
    "__name__",
    "__qualname__",
    "__slots__",
    "__version__",
}

# What an author may mean by a refused attribute, as a remedy.
INSTEAD = {
    "__class__": "use type(x) or isinstance",
    "__dict__": "use a dict, or name the attributes",
    "__subclasses__": "name the classes",
    "__import__": REFUSED_CALLS_OF_IMPORT,
}

# Packages that come with all that is inside of them.
WHOLE = ("numpy", "pandas")

# Built-in types of which a pattern may name the value itself, such as `int(x)`.
MATCHING_THEMSELVES = frozenset(
    "bool bytearray bytes dict float frozenset int list set str tuple".split()
)

# Attributes that walk other attributes by a text; rewrite.py gives guarded ones in their place.
# Or that lead around the policy: `register` of an abstract class, `__getattr__` of typing.
WALKING = ("format", "format_map", "register", "__getattr__")

# Documented ones of named tuples and enums, in spite of their underscore.
PUBLIC_IN_SPITE = frozenset("_asdict _field_defaults _fields _make _name_ _replace _value_".split())


def is_dunder(name: str) -> bool:
    """Whether a name begins as Python's own do: `__x__`, and also `__x`."""
    return name.startswith("__") and len(name) > 2


def is_private(name: str) -> bool:
    """Whether an attribute of this name is for the class that made it alone; see privates.py."""
    return name[:1] == "_" != name and name[1] != "_" and name not in PUBLIC_IN_SPITE


def is_guarded(name: str) -> bool:
    """Whether reading the attribute goes through a guard, which only an expression can."""
    return name in WALKING or is_private(name)


def why_not_attribute(name: str) -> "str | None":
    """Why code may not use an attribute of this name; None where it may."""
    if name in REFUSED_ATTRIBUTES:
        return f"the attribute {name} is refused: it leads out of the code into the interpreter"
    if not is_dunder(name) or name in HARMLESS_DUNDERS:
        return None
    if not name.endswith("__"):
        return None
    instead = INSTEAD.get(name)
    return f"the attribute {name} is refused: it belongs to the interpreter" + (
        f"; {instead}" if instead else ""
    )
