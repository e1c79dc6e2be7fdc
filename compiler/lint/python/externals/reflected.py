"""Builtins that speak of the program itself: its names, its modules, text that is code, what makes a method."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..frames import Frame
from ..holding import taints_in, union
from ..machine import Run
from ..texts import literal
from ..values import DictV, Ext, FnV, Opaque, PartialV, Value

External = Callable[[Run, Frame, Sequence[Value], Mapping[str, Value], ast.Call], Value]


def names_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`locals`, `globals`: the names themselves, so that what is put in is found."""
    is_global = isinstance(node.func, ast.Name) and node.func.id == "globals"
    return DictV(frame.module.env if is_global else frame.env)  # type: ignore[arg-type]


def evaluated(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`eval` of a known text: followed like any other expression."""
    text = literal(args[0]) if args else None
    try:
        tree = ast.parse(text or "", mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return Opaque(union(taints_in(each) for each in args))
    for each in ast.walk(tree):
        ast.copy_location(each, node)
    return run.evaluate(run, frame, tree)


def module_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`importlib.import_module` with a known name."""
    name = literal(args[0]) if args else None
    return Ext(name) if name else Opaque(label="module")


def partial_method(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`functools.partialmethod`."""
    return PartialV(args[0], list(args[1:]), dict(kwargs), True) if args else Opaque()


def property_call(mark: str) -> External:
    """`property(function)`: what a decorator of that name makes of it."""

    def made(
        run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
    ) -> Value:
        held = args[0] if args else kwargs.get("fget")
        if isinstance(held, FnV):
            return replace(held, marks=held.marks | {mark})
        return held if held is not None else Opaque()

    return made
