"""Assignments to names, attributes, items and tuples of them."""

from __future__ import annotations

import ast

from ...layout import SESSION
from ..binding import bind
from ..expressions import evaluate
from ..holding import capped, frozen, join, passed
from ..machine import Frame, Run, place_of
from ..values import Choice, Const, ListV, Obj, Opaque, Value
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
    match target:
        case ast.Name(id=name):
            found = (
                passed(value, place_of(frame.module, target))
                if not isinstance(value, Const)
                else value
            )
            frame.env[name] = found
            if isinstance(found, Obj) and not frame.name:
                found.is_symbolic = True  # a global: every call finds it built
            if name in frame.globals_named:
                frame.module.env[name] = found
        case ast.Tuple() | ast.List():
            bind(run, frame, target, value)
            for each in target.elts:
                if isinstance(each, ast.Attribute):
                    assign(run, frame, each, Opaque(), node)
        case ast.Attribute(value=owner, attr=attr):
            _set_attribute(run, frame, evaluate(run, frame, owner), attr, value)
        case ast.Subscript(value=owner, slice=index):
            set_item(run, frame, target, evaluate(run, frame, owner), owner, index, value, node)
        case _:
            pass


def _is_missing_there(frame: Frame, attr: str) -> bool:
    """Whether an attribute is set where it was found to be missing: it is built once and kept."""
    for test in frame.guards:
        match test:
            case ast.Compare(
                left=ast.Attribute(attr=name), ops=[ast.Is() | ast.Eq()], comparators=[other]
            ):
                if name == attr and isinstance(other, ast.Constant) and not other.value:
                    return True
            case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr=name)) if name == attr:
                return True
            case _:
                pass
    return False


def _set_attribute(run: Run, frame: Frame, owner: Value, attr: str, value: Value) -> None:
    if isinstance(owner, Choice):
        for option in owner.options:
            _set_attribute(run, frame, option, attr, value)
    if not isinstance(owner, Obj):
        return
    if owner.is_symbolic and _is_missing_there(frame, attr):
        value = frozen(value, SESSION)
    if frame.conds and attr in owner.attrs:
        under = capped(frame.under(), SESSION) if owner.is_symbolic else frame.under()
        value = join([owner.attrs[attr], value], under)
    for option in value.options if isinstance(value, Choice) else [value]:
        if owner.is_symbolic and isinstance(option, ListV):
            option.persists = True
    owner.attrs[attr] = value
