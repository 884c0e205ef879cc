"""
A runner with a hole: it stands in the place of runner.py, and runs the code of a job as code of
Python with all that Python has. It stands for an interpreter and a policy that fell, after the child
has been locked; tests alone put it there.
"""

import builtins
import json

from failures import failure

TEXT_MAX = 200_000


def run(
    job: "dict[str, object]", context: "dict[str, object]", log: object, text_most: int
) -> "tuple[dict[str, object], bytes]":
    """Runs the code with nothing taken away; what it leaves in `result` is the value."""
    scope = {"__builtins__": builtins, "__name__": "__main__", "context": context, "log": log}
    try:
        exec(compile(job["code"], "opened", "exec"), scope)
        body = json.dumps(scope.get("result"), default=repr)
    except MemoryError:
        raise
    except BaseException as error:
        return failure("error", f"{type(error).__name__}: {error}"[:text_most]), b""
    return {"kind": "value"}, body[:TEXT_MAX].encode("utf-8", "replace")
