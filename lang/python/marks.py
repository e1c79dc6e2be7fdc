"""What may make something to append that is no text: calls of which nobody can say what they call.

`s += ROLE[r](text)` appends whatever is called; a plan holds only what was seen when it was made. Called by
`opaque`, which remembers such values.
"""

from __future__ import annotations

import ast
import inspect
from functools import partial
from types import CodeType, ModuleType
from typing import Any

from .constants import static
from .context import Lowering
from .source import CannotLower, FunctionSource
from .surface import PRIMITIVES, Appendable

CALLS_DEEP = 4
"""How many calls deep it is looked for."""


def may_make_marks(low: Lowering, node: ast.AST) -> bool:
    """Whether a call in an expression may give what `gen` and the roles give, or is handed what does."""
    found = list(ast.walk(node))
    return any(_may(low, each) for each in found if isinstance(each, ast.Call)) or any(
        _is_ours(low, each) for each in found if isinstance(each, ast.Name | ast.Attribute)
    )


def _is_ours(low: Lowering, node: ast.expr) -> bool:
    """Whether a name stands for one of our functions."""
    found = static(low, node)
    try:
        return found is not None and found[0] in PRIMITIVES
    except TypeError:
        return False


def _may(low: Lowering, call: ast.Call) -> bool:
    match call.func:
        case ast.Name() | ast.Attribute():
            found = static(low, call.func)
            if found is not None:
                return function_may(found[0], CALLS_DEEP)
            # a method of a value, which can't be looked up: only names of our own are suspicious
            if isinstance(call.func, ast.Attribute):
                return call.func.attr in _NAMES
            return not _is_inner(low, call.func.id)
        case _:
            return True


def _is_inner(low: Lowering, name: str) -> bool:
    """Whether a name is only a function that the program defines itself, without our functions in it."""
    for node in ast.walk(low.frame.source.node):
        match node:
            case ast.FunctionDef(name=found) if found == name:
                return not _names_ours(node)
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Lambda()) if found == name:
                return not _names_ours(node)
            case _:
                pass
    return False


def _names_ours(node: ast.AST) -> bool:
    return any(getattr(n, "attr", getattr(n, "id", "")) in _NAMES for n in ast.walk(node))


def function_may(function: Any, depth: int) -> bool:
    """Whether a function, or what it calls, names one of ours."""
    inner = getattr(function, "function", function)
    try:
        if inner in PRIMITIVES:
            return True
    except TypeError:
        return True
    if inspect.isclass(inner):
        return issubclass(inner, Appendable)
    if isinstance(inner, partial):
        return function_may(inner.func, depth)
    if not inspect.isfunction(inner) or depth == 0:
        return False
    try:
        source = FunctionSource.of(inner)
    except CannotLower:
        return False
    seen = [source.outer(name) for name in _names_in(inner.__code__)]
    for found in seen:
        if found is None or found[0] is inner:
            continue
        if isinstance(found[0], ModuleType):
            if found[0].__name__.partition(".")[0] == "sglc" and _NAMES & _names_in(inner.__code__):
                return True
        elif (
            callable(found[0])
            and not inspect.isclass(found[0])
            and function_may(found[0], depth - 1)
        ):
            return True
    return False


def _names_in(code: CodeType) -> set[str]:
    found = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names_in(constant)
    return found


_NAMES = frozenset(PRIMITIVES.values())
