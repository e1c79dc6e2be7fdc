"""What values hold and become: their taints, one value for several, copies as others find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import REQUEST, SESSION
from .values import (
    NONE,
    Choice,
    ClassInfo,
    Const,
    DictV,
    Hole,
    Item,
    ListV,
    Method,
    Obj,
    Opaque,
    Part,
    Taint,
    Taints,
    Text,
    Value,
)


def taints_in(value: Value | None, depth: int = 6) -> Taints:
    """Every taint in a value, however deep."""
    if value is None or depth < 0:
        return NONE
    match value:
        case Text(parts=parts):
            return union(p.taints for p in parts if isinstance(p, Hole))
        case Opaque(taints=taints, shape=shape):
            return taints | shape
        case ListV(items=items, shape=shape, as_text=text):
            return union([shape, text, *(taints_in(i.value, depth - 1) for i in items)])
        case DictV(fields=fields, rest=rest, shape=shape, as_text=text):
            inner = [taints_in(v, depth - 1) for v in fields.values()]
            return union([shape, text, taints_in(rest, depth - 1), *inner])
        case Choice(options=options, taints=taints):
            return union([taints, *(taints_in(o, depth - 1) for o in options)])
        case Method(receiver=receiver):
            return taints_in(receiver, depth - 1)
        case Obj(cls=cls, attrs=attrs) if is_record(cls):
            return union(taints_in(v, depth - 1) for v in attrs.values())
        case _:
            return NONE


def is_record(cls: ClassInfo) -> bool:
    """Whether instances are data that can be written out, by fields of its own: a service is never text itself."""
    return any(each.annotations for each in cls.line())


def is_fixed(value: Value) -> bool:
    """Whether a value stays the same for a release, as far as that is known."""
    match value:
        case Const() | Opaque(is_fixed=True):
            return True
        case ListV(items=items):
            return all(is_fixed(item.value) for item in items)
        case _:
            return False


def union(many: Iterable[Taints]) -> Taints:
    """All taints of several sets."""
    found: Taints = NONE
    for each in many:
        if each:
            found = found | each if found else each
    return found


def shape_of(value: Value | None) -> Taints:
    """The taints of a value's order and extent."""
    match value:
        case ListV(shape=shape) | DictV(shape=shape) | Opaque(shape=shape):
            return shape
        case Choice(options=options):
            return union(shape_of(each) for each in options)
        case _:
            return NONE


def extent_of(value: Value | None) -> Taints:
    """The taints of a value's order and extent; what decides which of several lists it is says what is in it."""
    if not isinstance(value, Choice):
        return shape_of(value)
    chosen = (replace(t, flag=t.flag or "choice") for t in value.taints)
    return shape_of(value) | frozenset(chosen)


def picked(taint: Taint, place: Place) -> Taint:
    """What is chosen by what a person asks: other things for another question."""
    what = f"what is chosen by {taint.what}"
    return replace(
        taint,
        cause=Cause.RETRIEVED,
        rank=REQUEST,
        what=what,
        flag="picked",
        place=place,
        path=(taint.place,),
    )


def text_taints_of(value: Value | None) -> Taints:
    """The taints that a container has once it is written out."""
    match value:
        case ListV(as_text=taints) | DictV(as_text=taints):
            return taints
        case Choice(options=options):
            return union(text_taints_of(each) for each in options)
        case _:
            return NONE


def decided(values: Iterable[Value | None], taints: Taints) -> Value:
    """One value for several of which a condition takes one.

    What the condition varies with counts only where the arms write different text: that the model is asked at all,
    or which unknown value it reads, is no text.
    """
    options = list(values)
    if taints and not _writes(options):
        taints = frozenset(replace(t, flag=t.flag or "choice") for t in taints)
        taints = taints if _are_unknown(options) else NONE
    return join(options, taints)


def _are_unknown(options: Iterable[Value | None]) -> bool:
    """Whether several unknown values are told apart: which of them it is matters to a set of tools alone."""
    labels = {each.label if isinstance(each, Opaque) else "" for each in options}
    return len(labels) > 1


def _writes(options: Iterable[Value | None]) -> bool:
    return any(
        isinstance(each, Text | ListV | DictV | Choice)
        or (isinstance(each, Const) and type(each.value) in (str, int, float))
        for each in options
    )


def join(values: Iterable[Value | None], taints: Taints = NONE) -> Value:
    """One value for several that may hold."""
    options: list[Value] = []
    for value in values:
        if value is None:
            continue
        inner = value.options if isinstance(value, Choice) else [value]
        taints |= value.taints if isinstance(value, Choice) else NONE
        options += [each for each in inner if not any(_same(each, o) for o in options)]
    if not options:
        return Const(None)
    if len(options) == 1 and not taints:
        return options[0]
    return Choice(options[:8], taints)


