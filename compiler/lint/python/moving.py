"""Attributes that one turn leaves other than it found them: the next turn's prompt is made of what was left."""

from __future__ import annotations

import ast
import re

from ..finding import Cause
from ..layout import TURN
from .filling import AMBIENT
from .frames import Frame
from .holding import taints_in
from .machine import Run
from .messages import options_of
from .places import place_of
from .taints import NONE, Taint, Taints
from .values import Choice, Const, DictV, ListV, Opaque, Text, Value

_BUILDERS = frozenset({"__init__", "__post_init__", "__new__", "__enter__", "__aenter__"})
_LIVE = AMBIENT | {Cause.RETRIEVED, Cause.VARYING}
_OF_MODELS = re.compile(r"(^|_)(model|client|engine|provider|deployment)(_name|_id)?$")
"""Attributes that say who is asked: a constant there is another name for the same."""

_OF_TOOLS = frozenset({"function", "input_schema", "parameters", "inputSchema"})


def note_moved(
    run: Run, frame: Frame, owner: object, name: str, old: Value | None, value: Value, node: ast.AST
) -> None:
    """Remember what is set of something that was there before this turn, and will be after it.

    `owner`: an object, a class, or a module.
    """
    if not frame.name or frame.name.rpartition(".")[2] in _BUILDERS:
        return
    if isinstance(value, Const) and _OF_MODELS.search(name):
        return
    key = (id(owner), name)
    if not any(each.conds for each in run.frames):
        run.fresh.add(key)
    if _is_rare(run) or not _is_another(old, value):
        return
    what = f"`{name}`, which each turn leaves for the next"
    place = place_of(frame.module, node, name)
    flag = "said" if isinstance(value, Opaque) and value.is_reply else ""
    run.touched.setdefault(key, Taint(Cause.STATE, TURN, place, what, flag=flag))


def note_grown(run: Run, frame: Frame, target: ListV, node: ast.AST) -> None:
    """Remember a lasting list of tools that a turn puts something into after it was sent."""
    if run.offered.get(id(target)) is target and not _is_rare(run):
        taint = Taint(Cause.STATE, TURN, place_of(frame.module, node), "what each turn adds")
        run.moved.setdefault((id(target), GROWN), taint)


GROWN = "[]"
"""Stands for the elements of a list."""


def moved_by_turn(run: Run, owner: object, name: str) -> Taints:
    """What something varies with that an earlier turn has set; nothing where this one set it already."""
    taint = run.moved.get((id(owner), name))
    if taint is None or (id(owner), name) in run.fresh:
        return NONE
    return frozenset({taint})


def as_moved(run: Run, owner: object, name: str, value: Value) -> Value:
    """A name's value, with what an earlier turn may have left there."""
    taints = moved_by_turn(run, owner, name) if run.moved else NONE
    if not taints or not isinstance(value, Const | Opaque | Text | Choice):
        return value
    return Opaque(taints_in(value) | taints, label=name)


def take_over(run: Run, known: int) -> bool:
    """Whether the turn that was followed leaves something, beside what was known, to be followed again with."""
    for key, taint in run.touched.items():
        run.moved.setdefault(key, taint)
    return len(run.moved) > known


def _is_another(old: Value | None, value: Value) -> bool:
    """Whether a value is another one each turn, or another one than there was at first."""
    match value:
        case Const(value=held):
            return isinstance(old, Const) and held is not None and old.value != held
        case Opaque():
            return value.is_reply or _lives(value)
        case Text():
            return _lives(value)
        case ListV():
            return any(_is_tool(item.value) for item in value.items)
        case _:
            return False


def _lives(value: Value) -> bool:
    return any(t.rank >= TURN and t.cause in _LIVE for t in taints_in(value, 3))


def _is_tool(value: Value) -> bool:
    return any(isinstance(o, DictV) and o.fields.keys() & _OF_TOOLS for o in options_of(value))


def is_past_limit(run: Run) -> bool:
    """Whether this is reached past a limit alone: a history that has grown too long, say."""
    return any(_is_limit(test) for each in run.frames for test in each.guards)


def _is_rare(run: Run) -> bool:
    """Whether this is reached once, where something isn't there yet, or past a limit."""
    once = any(_is_once(test) for each in run.frames for test in each.guards)
    return once or is_past_limit(run)


def _is_once(test: ast.expr) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _is_own(inner)
        case ast.Compare(left=left, comparators=[ast.Constant(value=None)]):
            return _is_own(left)
        case ast.BoolOp(values=values):
            return any(_is_once(each) for each in values)
        case _:
            return _is_own(test)


def _is_own(node: ast.expr) -> bool:
    """Whether something is an attribute of the object itself, or a global by the way it is written."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name)
    return isinstance(node, ast.Name) and node.id.startswith("_")


def _is_limit(test: ast.expr) -> bool:
    orders = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
    return any(
        isinstance(n, ast.Compare) and any(isinstance(op, orders) for op in n.ops)
        for n in ast.walk(test)
    )
