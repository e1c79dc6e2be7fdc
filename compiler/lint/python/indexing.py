"""What stands at an index or under a key: of lists, tables, histories, and what isn't known."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from dataclasses import replace

from ..finding import Cause
from .arms import counted_arm
from .elements import NAMED, element_of, is_historical, number_in
from .frames import Frame
from .holding import join, taints_in
from .machine import Run
from .moving import as_moved, item
from .taints import Taints, saying
from .values import Choice, Const, DictV, ListV, Opaque, StateV, Text, Value


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
            if isinstance(found, StateV):
                return counted_arm(run.loops, found, tainted)
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