def _same(one: Value, other: Value) -> bool:
    if one is other:
        return True
    if isinstance(one, Const) and isinstance(other, Const):
        return type(one.value) is type(other.value) and one.value == other.value
    if not isinstance(one, Text) or not isinstance(other, Text):
        return False
    return len(one.parts) == len(other.parts) and all(map(_says_same, one.parts, other.parts))


def _says_same(one: Part, other: Part) -> bool:
    """Whether two parts are the same text, whatever way it took."""
    if not isinstance(one, Hole) or not isinstance(other, Hole):
        return one == other
    return one.label == other.label and _origins(one.taints) == _origins(other.taints)


def _origins(taints: Taints) -> set[tuple[Cause, Place, str]]:
    return {(t.cause, t.place, t.flag) for t in taints}


Change = Callable[[Taints], Taints]


def _changed(value: Value, change: Change, memo: dict[int, Value]) -> Value:
    """A copy whose taints are changed, shared parts once."""
    if id(value) in memo:
        return memo[id(value)]
    match value:
        case Text(parts=parts):
            return Text(tuple(_changed_part(p, change) for p in parts))
        case Opaque():
            inside = value.contents
            if inside is not None:
                inside = replace(
                    inside, parts=[_changed_part(part, change) for part in inside.parts]
                )
            taints, shape = change(value.taints), change(value.shape)
            return replace(value, taints=taints, shape=shape, contents=inside)
        case ListV():
            made = replace(
                value, items=[], shape=change(value.shape), as_text=change(value.as_text)
            )
            memo[id(value)] = made
            made.items = [Item(_changed(i.value, change, memo), i.many) for i in value.items]
            return made
        case DictV():
            table = replace(
                value, fields={}, shape=change(value.shape), as_text=change(value.as_text)
            )
            memo[id(value)] = table
            table.fields = {k: _changed(v, change, memo) for k, v in value.fields.items()}
            table.rest = _changed(value.rest, change, memo) if value.rest else None
            return table
        case Obj():
            thing = replace(value, attrs={})
            memo[id(value)] = thing
            thing.attrs = {k: _changed(v, change, memo) for k, v in value.attrs.items()}
            return thing
        case Choice():
            options = [_changed(o, change, memo) for o in value.options]
            return Choice(options, change(value.taints))
        case _:
            return value


def _changed_part(part: Part, change: Change) -> Part:
    return replace(part, taints=change(part.taints)) if isinstance(part, Hole) else part


def frozen(value: Value, cap: int) -> Value:
    """A value as it is for everybody who finds it built already: no taint varies sooner than rank `cap`."""
    return _changed(value, lambda taints: capped(taints, cap), {})


def settled(value: Value, loops: tuple[int, ...]) -> Value:
    """A value that was put away in a round of these loops: later rounds find it as it is."""
    return _changed(
        value,
        lambda taints: frozenset(replace(t, settles=(*t.settles, *loops)) for t in taints),
        {},
    )


def items_of(value: ListV) -> list[Item]:
    """The items of a list as others get them: what a stored message was made of may change, and it doesn't."""
    if not value.persists:
        return list(value.items)
    return [Item(frozen(i.value, SESSION), i.many) if _moves(i.value) else i for i in value.items]


def _moves(value: Value) -> bool:
    if not isinstance(value, DictV | Choice):
        return False
    return any(t.rank > SESSION and t.cause is Cause.STATE for t in taints_in(value, 3))


_LEAST = {Cause.UNORDERED: SESSION, Cause.HASHED: SESSION, Cause.ADDRESS: SESSION}
"""What differs from process to process, however early it was computed."""


def capped(taints: Taints, cap: int) -> Taints:
    """Taints that vary no sooner than rank `cap`."""
    if not taints:
        return taints
    return frozenset(replace(t, rank=min(t.rank, max(cap, _LEAST.get(t.cause, 0)))) for t in taints)


def passed(value: Value, place: Place) -> Value:
    """A value after a place on its way (a call that gave it, a name that it got)."""
    match value:
        case Text(parts=parts) if any(isinstance(p, Hole) and p.taints for p in parts):
            return Text(
                tuple(
                    replace(p, taints=frozenset(t.through(place) for t in p.taints))
                    if isinstance(p, Hole) and p.taints
                    else p
                    for p in parts
                )
            )
        case Choice(options=options, taints=taints):
            seen = frozenset(t.through(place) for t in taints)
            held = [passed(o, place) if isinstance(o, Text) else o for o in options]
            return replace(value, options=held, taints=seen)
        case Opaque(taints=taints) if taints and value.parent is None:
            return replace(value, taints=frozenset(t.through(place) for t in taints))
        case _:
            return value
