"""Instances that a class method builds of what was stored: their histories begin with what is put there anew."""

from __future__ import annotations

import ast

from .budget import MAX_STEPS
from .machine import OutOfSteps, Run
from .messages import dict_of, role_of
from .method_values import is_class_method, method_of
from .places import bound_method
from .values import ClassInfo, ClassV, Const, ListV, Obj, Value
from .walking import nodes_of

_MOST = 2
"""Class methods of one class that are tried."""


def begin_as_restored(run: Run, made: Obj) -> None:
    """Give an instance the heads that a class method puts in front of a history which is empty at first."""
    for info in made.cls.line():
        for name in _builders(run, info)[:_MOST]:
            for attr, held in _built_by(run, info, name).items():
                before = made.attrs.get(attr)
                if isinstance(before, ListV) and not before.items and _begins_with_head(held):
                    made.attrs[attr] = held


def _builders(run: Run, info: ClassInfo) -> list[str]:
    """Class methods that make an instance, and write a system message."""
    return [
        name
        for name, node in info.methods.items()
        if is_class_method(node)
        and run.reach is not None
        and run.reach.matters(node)
        and any(isinstance(n, ast.Constant) and n.value == "system" for n in nodes_of(node))
    ]


def _built_by(run: Run, info: ClassInfo, name: str) -> dict[str, Value]:
    fn = bound_method(method_of(info, name), ClassV(info))
    try:
        with run.afresh(MAX_STEPS // 6):
            found = run.calls.function(run, fn, [], {})
    except (OutOfSteps, RecursionError):
        return {}
    return found.attrs if isinstance(found, Obj) and found.cls is info else {}


def _begins_with_head(value: Value) -> bool:
    first = value.items[0].value if isinstance(value, ListV) and value.items else None
    message = dict_of(first) if first is not None else None
    role = message.fields.get("role", Const("")) if message is not None else Const("")
    return role_of(role) in ("system", "developer")
