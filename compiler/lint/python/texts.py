"""Values as text: f-strings, `format`, `%`, `join`, `replace`, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..finding import Cause, Place
from .holding import taints_in, union
from .labels import is_constant, label_taints
from .taints import NONE, Hole, Lit, Part, Taints
from .values import Choice, Const, DictV, Ext, ListV, Obj, Opaque, Text, Value

MAX_TEXT = 1 << 18


def parts_of(value: Value, place: Place, depth: int = 5) -> tuple[Part, ...]:
    """A value as it is when it is written into a text."""
    match value:
        case Text(parts=parts):
            return parts
        case Const(value=constant, place=written):
            return (Lit(str(constant), written),)
        case Opaque():
            if (
                not (value.taints or value.shape or value.contents)
                and value.item is not None
                and depth
            ):
                return parts_of(value.item, place, depth - 1)
            seen = value.taints | value.shape | label_taints(value, place)
            inside = value.contents.parts if value.contents else ()
            is_said = value.parent is not None
            return (Hole(seen, value.label, is_said, value.is_fixed, place), *inside)
        case ListV() if depth:
            inner = [part for i in value.items for part in parts_of(i.value, place, depth - 1)]
            order = _hole_of(used_at(value.shape, place))
            return (*order, *inner[:400], *_hole_of(value.as_text))
        case DictV() if depth:
            inner = _dict_parts(value, place, depth)
            return (*_hole_of(value.shape), *inner, *_hole_of(value.as_text))
        case Choice(options=options, taints=taints):
            return _choice_parts(options, taints, place, depth)
        case Obj() if depth:
            return (Hole(NONE, value.cls.name),)
        case Ext(name=name):
            return (Hole(NONE, name, is_fixed=is_constant(name)),)
        case _:
            return (Hole(taints_in(value)),)


def _hole_of(taints: Taints) -> tuple[Part, ...]:
    return (Hole(taints),) if taints else ()


def _dict_parts(value: DictV, place: Place, depth: int) -> list[Part]:
    parts: list[Part] = []
    for key, held in value.fields.items():
        parts += [Lit(f"{key}: "), *parts_of(held, place, depth - 1), Lit(", ")]
    if value.rest is not None:
        parts += parts_of(value.rest, place, depth - 1)
    return parts


def _choice_parts(
    options: list[Value], taints: Taints, place: Place, depth: int
) -> tuple[Part, ...]:
    """The option that holds back most fixed text, else the one with most to say, behind what decides."""
    texts = [parts_of(option, place, depth - 1) if depth else () for option in options]
    inner = union(p.taints for parts in texts for p in parts if isinstance(p, Hole))
    longest = max(texts, key=lambda p: (_held_back(p), _weight(p), len(p)), default=())
    seen = union(p.taints for p in longest if isinstance(p, Hole))
    return (*_hole_of(taints | (inner - seen)), *longest)


def _held_back(parts: Sequence[Part]) -> int:
    """How much fixed text stands behind something that varies."""
    first = next((n for n, p in enumerate(parts) if isinstance(p, Hole) and p.taints), len(parts))
    return sum(len(p.text) for p in parts[first:] if isinstance(p, Lit))


def _weight(parts: Sequence[Part]) -> int:
    return sum(len(p.text) if isinstance(p, Lit) else 40 * len(p.taints) for p in parts)


def text(parts: Sequence[Part]) -> Value:
    """Parts as a value: neighbouring literals joined; a constant where nothing is unknown."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Lit) and found and isinstance(found[-1], Lit):
            joined = found[-1].text + part.text
            found[-1] = Lit(joined[:MAX_TEXT], part.place or found[-1].place)
        elif not (isinstance(part, Lit) and not part.text):
            found.append(part)
    if not found:
        return Const("")
    if len(found) == 1 and isinstance(found[0], Lit):
        return Const(found[0].text, found[0].place)
    return Text(tuple(found[:600]))


def put_behind(parts: list[Part], more: Sequence[Part], place: Place) -> None:
    """Put parts behind others; where literal text comes to stand in front of something unknown, it is told."""
    last = parts[-1] if parts else None
    if isinstance(last, Lit) and more and isinstance(more[0], Hole):
        parts[-1] = Lit(last.text, place)
    parts += more


def literal(value: Value) -> str | None:
    """The text of a constant string, or None."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def known_start(value: Value) -> str:
    """All literal text of a value, holes left out."""
    if isinstance(value, Text):
        return "".join(p.text for p in value.parts if isinstance(p, Lit))
    return literal(value) or ""


def used_at(taints: Taints, place: Place) -> Taints:
    """An order, after a place in which it is used; a set that is only known by its annotation is told there."""
    return frozenset(
        replace(t, place=place, path=(t.place, *t.path), flag="")
        if t.flag == "annotated"
        else t.through(place)
        if t.cause is Cause.UNORDERED
        else t
        for t in taints
    )


def joined(separator: Value, items: Value, place: Place) -> Value:
    """`separator.join(items)`."""
    between = parts_of(separator, place)
    if not isinstance(items, ListV):
        held = items
        if isinstance(items, DictV):
            held = ListV("list", [], items.shape, items.as_text)
            keys = [Const(key) for key in items.fields]
            for key in keys:
                held.add(key)
        else:
            return text(parts_of(items, place))
        items = held
    parts: list[Part] = list(_hole_of(used_at(items.shape, place)))
    for number, item in enumerate(items.items):
        parts += between if number else ()
        put_behind(parts, parts_of(item.value, place), place)
    return text([*parts, *_hole_of(items.as_text)])


def replaced(subject: Value, old: Value, new: Value, place: Place) -> Value:
    """`subject.replace(old, new)`: the new text stands where the old one stood."""
    needle = literal(old)
    parts = parts_of(subject, place)
    if needle is None or not needle:
        return text((*parts, *parts_of(new, place)))
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Lit) and needle in part.text:
            for number, piece in enumerate(part.text.split(needle)):
                found += [*(parts_of(new, place) if number else ()), Lit(piece, part.place)]
        else:
            found.append(part)
    return text(found)


def transformed(value: Value, change: Callable[[str], str], place: Place) -> Value:
    """A text whose literals are changed one by one (`upper`, `strip`): the holes stay."""
    return text(
        [Lit(change(p.text), p.place) if isinstance(p, Lit) else p for p in parts_of(value, place)]
    )
