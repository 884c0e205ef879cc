"""
The policy check over the syntax tree: what code may import, name and define at a level. It gives
good messages before anything runs; what keeps code in is the jail.
"""

import ast
from typing import Iterator

import names
from places import Lines

PROBLEMS_MAX = 20
ASYNC = "async code is refused: there is nothing to wait for; write it without async and await"


class Refused(Exception):
    """All problems of a source, as pairs of a message and a place, in order."""

    def __init__(self, problems: "list[tuple[str, dict[str, int]]]") -> None:
        super().__init__("refused")
        self.problems = problems

    def message(self) -> str:
        """The first problem, and the others below with their places."""
        first, _ = self.problems[0]
        shown = [
            f"line {place['line']}, column {place['column']}: {message}"
            for message, place in self.problems[1:PROBLEMS_MAX]
        ]
        more = len(self.problems) - PROBLEMS_MAX
        return "\n".join([first, *shown, *([f"and {more} more"] if more > 0 else [])])


def check(tree: ast.Module, lines: Lines, level: str, imports: "list[str]") -> None:
    """Raises Refused with everything that the level does not allow. Linear in the code."""
    nodes = list(ast.walk(tree))
    policy = Policy(level, imports, {name for node in nodes for name in bound_names(node)})
    problems = []
    for node in nodes:
        for message in policy.problems(node):
            where = node.target if isinstance(node, ast.comprehension) else node
            problems.append((message, lines.at_byte(where.lineno, where.col_offset)))
    if problems:
        problems.sort(key=lambda problem: (problem[1]["line"], problem[1]["column"]))
        raise Refused(problems)


class Policy:
    """What one level makes of one node."""

    def __init__(self, level: str, imports: "list[str]", bound: "set[str]") -> None:
        self._level = level
        self._imports = imports
        self._bound = bound
        refused = names.REFUSED_UNBOUND
        if level != "trusted":
            refused = {**refused, **names.REFUSED_BELOW_TRUSTED}
        self._refused = {name: why for name, why in refused.items() if name not in bound}

    def problems(self, node: ast.AST) -> Iterator[str]:
        """What is wrong with this node alone."""
        for name in spelled_names(node):
            yield from self._name(name)
        if isinstance(node, ast.Attribute):
            yield from self._attribute(node.attr)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from self._import(node)
        elif isinstance(node, (ast.MatchClass, ast.MatchValue, ast.MatchMapping)):
            yield from self._pattern(node)
        elif isinstance(node, ast.AugAssign):
            target = node.target
            if isinstance(target, ast.Attribute) and target.attr in names.WALKING:
                yield f"the attribute {target.attr} is refused here: only call it"
        elif isinstance(node, ast.ClassDef):
            yield from self._class(node)
        elif isinstance(node, (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)):
            yield ASYNC
        elif isinstance(node, ast.comprehension) and node.is_async:
            yield ASYNC

    def _name(self, name: str) -> Iterator[str]:
        why = self._refused.get(name)
        if name == "__import__":
            why = names.REFUSED_CALLS_OF_IMPORT
        if why is not None:
            yield f"{name} is refused: {why}"
        elif names.is_dunder(name) and name.endswith("__") and name not in names.HARMLESS_DUNDERS:
            yield f"the name {name} is refused: it belongs to the interpreter"

    def _attribute(self, name: str) -> Iterator[str]:
        why = names.why_not_attribute(name)
        if why is not None:
            yield why

    def _pattern(self, node: "ast.MatchClass | ast.MatchValue | ast.MatchMapping") -> Iterator[str]:
        if isinstance(node, ast.MatchClass):
            for name in node.kwd_attrs:
                yield from self._attribute(name)
                if names.is_guarded(name):
                    yield f"the pattern {name}= is refused: use the attribute in the block instead"
            if node.patterns and not self._is_value_of_builtin(node):
                yield (
                    "a class pattern without names is refused, but for one value of a built-in "
                    "type: write Point(x=left, y=top) in place of Point(left, top)"
                )
        # What is compared is written out: no guard can stand in it.
        spelled = node.keys if isinstance(node, ast.MatchMapping) else [node]
        for one in spelled:
            inner = getattr(one, "cls", getattr(one, "value", one))
            for part in ast.walk(inner) if isinstance(inner, ast.AST) else ():
                if isinstance(part, ast.Attribute) and names.is_guarded(part.attr):
                    yield f"the attribute {part.attr} is refused in a pattern: use a guard with if"

    def _is_value_of_builtin(self, node: ast.MatchClass) -> bool:
        """`int(x)`: the value itself, where the name has its usual meaning."""
        is_plain = isinstance(node.cls, ast.Name) and node.cls.id in names.MATCHING_THEMSELVES
        return is_plain and node.cls.id not in self._bound and len(node.patterns) == 1

    def _import(self, node: "ast.Import | ast.ImportFrom") -> Iterator[str]:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif node.level > 0:
            yield "relative imports are refused: there are no modules beside this code"
            return
        else:
            modules = [node.module or ""]
            for alias in node.names:
                if alias.name == "*":
                    yield "star imports are refused: name what you need"
                else:
                    yield from self._attribute(alias.name)
                    if names.is_private(alias.name):
                        yield f"the import of {alias.name} is refused: it is private to its module"
        for module in modules:
            if not may_import(module, self._imports) and not self._is_way(node, module):
                yield self._why_not_import(module)

    def _is_way(self, node: "ast.Import | ast.ImportFrom", module: str) -> bool:
        """`from urllib import parse` where urllib.parse is allowed."""
        return isinstance(node, ast.ImportFrom) and all(
            may_import(f"{module}.{alias.name}", self._imports) for alias in node.names
        )

    def _why_not_import(self, module: str) -> str:
        if self._level == "strict":
            return f"import of {module} is refused: the level strict has no imports"
        return (
            f"import of {module} is refused at the level {self._level}; allowed_imports can add "
            "some (docs/code.md); it may import " + ", ".join(sorted(self._imports))
        )

    def _class(self, node: ast.ClassDef) -> Iterator[str]:
        if self._level == "strict":
            yield "classes are refused at the level strict: use dicts and functions"
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg == "metaclass":
                yield "metaclasses are refused: use a plain class or a decorator"
        for statement in node.body:
            # The fields of dataclasses and named tuples.
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                yield from self._attribute(statement.target.id)


def may_import(module: str, imports: "list[str]") -> bool:
    """Whether the module is in the list, or is inside of numpy or pandas, which come whole."""
    outer = module.split(".")[0]
    return module in imports or (outer in names.WHOLE and outer in imports)


def spelled_names(node: ast.AST) -> Iterator[str]:
    """Names that the node spells, but not attributes."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    else:
        yield from bound_names(node)


def bound_names(node: ast.AST) -> Iterator[str]:
    """Names to which the node gives a value."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        if node.name is not None:
            yield node.name
    elif isinstance(node, ast.MatchMapping):
        if node.rest is not None:
            yield node.rest
    elif type(node).__name__ in ("TypeVar", "TypeVarTuple", "ParamSpec"):
        yield node.name
