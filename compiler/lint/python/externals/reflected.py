"""Builtins that speak of the program itself: its names, its modules, text that is code, what makes a method."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..calling import Calling, External
from ..holding import taints_in, union
from ..values import DictV, Ext, FnV, Opaque, PartialV, Value
from ..walking import walk


def names_call(call: Calling) -> Value:
    """`locals`, `globals`: the names themselves, so that what is put in is found."""
    is_global = isinstance(call.node.func, ast.Name) and call.node.func.id == "globals"
    return DictV(call.frame.module.env if is_global else call.frame.env)  # type: ignore[arg-type]


def evaluated(call: Calling) -> Value:
    """`eval` of a known text: followed like any other expression."""
    text = call.key
    try:
        tree = ast.parse(text or "", mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return Opaque(union(taints_in(each) for each in call.args))
    for each in walk(tree):
        ast.copy_location(each, call.node)
    return call.run.evaluate(call.run, call.frame, tree)


def module_call(call: Calling) -> Value:
    """`importlib.import_module` with a known name."""
    name = call.key
    return Ext(name) if name else Opaque(label="module")


def partial_method(call: Calling) -> Value:
    """`functools.partialmethod`."""
    return (
        PartialV(call.args[0], list(call.args[1:]), dict(call.kwargs), True)
        if call.args
        else Opaque()
    )


def property_call(mark: str) -> External:
    """`property(function)`: what a decorator of that name makes of it."""

    def made(call: Calling) -> Value:
        held = call.args[0] if call.args else call.kwargs.get("fget")
        if isinstance(held, FnV):
            return replace(held, marks=held.marks | {mark})
        return held if held is not None else Opaque()

    return made
