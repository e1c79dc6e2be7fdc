"""Elements of containers: what a loop goes through, the few that are known, and whether they are a history."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from ..finding import Cause
from ..layout import TURN
from .frames import Frame
from .holding import join, taints_in
from .machine import Run
from .places import place_of, shown
from .taints import NONE, Taint, Taints
from .values import Choice, Const, DictV, ListV, Opaque, Text, Value

HISTORY = re.compile(
    r"(^|[._])(messages?|msgs?|history|histories|turns?|transcript|conversation|dialog(ue)?|chat|thread|exchanges|past"
    r"|stored|chat_history|convo|trajectory|scratchpad|message_log)s?(_\w+)?$"
)


NAMED = "named"
"""The kind of a list whose entries are asked for by name, and not by where they stand."""


def is_historical(value: Value) -> bool:
    """Whether a list is one that grows over a conversation, by its name or by what is done to it."""
    match value:
        case ListV(persists=True) | ListV(is_growing=True):
            return True
        case ListV(items=items):
            return any(
                i.many and isinstance(i.value, Opaque) and i.value.parent is not None for i in items
            )
        case Opaque(label=label):
            return bool(HISTORY.search(label.lower().replace("()", ""))) or value.is_copy
        case Choice(options=options):
            return any(is_historical(each) for each in options)
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
        case Opaque(label=label, taints=taints, is_reply=reply, contents=contents):
            parent = value if is_historical(value) else value.parent
            return Opaque(
                taints,
                label=f"{label}[]",
                parent=parent,
                index=(parent is value.parent and value.index) or "all",
                is_reply=reply,
                is_fixed=value.is_fixed,
                contents=contents,
            )
        case Choice(options=options, taints=taints):
            return join([element_of(option) for option in options], taints)
        case Text() | Const():
            return Opaque(taints_in(value), label="character")
        case _:
            return Opaque(taints_in(value))


def _child_of(found: Value, owner: ListV) -> Value:
    """An element that knows the list it belongs to, where that is a history or a copy of one."""
    if not (owner.persists or owner.is_copy or owner.is_growing or owner.parent is not None):
        return found
    if isinstance(found, Choice):
        return replace(found, options=[_child_of(option, owner) for option in found.options])
    if isinstance(found, Opaque):
        place = (
            found.index if found.parent is not None else ""
        )  # elsewhere it says where in an answer
        return replace(found, parent=owner, index=place or "all")
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


def words_in(value: Value) -> frozenset[object]:
    """The constants that a value is, or that stand in it."""
    match value:
        case Const(value=tuple() | list() | set() | frozenset() as held):
            return frozenset(held)
        case Const(value=str() as held):
            return frozenset({held})
        case ListV(items=items):
            return frozenset(i.value.value for i in items if isinstance(i.value, Const))
        case DictV(fields=fields):
            return frozenset(fields)
        case _:
            return frozenset()


def number_in(value: Value) -> int | None:
    """A whole number, where it is known."""
    held = value.value if isinstance(value, Const) else None
    return held if isinstance(held, int) and not isinstance(held, bool) else None


def length_taint(run: Run, frame: Frame, value: Value, node: ast.AST) -> Taints:
    """The length of a history changes with every turn."""
    if not (is_historical(value) or _is_chosen(value)):
        return NONE
    place = place_of(frame.module, node)
    return frozenset(
        {Taint(Cause.STATE, TURN, place, shown(node), loops=run.loop_numbers(), flag="length")}
    )


def _is_chosen(value: Value) -> bool:
    """Whether a list holds those messages of a history that a test lets through."""
    if not isinstance(value, ListV):
        return False
    held = [i.value for i in value.items if i.many]
    options = [o for each in held for o in (each.options if isinstance(each, Choice) else [each])]
    return any(isinstance(o, Opaque) and o.parent is not None for o in options)
