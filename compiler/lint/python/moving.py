"""Attributes that one turn leaves other than it found them: the next turn's prompt is made of what was left."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from ..layout import TURN
from .filling import AMBIENT
from .frames import Frame
from .holding import taints_in
from .machine import Run
from .messages import options_of
from .mutations import OF_MODELS
from .places import place_of
from .taints import NONE, Taint, Taints
from .values import Choice, Const, DictV, ListV, Obj, Opaque, Text, Value
from .walking import walk

_BUILDERS = frozenset({"__init__", "__post_init__", "__new__", "__enter__", "__aenter__"})
_LIVE = AMBIENT | {Cause.RETRIEVED, Cause.VARYING}
_OF_TOOLS = frozenset({"function", "input_schema", "parameters", "inputSchema"})


def note_moved(
    run: Run, frame: Frame, owner: object, name: str, old: Value | None, value: Value, node: ast.AST
) -> None:
    """Remember what is set of something that was there before this turn, and will be after it.

    `owner`: an object, a class, a module or a table.
    """
    if not frame.name or frame.name.rpartition(".")[2] in _BUILDERS:
        return
    key = run.cell(owner, name)
    if isinstance(value, Const) and OF_MODELS.search(name):
        return  # another name for the same, as far as is known
    is_always = not any(each.conds for each in run.frames)
    if is_always:
        run.fresh.add(key)
    if _is_rare(run):
        return
    if _is_another(old, value):
        run.touched.setdefault(key, _left_by(frame, owner, name, value, node))
    elif _holds_tools(value) or (is_always and _is_open(old, value)):
        run.reset.setdefault(key, _left_by(frame, owner, name, value, node))


def _left_by(frame: Frame, owner: object, name: str, value: Value, node: ast.AST) -> Taint:
    symbol = f"{owner.cls.name}.{name}" if isinstance(owner, Obj) else name
    place = place_of(frame.module, node, symbol)
    flag = "said" if isinstance(value, Opaque) and value.is_reply else ""
    what = f"`{name}`, which each turn leaves for the next"
    return Taint(Cause.STATE, TURN, place, what, flag=flag)


def note_grown(run: Run, frame: Frame, target: ListV | DictV, node: ast.AST) -> None:
    """Remember what is put into a list or table that the next turn, or the next round of a loop, finds grown."""
    if _is_rare(run):
        return
    place = place_of(frame.module, node)
    taint = Taint(Cause.STATE, TURN, place, "what each turn adds", loops=run.loop_numbers())
    if isinstance(target, ListV) and run.offered.get(id(target)) is target:
        run.moved.setdefault(run.cell(target, GROWN), taint)
    if target.persists:
        run.grown.setdefault(id(target), (target, taint))
        return
    for loop in run.loops:
        if loop.number not in target.loops and not loop.is_exact:
            target.as_text |= {replace(taint, needs=loop.number)}
            return


def item(key: object) -> str:
    """Names the item of a table under a key."""
    return f"[{key!r}]"


GROWN = "[]"
"""Stands for the elements of a list of tools."""

ADDED = "+"
"""Stands for what is put into a list or table."""


def moved_by_turn(run: Run, owner: object, name: str) -> Taints:
    """What something varies with that an earlier turn has set; nothing where this one set it already."""
    cell = run.cell(owner, name)
    run.read.add(cell)
    taint = run.moved.get(cell)
    if taint is None or cell in run.fresh:
        return NONE
    return frozenset({taint})


def as_moved(run: Run, owner: object, name: str, value: Value) -> Value:
    """A name's value, with what an earlier turn may have left there."""
    if isinstance(value, ListV | DictV) and value.persists:
        run.read.add(run.cell(value, ADDED))
    taints = moved_by_turn(run, owner, name)
    if not taints or not isinstance(value, Const | Opaque | Text | Choice):
        return value
    return Opaque(taints_in(value) | taints, label=name)


def take_over(run: Run, known: int, sends: bool = True) -> bool:
    """Whether what was followed leaves something, beside what was known, to be followed again with.

    What is set to a value that isn't known, or to tools, is another one each time only where that is part of a
    turn: it sends.
    """
    for key, taint in (run.touched | run.reset if sends else run.touched).items():
        run.moved.setdefault(key, taint)
    for target, taint in run.grown.values():
        if not any(t.cause is Cause.STATE for t in target.as_text):
            run.moved[run.cell(target, ADDED)] = taint
            target.as_text |= {taint}
    return len(run.moved) > known


def _is_another(old: Value | None, value: Value) -> bool:
    """Whether a value is another one each turn, or another one than there was at first."""
    match value:
        case Const(value=held):
            return isinstance(old, Const) and held is not None and old.value != held
        case Choice(options=options) if all(isinstance(o, Const) for o in options):
            return any(_is_another(old, o) for o in options)
        case Opaque():
            return value.is_reply or _lives(value)
        case Text():
            return _lives(value)
        case _:
            return False


def _holds_tools(value: Value) -> bool:
    return isinstance(value, ListV) and any(_is_tool(item.value) for item in value.items)


def _is_open(old: Value | None, value: Value) -> bool:
    """Whether a value that isn't known takes the place of a known text or number."""
    is_known = isinstance(old, Const) and isinstance(old.value, str | int | float)
    return is_known and isinstance(value, Opaque) and not value.is_fixed


def _lives(value: Value) -> bool:
    return any(t.rank >= TURN and t.cause in _LIVE for t in taints_in(value, 3))


def _is_tool(value: Value) -> bool:
    return any(isinstance(o, DictV) and o.fields.keys() & _OF_TOOLS for o in options_of(value))


def is_past_limit(run: Run) -> bool:
    """Whether this is reached past a limit alone: a history that has grown too long, say."""
    return any(_is_limit(test) for each in run.frames for test in each.guards)


def _is_rare(run: Run) -> bool:
    """Whether this is reached once, where something isn't there yet, or past a limit."""
    once = any(_is_once(test, each.me) for each in run.frames for test in each.guards)
    return once or is_past_limit(run)


def _is_once(test: ast.expr, me: str) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="hasattr"))):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _is_own(inner, me)
        case ast.Compare(left=left, comparators=[ast.Constant(value=None)]):
            return _is_own(left, me)
        case ast.BoolOp(values=values):
            return any(_is_once(each, me) for each in values)
        case _:
            return _is_own(test, me)


def _is_own(node: ast.expr, me: str) -> bool:
    """Whether something is an attribute of the object itself or of a class, or a global by the way it is written."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id == me or node.value.id[:1].isupper()
    return isinstance(node, ast.Name) and node.id.startswith("_")


def _is_limit(test: ast.expr) -> bool:
    orders = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
    return any(
        isinstance(n, ast.Compare) and any(isinstance(op, orders) for op in n.ops)
        for n in walk(test)
    )
