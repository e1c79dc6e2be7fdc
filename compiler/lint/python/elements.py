"""Elements of containers: what a loop, an index or a slice gives, and what a slice of a history means."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST, TURN
from .machine import Frame, Run, place_of, shown
from .values import (
    NONE,
    Choice,
    Const,
    DictV,
    ListV,
    Opaque,
    StateV,
    Taint,
    Taints,
    Text,
    Value,
    items_of,
    join,
    shape_of,
    taints_in,
)

HISTORY = re.compile(
    r"(^|[._])(messages?|msgs?|history|histories|turns?|transcript|conversation|dialog(ue)?|chat|thread|exchanges|past"
    r"|stored|chat_history|convo|trajectory|scratchpad|message_log)s?(_\w+)?$"
)


def is_historical(value: Value) -> bool:
    """Whether a list is one that grows over a conversation, by its name or by what is done to it."""
    match value:
        case ListV(persists=True):
            return True
        case ListV(items=items):
            return any(
                i.many and isinstance(i.value, Opaque) and i.value.parent is not None for i in items
            )
        case Opaque(label=label):
            return bool(HISTORY.search(label.lower().replace("()", ""))) or value.is_copy
        case _:
            return False


def element_of(value: Value) -> Value:
    """Any element of an iterable."""
    match value:
        case ListV(items=items):
            if not items:
                return Opaque(parent=value if value.persists else None, index="all")
            found = join(i.value for i in items)
            return _child_of(found, value)
        case DictV(fields=fields):
            keys: list[Value] = [Const(key) for key in fields]
            return join([*keys, *([Opaque(label="key")] if value.rest or not keys else [])])
        case Opaque(item=item) if item is not None:
            return item
        case Opaque(label=label, taints=taints, is_reply=reply):
            parent = value if is_historical(value) else None
            return Opaque(taints, label=f"{label}[]", parent=parent, index="all", is_reply=reply)
        case Choice(options=options, taints=taints):
            return join([element_of(option) for option in options], taints)
        case Text() | Const():
            return Opaque(taints_in(value), label="character")
        case _:
            return Opaque(taints_in(value))


def _child_of(found: Value, owner: ListV) -> Value:
    """An element that knows the list it belongs to, where that is a history or a copy of one."""
    if isinstance(found, Opaque) and (owner.persists or owner.is_copy):
        return replace(found, parent=owner, index=found.index or "all")
    return found


def known_items(value: Value) -> list[Value] | None:
    """All elements, where they are few and known."""
    if isinstance(value, ListV) and not value.shape and 0 < len(value.items) <= 12:
        if not any(i.many for i in value.items):
            return [i.value for i in value.items]
    if (
        isinstance(value, Const)
        and isinstance(value.value, tuple | list)
        and len(value.value) <= 12
    ):
        return [Const(each) for each in value.value]
    return None


def number_in(value: Value) -> int | None:
    """A whole number, where it is known."""
    held = value.value if isinstance(value, Const) else None
    return held if isinstance(held, int) and not isinstance(held, bool) else None


def indexed(run: Run, frame: Frame, value: Value, index: Value, node: ast.Subscript) -> Value:
    """`value[index]`."""
    tainted = taints_in(index)
    at = number_in(index)
    match value:
        case ListV(items=items):
            if value.is_copy:
                kind = "last" if at is not None and at < 0 else "first" if at == 0 else "all"
                return Opaque(
                    taints_in(element_of(value)), label="message", parent=value, index=kind
                )
            exact = all(not i.many for i in items)
            if value.persists and at == -1 and items and isinstance(items[-1].value, DictV):
                return replace(items[-1].value, index="last")
            if at is not None and exact and -len(items) <= at < len(items):
                return items[at].value
            if at is not None and at < 0 and items and not items[-1].many and at == -1:
                return items[-1].value
            if at == 0 and items and not items[0].many:
                return items[0].value
            found = element_of(value)
            if isinstance(found, Opaque) and (value.persists or value.is_copy or found.parent):
                kind = "last" if at is not None and at < 0 else "first" if at == 0 else "all"
                return replace(
                    found,
                    parent=found.parent if found.parent and not value.is_copy else value,
                    index=kind,
                )
            return join([found], tainted) if tainted else found
        case DictV(fields=fields, rest=rest):
            if isinstance(index, Const):
                try:
                    held = fields.get(index.value, rest)
                except TypeError:
                    held = rest
                return held if held is not None else Opaque(label=f"[{index.value!r}]")
            return join([*fields.values(), rest or Opaque()], tainted)
        case Choice(options=options, taints=taints):
            return join([indexed(run, frame, o, index, node) for o in options], taints | tainted)
        case Const(value=held) if at is not None and isinstance(held, str | tuple | list):
            try:
                return Const(held[at])
            except IndexError:
                return Opaque()
        case Opaque():
            return _of_opaque(value, index, at, tainted)
        case StateV():
            return Opaque(is_reply=True, label="state[]")
        case Text():
            return Opaque(taints_in(value) | tainted)
        case _:
            return Opaque(taints_in(value) | tainted)


def _of_opaque(value: Opaque, index: Value, at: int | None, tainted: Taints) -> Value:
    key = index.value if isinstance(index, Const) else None
    if isinstance(key, str):
        label = f"{value.label}.{key}" if not value.label.startswith("<") else value.label
        return Opaque(
            value.taints | tainted,
            label=label,
            parent=value.parent,
            index=value.index,
            is_reply=value.is_reply,
        )
    if value.item is not None:
        return value.item
    parent = value if is_historical(value) else value.parent
    kind = "last" if at is not None and at < 0 else "first" if at == 0 else "all"
    label = f"{value.label}[]" if not value.label.startswith("<") else value.label
    return Opaque(
        value.taints | tainted, label=label, parent=parent, index=kind, is_reply=value.is_reply
    )


# --- slices -----------------------------------------------------------------------------------------


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
        return value
    low, high = cut.lower, cut.upper
    if isinstance(value, ListV) and not any(i.many for i in value.items):
        known = _known_slice(run, frame, value, cut)
        if known is not None:
            return known
    taints: set[Taint] = set()
    if low is not None and _moves(run, frame, low) and not is_stride(low, frame):
        flag = "guarded" if is_hysteresis(run, frame, low) else ""
        taints.add(_taint(run, frame, node, Cause.WINDOW, flag))
    elif high is not None and _moves(run, frame, high) and not is_stride(high, frame):
        taints.add(_taint(run, frame, node, Cause.REWRITTEN, "head"))
    return _with_shape(value, frozenset(taints))


_TEXT = re.compile(
    r"(^|[._])(text|data|output|stdout|stderr|content|body|string|line|code|result|dump)$"
)


def _is_text(value: Opaque) -> bool:
    """Whether something that is cut is a text by its name: its end is no window over a conversation."""
    return not is_historical(value) and bool(_TEXT.search(value.label.lower()))


def _with_shape(value: Value, taints: Taints) -> Value:
    match value:
        case ListV():
            return replace(value, items=items_of(value), shape=value.shape | taints, persists=False)
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
    return replace(value, items=value.items[ends[0] : ends[1]])


def _moves(run: Run, frame: Frame, end: ast.expr) -> bool:
    """Whether an end of a slice moves as the list grows: it counts from the list's end."""
    match end:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return number_in(run.evaluate(run, frame, operand)) != 1
        case ast.Constant(value=int(n)):
            return n < -1
        case _:
            if any(_is_length(node) for node in ast.walk(end)):
                return True
            found = run.evaluate(run, frame, end)
            at = number_in(found)
            if at is not None:
                return at < -1
            return isinstance(found, Opaque) and any(t.flag == "length" for t in found.taints)


