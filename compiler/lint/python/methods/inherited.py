"""Methods that a class inherits from one that isn't known: they may call whatever the class has for them."""

from __future__ import annotations

import ast

from ..contents import ambient_in
from ..machine import Run
from ..method_values import method_of
from ..places import bound_method
from ..taints import NONE, Taints
from ..values import ClassInfo, Obj
from ..walking import nodes_of

_MOST = 8


def said_by(run: Run, value: Obj) -> Taints:
    """What the methods of an object give that need no arguments but such as a base has, and what it holds."""
    if value.is_symbolic:
        return NONE
    found = ambient_in(value.attrs.values())
    for info in value.cls.line():
        for name in [n for n in info.methods if not n.startswith("__")][:_MOST]:
            if _gives(info, name) and not _sends(run, info, name):
                fn = bound_method(method_of(info, name), value)
                found |= ambient_in([run.calls.function(run, fn, [], {})])
    return found


def _gives(info: ClassInfo, name: str) -> bool:
    """Whether a method gives anything at all."""
    return any(
        isinstance(n, ast.Return) and n.value is not None for n in nodes_of(info.methods[name])
    )


def _sends(run: Run, info: ClassInfo, name: str) -> bool:
    return run.reach is not None and run.reach.may_send(info.methods[name])
