"""Copies of values as others find them: frozen, settled, capped, after a place on their way."""

from __future__ import annotations

from collections.abc import Container, Set
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import SESSION
from .holding import taints_in
from .machine import Run
from .taints import Hole, Part, Taint, Taints
from .touching import Change, Touched
from .values import Choice, DictV, Item, ListV, Obj, Opaque, Text, Value


class _All:
    """Every object there is."""

    def __contains__(self, thing: object) -> bool:
        return True


_ALL = _All()


def _changed(
    value: Value, change: Change, memo: dict[int, Value], copied: Container[object] = _ALL
) -> Value:
    """A copy whose taints are changed, shared parts once; objects that aren't to be copied are the same."""
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
            made.items = [
                Item(_changed(i.value, change, memo, copied), i.many, is_same=i.is_same)
                for i in value.items
            ]
            return made
        case DictV():
            table = replace(
                value, fields={}, shape=change(value.shape), as_text=change(value.as_text)
            )
            memo[id(value)] = table
            table.fields = {k: _changed(v, change, memo, copied) for k, v in value.fields.items()}
            table.rest = _changed(value.rest, change, memo, copied) if value.rest else None
            return table
        case Obj() if value in copied:
            thing = replace(value, attrs={})
            memo[id(value)] = thing
            thing.attrs = {k: _changed(v, change, memo, copied) for k, v in value.attrs.items()}
            return thing
        case Choice():
            options = [_changed(o, change, memo, copied) for o in value.options]
            return Choice(options, change(value.taints))
        case _:
            return value


def _changed_part(part: Part, change: Change) -> Part:
    return (
        replace(part, taints=change(part.taints))
        if isinstance(part, Hole) and part.taints
        else part
    )


def frozen(value: Value, cap: int) -> Value:
    """A value as it is for everybody who finds it built already: no taint varies sooner than rank `cap`."""
    return _changed(value, lambda taints: capped(taints, cap), {})


def put_away(run: Run, value: Value, cap: int) -> Value:
    """The same of a value that is put where others find it: objects in which nothing varies sooner are shared."""
    return _for_others(run, value, lambda taints: capped(taints, cap))


PARTS_OF_A_STEP = 8
"""Parts of a value that are looked at, or copied, in the time of one step."""


def _for_others(run: Run, value: Value, change: Change) -> Value:
    """A copy that is work like any other: what holds very much is not put away ever so often."""
    known: dict[Taints, Taints] = {}

    def changed(taints: Taints) -> Taints:
        if taints not in known:
            known[taints] = change(taints)
        return known[taints]

    touched, memo = Touched(changed), dict[int, Value]()
    found = _changed(value, changed, memo, touched)
    run.steps += (len(touched.seen) + len(memo)) // PARTS_OF_A_STEP
    return found


def settled(run: Run, value: Value, loops: tuple[int, ...]) -> Value:
    """A value that was put away in a round of these loops: later rounds find it as it is."""
    running = run.loop_numbers()
    return _for_others(
        run, value, lambda taints: frozenset(_settled(t.outside(running), loops) for t in taints)
    )


def apart(value: Value, loops: Set[int]) -> Value:
    """A value as it is for one round of these loops: without what varies inside them alone."""
    return _changed(value, lambda taints: frozenset(t for t in taints if t.needs not in loops), {})


def lasting(value: Value, loop: int) -> Value:
    """A value that goes on to vary once a loop has ended of which each round had another one."""
    return _changed(value, lambda taints: frozenset(_lasting(t, loop) for t in taints), {})


def _lasting(taint: Taint, loop: int) -> Taint:
    return replace(taint, needs=0) if taint.needs == loop else taint


def _settled(taint: Taint, loops: tuple[int, ...]) -> Taint:
    fresh = tuple(loop for loop in loops if loop not in taint.settles)
    return replace(taint, settles=tuple(sorted((*taint.settles, *fresh)))) if fresh else taint


def returned(value: Value, place: Place, running: tuple[int, ...]) -> Value:
    """What a call gives to whoever made it, after its place."""
    return _changed_shallow(
        value, lambda taints: frozenset(t.outside(running).through(place) for t in taints)
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
    if all(t.rank <= cap for t in taints):
        return taints
    return frozenset(_capped(t, max(cap, _LEAST.get(t.cause, 0))) for t in taints)


def _capped(taint: Taint, most: int) -> Taint:
    return replace(taint, rank=most) if taint.rank > most else taint


def passed(value: Value, place: Place) -> Value:
    """A value after a place on its way (a name that it got)."""
    return _changed_shallow(value, lambda taints: frozenset(t.through(place) for t in taints))


def _changed_shallow(value: Value, change: Change) -> Value:
    """A value whose text has other taints; what stands in containers stays as it is."""
    match value:
        case Text(parts=parts) if any(isinstance(p, Hole) and p.taints for p in parts):
            return Text(tuple(_changed_part(p, change) for p in parts))
        case Choice(options=options, taints=taints):
            held = [_changed_shallow(o, change) if isinstance(o, Text) else o for o in options]
            return replace(value, options=held, taints=change(taints))
        case Opaque(taints=taints) if taints and value.parent is None:
            return replace(value, taints=change(taints))
        case _:
            return value
