"""Demonstrations of DSPy's predictors: they stand as turns of their own in front of what is asked."""

from __future__ import annotations

import ast

from .frames import Frame
from .machine import Run
from .places import dotted, place_of
from .requests import Given
from .texts import parts_of, text
from .values import Const, DictV, Item, ListV, Opaque, Value
from .walking import nodes_of

_HEAD = Const("the fields, and what to do")


def judge_demonstrations(run: Run, frame: Frame, attr: str, value: Value, node: ast.AST) -> None:
    """`predictor.demos = ...` where it is asked then: what an optimizer tries is kept, or thrown away."""
    if attr != "demos" or "dspy" not in frame.module.text or not _asks(frame, node):
        return
    place = place_of(frame.module, node)
    shown = DictV({"role": Const("user"), "content": text(parts_of(value, place))})
    asked = DictV({"role": Const("user"), "content": Opaque(label="fields")})
    messages = ListV("list", [Item(shown), Item(asked)])
    run.send(run, Given(system=_HEAD, messages=messages), place, frame.name or "module")


def _asks(frame: Frame, node: ast.AST) -> bool:
    """Whether the function asks the predictor whose demonstrations it sets, or is what answers one call."""
    if frame.name.rpartition(".")[2] in ("forward", "aforward", "__call__"):
        return True
    targets = node.targets if isinstance(node, ast.Assign) else []
    owners = {dotted(each.value) for each in targets if isinstance(each, ast.Attribute)}
    calls = (n for each in frame.statements for n in nodes_of(each) if isinstance(n, ast.Call))
    return any(dotted(each.func) in owners for each in calls)
