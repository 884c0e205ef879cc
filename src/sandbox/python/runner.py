"""One job from its source to the reply."""

import ast
import keyword
import types

import check
import deadline
import ground
import values
from failures import error_failure, failure, syntax_failure
from guards import get_attribute
from lines import Log
from modules import Importer
from places import CODE_FILE, Lines, utf8_of
from rewrite import GUARDED_ATTRIBUTE, NOTHING, RETURNED, rewrite
from tables import Duplicate

TOO_DEEP = "the code is nested too deeply"
Reply = "tuple[dict[str, object], bytes]"


def run(job: "dict[str, object]", context: "dict[str, object]", log: Log, text_most: int) -> Reply:
    """
    Checks and runs the code of a job and gives header and body of the reply. Raises Deadline and
    MemoryError, also where they came while the code or its result was at work.
    """
    source = utf8_of(job["code"])
    lines = Lines(source)
    try:
        code = _compile(source, lines, job)
    except SyntaxError as error:
        return syntax_failure(error, lines), b""
    except check.Refused as refused:
        _, place = refused.problems[0]
        return failure("refused", refused.message()[:text_most], place), b""
    except (RecursionError, MemoryError, OverflowError):
        return failure("syntax", TOO_DEEP, {"line": 1, "column": 1}), b""
    except ValueError as error:
        return failure("syntax", str(error), {"line": 1, "column": 1}), b""
    try:
        value = _execute(code, _scope(job, context, log), job.get("function"), context)
        body = values.to_json(value, job["outputBytes"])
    except values.Unfit as unfit:
        return failure("error", str(unfit)[:text_most]), b""
    except Duplicate as duplicate:
        return failure("error", str(duplicate)), b""
    except values.TooLarge:
        message = f"the result is larger than {job['outputBytes']} bytes"
        return failure("output", message), b""
    except NoFunction as missing:
        return failure("error", str(missing)), b""
    except (deadline.Deadline, MemoryError):
        raise
    except SystemError as error:
        # What parts of Python say when memory ended where they did not expect it; no code can.
        raise MemoryError from error
    except BaseException as error:
        return error_failure(error, lines, text_most), b""
    return {"kind": "value"}, body


class NoFunction(Exception):
    """The code defines no function of the name that was asked for."""


def _compile(source: str, lines: Lines, job: "dict[str, object]") -> types.CodeType:
    tree = ast.parse(source, CODE_FILE)
    check.check(tree, lines, job["level"], job["imports"])
    return compile(rewrite(tree), CODE_FILE, "exec", dont_inherit=True, optimize=0)


def _scope(
    job: "dict[str, object]", context: "dict[str, object]", log: Log
) -> "dict[str, object]":
    """The variables that the code begins with."""
    builtins = ground.builtins_at(job["level"])
    builtins.update(
        {
            "print": log.print,
            "__import__": Importer(job["imports"]),
            GUARDED_ATTRIBUTE: get_attribute,
            NOTHING: NOTHING,
        }
    )
    scope: "dict[str, object]" = {"inputs": {}}
    scope.update((name, value) for name, value in context.items() if _is_variable(name))
    scope.update({"context": context, "__builtins__": builtins, "__name__": "__main__"})
    return scope


def _is_variable(name: str) -> bool:
    """Whether a name of the flow is a variable too; `result` would be taken for the result."""
    is_plain = name.isidentifier() and not keyword.iskeyword(name)
    is_free = not ground.is_builtin(name) and name not in ("result", "context")
    return is_plain and is_free and not name.startswith("__")


def _execute(
    code: types.CodeType,
    scope: "dict[str, object]",
    function: "str | None",
    context: "dict[str, object]",
) -> object:
    exec(code, scope)
    if function is not None:
        return _call(scope.get(function), function, context)
    returned = scope.get(RETURNED, NOTHING)
    return scope.get("result") if returned is NOTHING else returned


def _call(found: object, name: str, context: "dict[str, object]") -> object:
    if not callable(found):
        what = "is not a function" if found is not None else "is not defined"
        raise NoFunction(f"the function {name} {what} in the code; define it, or correct function")
    if type(found) is types.FunctionType:
        code = found.__code__
        takes_none = code.co_argcount == 0 and not code.co_flags & VARIABLE_ARGUMENTS
        if takes_none:
            return found()
    return found(context)


# CO_VARARGS of the inspect module.
VARIABLE_ARGUMENTS = 4

