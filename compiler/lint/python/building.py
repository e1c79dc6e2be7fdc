"""Building containers: what is spread, merged and put into them, and what it means for messages of a history."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .copies import items_of
from .elements import element_of, is_historical
from .frames import Frame
from .holding import join, shape_of, taints_in
from .machine import Run
from .places import place_of, shown
from .taints import MARKS, SAID, Taint
from .thoughts import emptied
from .values import Choice, Const, DictV, ListV, Opaque, Value


def splice(target: ListV, value: Value) -> None:
    """Put all elements of an iterable at the end of a list."""
    match value:
        case ListV():
            for item in items_of(value):
                target.add(item.value, item.many, is_same=item.is_same)
            target.as_text |= value.as_text
            target.is_copy |= value.is_copy
            if value.persists and not any(i.many for i in value.items):
                target.add(Opaque(parent=value, index="all", label="history"), many=True)
        case Choice(options=options):
            lists = [o for o in options if not (isinstance(o, Const) and o.value is None)]
            for option in lists:
                before = len(target.items)
                splice(target, option)
                end = -1 if option is lists[-1] and _ends_anew(option) else None
                for item in target.items[before:][:end]:
                    item.many = item.many or len(lists) > 1
            target.shape |= frozenset(replace(t, flag=t.flag or "choice") for t in value.taints)
        case DictV(fields=fields):
            for key in fields:
                target.add(Const(key))
        case Const(value=held) if isinstance(held, str | tuple | list):
            for each in held[:60]:
                target.add(Const(each))
        case _:
            parent = value if isinstance(value, Opaque) and is_historical(value) else None
            item = element_of(value)
            if isinstance(item, Opaque) and parent is not None:
                item = replace(item, parent=parent, index="all")
            target.add(item, many=True)
    target.shape |= shape_of(value)


def _ends_anew(value: Value) -> bool:
    """Whether a lasting list ends with a message that was put there just now: whichever list it is, that is last."""
    return isinstance(value, ListV) and value.persists and bool(value.items[1:])


def order_taint(
    run: Run, frame: Frame, node: ast.AST, what: str = "", cause: Cause = Cause.UNORDERED
) -> Taint:
    """An order that is not fixed, from here on."""
    place = place_of(frame.module, node)
    return Taint(cause, REQUEST, place, what or f"the set {shown(node)}", loops=run.loop_numbers())


def merge(target: DictV, value: Value) -> None:
    """`{**value}` and `update`."""
    match value:
        case DictV():
            target.index = value.index
            target.fields |= value.fields
            target.rest = join([target.rest, value.rest]) if value.rest else target.rest
            target.shape |= value.shape
            target.as_text |= value.as_text
        case Choice(options=options, taints=taints):
            for option in options:
                if isinstance(option, DictV):
                    for key, held in option.fields.items():
                        target.fields[key] = join([target.fields.get(key), held], taints)
                elif isinstance(option, Opaque):
                    target.rest = option
        case Const(value=None):
            pass
        case _:
            target.rest = value if target.rest is None else join([target.rest, value])
            target.shape |= shape_of(value)


def put(run: Run, frame: Frame, target: DictV, key: Value, value: Value, node: ast.AST) -> None:
    """`target[key] = value` in a dictionary that is being made."""
    if isinstance(key, Const):
        try:
            old = target.fields.get(key.value)
            target.fields[key.value] = value
        except TypeError:
            return
        if not _differ_by_marks(old, value):
            _note_rewrite(run, frame, target, key.value, value, node)
        return
    target.rest = value if target.rest is None else join([target.rest, value])
    target.as_text |= frozenset(t for t in taints_in(key, 2) if t.cause is not Cause.UNORDERED)


def _note_rewrite(
    run: Run, frame: Frame, target: DictV, key: object, value: Value, node: ast.AST
) -> None:
    """`{**message, "content": ...}` of a history's newest or oldest messages: they were sent otherwise."""
    base = target.rest
    if base is not None and (thoughts := emptied(run, frame, key, value, node)):
        target.rewrites = thoughts
    if key not in SAID:
        return
    if target.index == "last":
        base = Opaque(index="last", parent=ListV(persists=True))
    if not isinstance(base, Opaque) or base.parent is None:
        return
    target.rewrites = rewrite_taint(run, frame, base, value, node)


def rewrite_taint(
    run: Run, frame: Frame, base: Opaque, value: Value, node: ast.AST
) -> Taint | None:
    """What it means that the content of a replayed message is set; None where all messages are treated alike."""
    place = place_of(frame.module, node)
    under = frozenset(
        t
        for t in frame.under()
        if t.cause in (Cause.STATE, Cause.COUNTER, Cause.CLOCK) and t.flag != "asked"
    )
    from_slice = isinstance(base.parent, Opaque | ListV) and any(
        t.cause in (Cause.REWRITTEN, Cause.WINDOW) for t in base.parent.shape
    )
    from_slice = base.index != "first" and (
        from_slice or any(t.flag == "head" for loop in run.loops for t in loop.shape)
    )
    loops = run.loop_numbers()
    if base.index == "last" and isinstance(value, ListV) and _only_marks(value):
        return None
    if base.index == "last":
        is_shape = isinstance(value, ListV) and _holds(value, base)
        cause = Cause.SHAPE if is_shape else Cause.UNSAVED
        what = (
            "the newest message becomes a list of blocks"
            if is_shape
            else "the newest message is changed"
        )
        return Taint(cause, REQUEST, place, what, loops=loops)
    if (
        under
        or from_slice
        or _counts_back(run, frame)
        or any(t.flag == "length" for t in taints_in(value, 2))
    ):
        return Taint(Cause.REWRITTEN, REQUEST, place, "earlier messages are changed", loops=loops)
    return None


def _counts_back(run: Run, frame: Frame) -> bool:
    """Whether a test around a place asks how far from its end a history is."""
    found = (taints_in(run.evaluate(run, frame, guard), 1) for guard in frame.guards)
    return any(
        any(t.flag == "length" for t in taints) and any(t.cause is Cause.COUNTER for t in taints)
        for taints in found
    )


def _only_marks(value: ListV) -> bool:
    """Whether a list of blocks is the one that stood there, at most with a breakpoint in it."""
    blocks = [item.value for item in value.items]
    kept = [each.rest if isinstance(each, DictV) else each for each in blocks]
    added = {key for each in blocks if isinstance(each, DictV) for key in each.fields}
    return bool(blocks) and added <= {*MARKS} and all(map(_is_child, kept))


def _differ_by_marks(old: Value | None, value: Value) -> bool:
    """Whether two lists hold the same blocks but for breakpoints."""
    if not isinstance(old, ListV) or not isinstance(value, ListV):
        return False
    pairs = list(zip(old.items, value.items, strict=False))
    return len(old.items) == len(value.items) and all(
        _bare(one.value) == _bare(other.value) for one, other in pairs
    )


def _bare(block: Value) -> object:
    """A block without breakpoints, as what tells it from others."""
    if not isinstance(block, DictV):
        return id(block)
    fields = {k: v for k, v in block.fields.items() if k not in MARKS}
    return {k: v.value if isinstance(v, Const) else id(v) for k, v in fields.items()}


def _is_child(value: Value | None) -> bool:
    return isinstance(value, Opaque) and value.parent is not None


def _holds(value: ListV, base: Opaque) -> bool:
    """Whether a list of blocks only wraps the text that stood there."""
    for item in value.items:
        if isinstance(item.value, DictV):
            held = item.value.fields.get("text")
            if isinstance(held, Opaque) and held.parent is base.parent:
                return True
    return False