def _is_length(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def is_stride(end: ast.expr, frame: Frame) -> bool:
    """Whether a moving end is rounded, so that it moves in strides."""
    names = {n.id for n in ast.walk(end) if isinstance(n, ast.Name)}
    texts = [end, *(s for s in _assignments(frame, names))]
    return any(isinstance(n, ast.FloorDiv | ast.Mod) for each in texts for n in ast.walk(each))


def _assignments(frame: Frame, names: set[str]) -> Iterator[ast.expr]:
    """What the names of an expression were computed from, in the same function."""
    for statement in frame.statements:
        for node in ast.walk(statement):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                    yield value
                case ast.AugAssign(target=ast.Name(id=name), value=value) if name in names:
                    yield ast.BinOp(value, node.op, value)
                case _:
                    pass


def is_hysteresis(run: Run, frame: Frame, end: ast.expr) -> bool:
    """Whether a cut happens only past a limit that is well above what is kept."""
    kept = _kept(run, frame, end)
    for guard in frame.guards:
        for limit in _limits(guard):
            above = number_in(run.evaluate(run, frame, limit))
            if above is None or kept is None:
                if ast.dump(limit) not in {ast.dump(n) for n in ast.walk(end)}:
                    return True
            elif above - kept >= max(4, kept // 4):
                return True
    return False


def _kept(run: Run, frame: Frame, end: ast.expr) -> int | None:
    match end:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return number_in(run.evaluate(run, frame, operand))
        case ast.BinOp(op=ast.Sub(), right=right):
            return number_in(run.evaluate(run, frame, right))
        case _:
            at = number_in(run.evaluate(run, frame, end))
            return -at if at is not None and at < 0 else None


def _limits(guard: ast.expr) -> Iterator[ast.expr]:
    """What a size is compared with in a test."""
    for node in ast.walk(guard):
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            sides = (node.left, node.comparators[0])
            sizes = [_is_size(side) for side in sides]
            if sizes[0] != sizes[1]:
                yield sides[1] if sizes[0] else sides[0]


_SIZE = re.compile(r"len|count|tokens|size|total|used|estimate", re.I)


def _is_size(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="sum" | "max"), args=[inner, *_]):
            return any(_is_size(each) for each in ast.walk(inner) if isinstance(each, ast.Call))
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return bool(_SIZE.search(name))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return (
                bool(re.search(r"tokens|size|total|used|count|length", name)) and not name.isupper()
            )
        case _:
            return False


def limits_of(frame: Frame) -> set[str]:
    """The distinct limits that the tests around a place compare sizes with, those left out that only ask for a few."""
    found = [limit for guard in frame.guards for limit in _limits(guard)]
    return {ast.unparse(limit) for limit in found if not _is_few(limit)}


def _is_few(limit: ast.expr) -> bool:
    """Whether a limit keeps a list from being emptied, rather than from growing."""
    return isinstance(limit, ast.Constant) and isinstance(limit.value, int) and limit.value <= 4


def length_taint(run: Run, frame: Frame, value: Value, node: ast.AST) -> Taints:
    """The length of a history changes with every turn."""
    if not is_historical(value):
        return NONE
    place = place_of(frame.module, node)
    return frozenset(
        {Taint(Cause.STATE, TURN, place, shown(node), loops=run.loop_numbers(), flag="length")}
    )


def shapes(values: Sequence[Value]) -> Taints:
    """The shapes of several values."""
    found: Taints = NONE
    for value in values:
        found |= shape_of(value)
    return found
