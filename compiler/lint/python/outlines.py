"""Outlines of values: two that differ in what is known of them are two, whatever the rest of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .values import ClassV, Const, DictV, Ext, ListV, Value

_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Outline:
    """A value as far as it is known: a word for it, and its parts by name; None stands for an unknown part."""

    word: str
    parts: Mapping[str, Outline | None] = field(default_factory=dict)


def outline_of(value: Value, depth: int = _DEPTH) -> Outline | None:
    """The outline of a constant, a class, or a table or list that may hold unknown things; None for any other value."""
    match value:
        case Const(value=held):
            return Outline(repr(held))
        case Ext(name=name):
            return Outline(name)
        case ClassV(info=info):
            return Outline(f"class {info.name}")
        case DictV(fields=fields, rest=None) if depth:
            return Outline("table", {str(k): outline_of(v, depth - 1) for k, v in fields.items()})
        case ListV(items=items, shape=shape) if depth and not shape:
            if any(item.many or item.added is not None for item in items):
                return None
            return Outline(
                "list", {str(n): outline_of(i.value, depth - 1) for n, i in enumerate(items)}
            )
        case _:
            return None


def differ(one: Outline | None, other: Outline | None) -> bool:
    """Whether two values are certainly not the same."""
    if one is None or other is None:
        return False
    if one.word != other.word or one.parts.keys() != other.parts.keys():
        return True
    return any(differ(part, other.parts[name]) for name, part in one.parts.items())
