"""Blocks and tables as parts of text, and whether one holds a breakpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..finding import Place
from .holding import taints_in
from .messages import options_of
from .taints import MARKS, Hole, Lit, Part
from .texts import parts_of
from .values import Const, DictV, Item, ListV, Obj, Value


def is_blocks(value: ListV) -> bool:
    return any(isinstance(o, DictV) for i in value.items for o in options_of(i.value))


def is_marked(fields: DictV) -> bool:
    """Whether a block or message holds a breakpoint."""
    held = next((fields.fields[key] for key in MARKS if key in fields.fields), None)
    return held is not None and not (isinstance(held, Const) and held.value is None)


def marked_before_last(blocks: ListV) -> int:
    """How many blocks stand up to the last breakpoint, where more follow: they are meant to be shared."""
    marks = [n for n, b in enumerate(map(_fields_of, blocks.items), 1) if b and is_marked(b)]
    return marks[-1] if marks and marks[-1] < len(blocks.items) else 0


def _fields_of(item: Item) -> DictV | None:
    return next((o for o in options_of(item.value) if isinstance(o, DictV)), None)


def is_replayed(fields: DictV) -> bool:
    """Whether a message that stands for many comes out of a history or from data."""
    return (
        any(not (isinstance(held, Const)) for held in fields.fields.values())
        or fields.rest is not None
    )


def deep_parts(value: Value, place: Place, depth: int = 5) -> tuple[Part, ...]:
    match value:
        case DictV() if depth:
            parts: list[Part] = (
                [Hole(value.shape | value.as_text)] if value.shape | value.as_text else []
            )
            for key, held in value.fields.items():
                if key == "cache_control":
                    continue
                parts += [Lit(f"{key} "), *deep_parts(held, place, depth - 1)]
            return (*parts, *(deep_parts(value.rest, place, depth - 1) if value.rest else ()))
        case ListV() if depth:
            held_l: list[Part] = (
                [Hole(value.shape | value.as_text)] if value.shape | value.as_text else []
            )
            for item in value.items:
                held_l += deep_parts(item.value, place, depth - 1)
            return tuple(held_l)
        case Obj():
            return (Hole(taints_in(value, 2)),)
        case _:
            return parts_of(value, place)


def quiet(parts: Iterable[Part]) -> Iterator[Part]:
    """Parts of a tool call: what is unknown in it is part of the history."""
    for part in parts:
        yield part if isinstance(part, Lit) or part.taints else replace(part, is_element=True)
