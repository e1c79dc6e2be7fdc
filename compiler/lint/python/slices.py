"""Slices: of a history, a window or a head, and whether it moves with every turn."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .copies import items_of
from .drawn import drawn_by
from .elements import is_historical, number_in
from .frames import Frame
from .growing import is_growing
from .holding import join, shape_of, taints_in
from .limits import is_hysteresis
from .machine import Run
from .places import place_of, shown
from .queries import built_rows
from .taints import Taint, Taints
from .values import Choice, Const, ListV, Opaque, Text, Value
from .walking import walk


def sliced(run: Run, frame: Frame, value: Value, node: ast.Subscript) -> Value:
    """`value[a:b]`: of a history, a window or a head; of anything else, the same."""
    cut = node.slice
    assert isinstance(cut, ast.Slice)
    if isinstance(value, Const) and isinstance(value.value, str | tuple | list):
        return _exact(run, frame, value, cut)
    if isinstance(value, Text):
        return value
    if isinstance(value, Choice):
        return join([sliced(run, frame, o, node) for o in value.options], value.taints)
    if isinstance(value, Opaque) and _is_text(value):
        return replace(value, taints=value.taints | _as_long(run, frame, node, cut))
    low, high = cut.lower, cut.upper
    if isinstance(value, Opaque) and _takes_off(node):
        return value
    if low is None and high is not None and isinstance(value, Opaque | ListV):
        rows = built_rows(run, ast.unparse(node), place_of(frame.module, node))
        if rows is not None and shape_of(rows):
            return rows
    if isinstance(value, ListV) and not any(i.many for i in value.items):
        known = _known_slice(run, frame, value, cut)
        if known is not None:
            return known
    if isinstance(value, ListV) and low is None and high is not None:
        value = _without_last(run, frame, value, high)
    taints: set[Taint] = set()
    strides = any(_in_strides(run, frame, end) for end in (low, high) if end is not None)
    if strides:
        return _with_shape(run, value, frozenset())
    if low is not None and _moves(run, frame, low) and not is_stride(low, frame):
        flag = "guarded" if is_hysteresis(run, frame, low) else ""
        taints.add(_taint(run, frame, node, Cause.WINDOW, flag))
    elif low is None and high is not None and _of_newest(value) and not strides:
        taints.add(_taint(run, frame, node, Cause.WINDOW, ""))
    elif high is None and low is not None and number_in(run.evaluate(run, frame, low)):
        taints.add(_taint(run, frame, node, Cause.REWRITTEN, "rest"))
    elif high is not None and _moves(run, frame, high) and not is_stride(high, frame):
        taints.add(_taint(run, frame, node, Cause.REWRITTEN, "head"))
    ends = [run.evaluate(run, frame, end) for end in (low, high) if end is not None]
    taints |= drawn_by((t for end in ends for t in taints_in(end)), place_of(frame.module, node))
    return _with_shape(run, value, frozenset(taints))


def _without_last(run: Run, frame: Frame, value: ListV, high: ast.expr) -> ListV:
    """`history[:-1]`, whose last message is known."""
    is_last = number_in(run.evaluate(run, frame, high)) == -1
    if not is_last or not value.items or value.items[-1].many:
        return value
    return replace(value, items=value.items[:-1], persists=False, parent=value.parent or value)


def _takes_off(node: ast.Subscript) -> bool:
    """`text[len(prefix):]`: what begins with something else, without it; no end of it moves."""
    match node.slice:
        case ast.Slice(
            lower=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=prefix)]), upper=None
        ):
            is_itself = isinstance(node.value, ast.Name) and node.value.id == prefix
            return not is_itself and not _HISTORY_LENGTH.search(prefix)
        case _:
            return False


_HISTORY_LENGTH = re.compile(
    r"(^|_)(messages|history|turns|chat|thread|conversation|log|sent|old|seen|kept)$"
)


_TEXT = re.compile(
    r"(^|[._])(text|data|output|stdout|stderr|content|body|string|line|code|result|dump)$"
)


def _is_text(value: Opaque) -> bool:
    """Whether something that is cut is a text by its name: its end is no window over a conversation."""
    return not is_historical(value) and bool(_TEXT.search(value.label.lower()))


def _as_long(run: Run, frame: Frame, node: ast.Subscript, cut: ast.Slice) -> Taints:
    """A text that is cut by how long the history is: with each message that comes it is cut elsewhere."""
    ends = [run.evaluate(run, frame, end) for end in (cut.lower, cut.upper) if end is not None]
    if not any(t.flag == "length" for end in ends for t in taints_in(end, 1)):
        return frozenset()
    return frozenset({_taint(run, frame, node, Cause.REWRITTEN, "")})


def _with_shape(run: Run, value: Value, taints: Taints) -> Value:
    match value:
        case ListV():
            parent = value if is_growing(run, value) else value.parent
            return replace(
                value,
                items=items_of(value),
                shape=value.shape | taints,
                persists=False,
                parent=parent,
            )
        case Opaque():
            return replace(value, shape=value.shape | taints)
        case _:
            return value


def _taint(run: Run, frame: Frame, node: ast.AST, cause: Cause, flag: str) -> Taint:
    what = f"the window {shown(node)}" if cause is Cause.WINDOW else f"{shown(node)}"
    return Taint(
        cause, REQUEST, place_of(frame.module, node), what, loops=run.loop_numbers(), flag=flag
    )


def _exact(run: Run, frame: Frame, value: Const, cut: ast.Slice) -> Value:
    ends = [
        number_in(run.evaluate(run, frame, e)) if e is not None else None
        for e in (cut.lower, cut.upper)
    ]
    held = value.value
    if isinstance(held, str | tuple | list):
        return Const(held[ends[0] : ends[1]], value.place)
    return value


def _known_slice(run: Run, frame: Frame, value: ListV, cut: ast.Slice) -> Value | None:
    ends: list[int | None] = []
    for end in (cut.lower, cut.upper):
        at = number_in(run.evaluate(run, frame, end)) if end is not None else None
        if end is not None and at is None:
            return None
        ends.append(at)
    if value.persists or (ends[0] is not None and ends[0] < 0):
        return None
    if ends[1] is not None and ends[1] < -1 and is_growing(run, value):
        return None
    return replace(value, items=value.items[ends[0] : ends[1]])


def _moves(run: Run, frame: Frame, end: ast.expr) -> bool:
    """Whether an end of a slice moves as the list grows: it counts from the list's end."""
    match end:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return number_in(run.evaluate(run, frame, operand)) != 1
        case ast.Constant(value=int(n)):
            return n < -1
        case _:
            if any(_is_length(node) for node in walk(end)):
                return True
            found = run.evaluate(run, frame, end)
            at = number_in(found)
            if at is not None:
                return at < -1
            return isinstance(found, Opaque) and any(t.flag == "length" for t in found.taints)


