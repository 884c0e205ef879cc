"""Renders templates with CPython's Jinja2, the measure for ours.

Reads from standard input {"context": {...}, "templates": [...]}, writes a list of {"text": ...} or
{"refused": ..., "phase": "compile" or "render"}, in the same order.
"""

import builtins
import copy
import json
import re
import signal
import sys

from jinja2 import StrictUndefined, TemplateSyntaxError, __version__
from jinja2.sandbox import ImmutableSandboxedEnvironment

FUNCTIONS = "len str int float bool list dict min max sum abs round".split()
SECONDS = 2


def regex_search(value, pattern):
    if not isinstance(value, str):
        return None
    try:
        found = re.search(pattern, value)
    except re.error:
        return None
    return found.group(0) if found else None


def too_slow(_signal, _frame):
    raise TimeoutError("too slow")


def render(environment, template, context):
    signal.alarm(SECONDS)
    try:
        try:
            compiled = environment.from_string(template)
        except TemplateSyntaxError as error:
            return {"refused": f"{type(error).__name__}: {error}", "phase": "compile"}
        return {"text": compiled.render(**copy.deepcopy(context))}
    except Exception as error:  # whatever it is, the template was refused
        return {"refused": f"{type(error).__name__}: {error}", "phase": "render"}
    finally:
        signal.alarm(0)


def main():
    request = json.load(sys.stdin)
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    environment.globals.update({name: getattr(builtins, name) for name in FUNCTIONS})
    environment.filters["regex_search"] = regex_search
    signal.signal(signal.SIGALRM, too_slow)
    context = request["context"]
    results = [render(environment, template, context) for template in request["templates"]]
    json.dump({"version": __version__, "results": results}, sys.stdout)


main()
