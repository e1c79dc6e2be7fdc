"""Assignments to names, attributes, items and tuples of them."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause, Place
from ..attributes import set_attribute
from ..binding import unpacked
from ..copies import passed
from ..expressions import evaluate
from ..frames import Frame
from ..labels import label_taints
from ..left import note_left
from ..machine import Run
from ..moving import note_moved
from ..places import place_of
from ..records import as_found, note_changed
from ..values import Choice, Const, Obj, Opaque, Value
from .items import set_item
from .stored import as_stored


def assignment(run: Run, frame: Frame, node: ast.Assign) -> bool:
    """`target = value`."""
    value = evaluate(run, frame, node.value)
    for target in node.targets:
        assign(run, frame, target, as_stored(run, frame, target, node.value, value), node)
    return False


def annotated(run: Run, frame: Frame, node: ast.AnnAssign) -> bool:
    """`target: T = value`."""
    if node.value is not None:
        assign(run, frame, node.target, evaluate(run, frame, node.value), node)
    return False


def assign(run: Run, frame: Frame, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Give a target its value."""
    if isinstance(target, ast.Attribute | ast.Subscript):
        note_changed(run, frame, target, node)
    match target:
        case ast.Name(id=name):
            found = (
                passed(value, place_of(frame.module, target))
                if not isinstance(value, Const | Choice)
                else value
            )
            found = _as_called(found, name, place_of(frame.module, target))
            frame.env[name] = found
            if frame.name:
                as_found(run, frame, name, found)
            if isinstance(found, Obj) and not frame.name:
                found.is_symbolic = True  # a global: every call finds it built
            if name in frame.globals_named:
                note_moved(run, frame, frame.module, name, frame.module.env.get(name), found, node)
                frame.module.env[name] = found
                note_left(run, found)
            if name in frame.outer_named:
                note_moved(run, frame, frame.outer, name, frame.outer.get(name), found, node)
                del frame.env[name]
                frame.outer[name] = found
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            for each, held in zip(elts, unpacked(run, frame, elts, value, node), strict=True):
                inner = each.value if isinstance(each, ast.Starred) else each
                assign(run, frame, inner, held, node)
        case ast.Attribute(value=owner, attr=attr):
            set_attribute(run, frame, evaluate(run, frame, owner), attr, value, node)
        case ast.Subscript(value=owner, slice=index):
            set_item(run, frame, target, evaluate(run, frame, owner), owner, index, value, node)
        case _:
            pass


def _as_called(value: Value, name: str, place: Place) -> Value:
    """One row of a table, which is a user's where it is called one."""
    if not isinstance(value, Opaque) or value.label != "record":
        return value
    named = replace(value, label=name)
    return named if any(t.cause is Cause.USER for t in label_taints(named, place)) else value