def _of_newest(value: Value) -> bool:
    """Whether a list begins with the newest of what it is made of."""
    return (
        isinstance(value, ListV) and value.kind == "reversed" and any(i.many for i in value.items)
    )


def _in_strides(run: Run, frame: Frame, end: ast.expr) -> bool:
    """Whether what gives an end rounds the length, so that it stays where it is for a while."""
    return any(t.flag == "stride" for t in taints_in(run.evaluate(run, frame, end), 2))


def _is_length(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def is_stride(end: ast.expr, frame: Frame) -> bool:
    """Whether a moving end is rounded, so that it moves in strides."""
    names = {n.id for n in walk(end) if isinstance(n, ast.Name)}
    texts = [end, *(s for s in assigned_to(frame, names))]
    return _is_stepped(end, frame) or any(
        isinstance(n, ast.FloorDiv | ast.Mod) for each in texts for n in walk(each)
    )


def _is_stepped(end: ast.expr, frame: Frame) -> bool:
    """Whether an end is an attribute that the class moves on by more than one, where a test says so."""
    if not isinstance(end, ast.Attribute) or frame.owner is None:
        return False
    tests = [n for n in walk(frame.owner.node) if isinstance(n, ast.If | ast.While)]
    moved = [n for test in tests for n in walk(test) if isinstance(n, ast.AugAssign)]
    return any(
        isinstance(n.target, ast.Attribute)
        and n.target.attr == end.attr
        and not (isinstance(n.value, ast.Constant) and n.value.value == 1)
        for n in moved
    )


def assigned_to(frame: Frame, names: set[str]) -> Iterator[ast.expr]:
    """What the names of an expression were computed from, in the same function."""
    for statement in frame.statements:
        for node in walk(statement):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                    yield value
                case ast.Assign(targets=[ast.Tuple(elts=elts)], value=value) if any(
                    isinstance(e, ast.Name) and e.id in names for e in elts
                ):
                    yield value
                case ast.AugAssign(target=ast.Name(id=name), value=value) if name in names:
                    yield ast.BinOp(value, node.op, value)
                case _:
                    pass
