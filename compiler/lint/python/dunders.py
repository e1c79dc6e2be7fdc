"""Methods that Python calls by itself: operators, items, and what is asked for that an object doesn't have."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .machine import Run
from .method_values import method_of
from .places import bound_method
from .values import Obj, Value

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.BitOr: "or",
    ast.BitAnd: "and",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.Pow: "pow",
}


def called_by_python(run: Run, value: Value, name: str, args: Sequence[Value]) -> Value | None:
    """What an object of the project gives for a method that Python calls; None where it has none."""
    if not isinstance(value, Obj):
        return None
    for info in value.cls.line():
        if name in info.methods:
            fn = bound_method(method_of(info, name), value)
            return run.calls.function(run, fn, list(args), {})
    return None


def operated_by_class(
    run: Run, left: Value, right: Value, op: ast.operator, is_in_place: bool = False
) -> Value | None:
    """`left op right`, where the class of either says what it gives."""
    word = _OPERATORS.get(type(op), "")
    tries = [(left, f"__{word}__", right), (right, f"__r{word}__", left)]
    if is_in_place:
        tries.insert(0, (left, f"__i{word}__", right))
    for owner, name, other in tries:
        found = called_by_python(run, owner, name, [other])
        if found is not None:
            return found
    return None
