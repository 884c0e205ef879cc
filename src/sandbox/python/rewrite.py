"""
Turns the checked tree into the one that runs. Positions stay, so that errors point into the code as
written. What is added has names that no code can spell.
"""

import ast
from typing import Iterator

import names
from check import bound_names

MAIN = "<main>"
RETURNED = "<returned>"
NOTHING = "<nothing>"
GUARDED_ATTRIBUTE = "<attribute>"
GUARDED_PRIVATE = "<private>"
TARGET, UPDATED = "<target>", "<updated>"

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def rewrite(tree: ast.Module) -> ast.Module:
    """Changes the tree in place: guards, and a function around code that returns at top level."""
    _guard_attributes(tree)
    outer = list(_outermost(tree))
    for node in outer:
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            raise _error("'yield' outside function", node)
    if any(isinstance(node, ast.Return) for node in outer):
        _wrap(tree, outer)
    return tree


def _guard_attributes(tree: ast.Module) -> None:
    """
    `x.format` and `x._y` become calls of guards. What is inside comes first, as a call takes the
    value from the attribute in whose place it stands.
    """
    for parent in reversed(list(ast.walk(tree))):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                value[:] = [new for item in value for new in _statements(item)]
                value[:] = [_guarded(item) for item in value]
            else:
                setattr(parent, field, _guarded(value))


def _statements(node: object) -> "list[object]":
    """
    `x.y._z += 1` also reads `_z`, where no guard fits in: it becomes what it stands for, and x.y is
    still found only once.
    """
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Attribute):
        return [node]
    if not names.is_private(node.target.attr):
        return [node]
    name, target, updated = node.target.attr, _stored(TARGET), _stored(UPDATED)
    read = _call_of_guard(GUARDED_PRIVATE, _loaded(TARGET), name)
    written = ast.Attribute(value=_loaded(TARGET), attr=name, ctx=ast.Store())
    new = [
        ast.Assign(targets=[target], value=node.target.value),
        ast.Assign(targets=[updated], value=read),
        ast.AugAssign(target=_stored(UPDATED), op=node.op, value=node.value),
        ast.Assign(targets=[written], value=_loaded(UPDATED)),
    ]
    for statement in new:
        ast.copy_location(statement, node)
        ast.fix_missing_locations(statement)
    return new


def _stored(name: str) -> ast.Name:
    return ast.Name(id=name, ctx=ast.Store())


def _loaded(name: str) -> ast.Name:
    return ast.Name(id=name, ctx=ast.Load())


def _guarded(node: object) -> object:
    if not isinstance(node, ast.Attribute) or not names.is_guarded(node.attr):
        return node
    if not isinstance(node.ctx, ast.Load):
        return node
    which = GUARDED_ATTRIBUTE if node.attr in names.WALKING else GUARDED_PRIVATE
    call = _call_of_guard(which, node.value, node.attr)
    for new in (call, call.func, call.args[1]):
        ast.copy_location(new, node)
    return call


def _call_of_guard(which: str, value: ast.expr, name: str) -> ast.Call:
    return ast.Call(func=_loaded(which), args=[value, ast.Constant(value=name)], keywords=[])


def _outermost(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes that run in the scope of the code itself, and those that open another scope."""
    waiting: "list[ast.AST]" = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _SCOPES):
            waiting.extend(_evaluated_outside(node))
        elif isinstance(node, _COMPREHENSIONS):
            # Only := gives a name of the outer scope a value from inside.
            waiting.extend(part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
            waiting.append(node.generators[0].iter)
        elif isinstance(node, ast.NamedExpr):
            waiting.extend((node.target, node.value))
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _evaluated_outside(node: ast.AST) -> Iterator[ast.AST]:
    yield from getattr(node, "decorator_list", [])
    yield from getattr(node, "bases", [])
    arguments = getattr(node, "args", None)
    if arguments is not None:
        yield from arguments.defaults
        yield from (default for default in arguments.kw_defaults if default is not None)


def _wrap(tree: ast.Module, outer: "list[ast.AST]") -> None:
    """
    The body becomes that of a function whose names are all global, so that nothing else changes:
    functions of the code see and set the same names as without a return.
    """
    bound = {name for node in outer for name in bound_names(node)}
    _name_types(outer, bound)
    first = tree.body[0]
    body = [_without_annotation(statement) for statement in tree.body]
    if bound:
        body.insert(0, ast.copy_location(ast.Global(names=sorted(bound)), first))
    end = ast.Return(value=ast.Name(id=NOTHING, ctx=ast.Load()))
    template = ast.parse("def f(): pass").body[0]
    template.name, template.body = MAIN, [*body, end]
    call = ast.Assign(
        targets=[ast.Name(id=RETURNED, ctx=ast.Store())],
        value=ast.Call(func=ast.Name(id=MAIN, ctx=ast.Load()), args=[], keywords=[]),
    )
    for new in (template, end, call):
        ast.copy_location(new, first)
    tree.body = [template, call]
    for node in ast.walk(template):
        _strip_inner(node)
    ast.fix_missing_locations(tree)


def _name_types(outer: "list[ast.AST]", bound: "set[str]") -> None:
    bound.update(
        node.name.id for node in outer if type(node).__name__ == "TypeAlias"
    )


def _strip_inner(node: ast.AST) -> None:
    """Annotated names in blocks of the wrapped body, such as those of `if`."""
    if isinstance(node, _SCOPES) and getattr(node, "name", None) != MAIN:
        return
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if isinstance(statements, list):
            statements[:] = [_without_annotation(statement) for statement in statements]


def _without_annotation(statement: ast.stmt) -> ast.stmt:
    """A global name cannot be annotated in a function: `x: int = 1` becomes `x = 1`."""
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        return statement
    if statement.value is None:
        return ast.copy_location(ast.Pass(), statement)
    plain = ast.Assign(targets=[statement.target], value=statement.value)
    return ast.copy_location(plain, statement)


def _error(message: str, node: ast.AST) -> SyntaxError:
    error = SyntaxError(message)
    error.lineno, error.offset = node.lineno, node.col_offset + 1
    return error
