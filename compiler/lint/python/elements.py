"""Elements of containers: what a loop, an index or a slice gives, and what a slice of a history means."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Sequence
from dataclasses import replace

from ..finding import Cause
from ..layout import TURN
from .frames import Frame
from .holding import join, shape_of, taints_in
from .machine import Run
from .moving import as_moved, item
from .places import place_of, shown
from .taints import NONE, Taint, Taints, saying
from .values import Choice, Const, DictV, ListV, Opaque, StateV, Text, Value

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


def indexed(run: Run, frame: Frame, value: Value, index: Value, node: ast.Subscript) -> Value:
    """`value[index]`."""
    tainted = saying(taints_in(index))
    at = number_in(index)
    match value:
        case ListV() if loose := _loose(value):
            return join([element_of(value), Const("")], loose | tainted)
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
            if isinstance(found, Choice) and at is not None:
                return _at(found, "last" if at < 0 else "first" if at == 0 else "all")
            if isinstance(found, Opaque) and (value.persists or value.is_copy or found.parent):
                kind = "last" if at is not None and at < 0 else "first" if at == 0 else "all"
                return replace(
                    found,
                    parent=found.parent if found.parent and not value.is_copy else value,
                    index=kind,
                )
            return join([found], tainted) if tainted else found
        case DictV(fields=fields, rest=rest):
            if value.factory is not None:
                return _made_where_missing(run, frame, value, index, node)
            if isinstance(index, Const):
                try:
                    held = fields.get(index.value, rest)
                except TypeError:
                    held = rest
                if held is not None and value.persists:
                    return as_moved(run, value, item(index.value), held)
                return held if held is not None else Opaque(label=item(index.value))
            return join([*fields.values(), rest or Opaque()], tainted)
        case Choice(options=options, taints=taints):
            return join([indexed(run, frame, o, index, node) for o in options], taints | tainted)
        case Const(value=held) if at is not None and isinstance(held, str | tuple | list):
            try:
                return Const(held[at])
            except IndexError:
                return Opaque()
        case Opaque():
            since = run.set_since(value, f"[{index.value!r}]") if isinstance(index, Const) else None
            return since or _of_opaque(value, index, at, tainted)
        case StateV():
            return Opaque(is_reply=True, label="state[]")
        case Text():
            return Opaque(taints_in(value) | tainted)
        case _:
            return Opaque(taints_in(value) | tainted)


_LOOSE = frozenset({Cause.SAMPLED, Cause.UNORDERED, Cause.COMPLETION})


def _loose(value: ListV) -> Taints:
    """What decides which element stands at a place of a list whose order is not fixed."""
    rotated = frozenset(t for t in value.shape if t.flag == "rotated")
    if value.persists or value.is_copy or value.parent is not None:
        return rotated
    if value.kind in ("tuple", NAMED):
        return rotated
    return (
        frozenset(t for t in value.shape if t.cause in _LOOSE and t.flag != "annotated") | rotated
    )


def _at(value: Choice, kind: str) -> Choice:
    """One of several messages of a history, with the end of it at which it stands."""
    options = [
        replace(o, index=kind) if isinstance(o, Opaque) and o.parent is not None else o
        for o in value.options
    ]
    return replace(value, options=options)


def _made_where_missing(
    run: Run, frame: Frame, value: DictV, index: Value, node: ast.Subscript
) -> Value:
    """`table[key]` of a `defaultdict`: what its factory makes, kept under the key; unknown keys share one."""
    key = index.value if isinstance(index, Const) and isinstance(index.value, Hashable) else None
    held = value.fields.get(key) if key is not None else value.rest
    if held is None:
        factory = value.factory or Opaque()
        call = ast.copy_location(ast.Call(node.value, [], []), node)
        held = run.calls.value(run, frame, factory, [], {}, call)
        if key is not None:
            value.fields[key] = held
        else:
            value.rest = held
    return held


def _of_opaque(value: Opaque, index: Value, at: int | None, tainted: Taints) -> Value:
    key = index.value if isinstance(index, Const) else None
    if isinstance(key, str):
        label = f"{value.label}.{key}" if not value.label.startswith("<") else value.label
        return Opaque(
            value.taints | tainted,
            frozenset(t for t in value.shape if t.cause in (Cause.WINDOW, Cause.REASONING)),
            label=label,
            parent=value.parent,
            index=value.index,
            is_reply=value.is_reply,
            is_fixed=value.is_fixed,
        )
    if value.item is not None:
        return value.item
    parent = value if is_historical(value) else value.parent
    kind = "last" if at is not None and at < 0 else "first" if at == 0 else "all"
    if parent is value.parent and value.index:
        kind = value.index  # a part of a message stands where its message stands
    label = f"{value.label}[]" if not value.label.startswith("<") else value.label
    return Opaque(
        value.taints | tainted,
        frozenset(t for t in value.shape if t.cause is Cause.REASONING),
        label=label,
        parent=parent,
        index=kind,
        is_reply=value.is_reply,
        is_fixed=value.is_fixed,
    )


# --- slices -----------------------------------------------------------------------------------------


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


def shapes(values: Sequence[Value]) -> Taints:
    """The shapes of several values."""
    found: Taints = NONE
    for value in values:
        found |= shape_of(value)
    return found
