"""Unknown things that the program makes: what is put into one stands in whatever is got from it, in order.

An element and its tree, a writer and the file below it, a builder and each part that it hands out are one thing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..finding import Place
from .filling import AMBIENT, ambient
from .frames import Frame
from .machine import Run
from .taints import Hole, Lit, Part, Taints
from .texts import parts_of
from .values import Contents, ModuleInfo, Opaque, Value

MAX_PARTS = 200


def made_here(run: Run) -> Contents | None:
    """Contents of a thing that is made now; None while modules are imported: what is made then serves everybody."""
    is_running = any(not isinstance(each, ModuleInfo) for each in run.active)
    return Contents() if is_running else None


def contents_among(values: Iterable[Value]) -> Contents | None:
    """The contents of the first of several values that is such a thing."""
    return next((v.contents for v in values if isinstance(v, Opaque) and v.contents), None)


def put_into(
    run: Run, frame: Frame, thing: Contents, values: Iterable[Value], place: Place
) -> None:
    """Put values into a thing: their texts, and what varies by itself."""
    loops = frozenset(t for loop in run.loops for t in loop.shape if t.flag != "head")
    found = [part for each in values for part in _kept(each, thing, place)]
    if found and loops:
        found.insert(0, Hole(loops))
    thing.parts += found[: max(MAX_PARTS - len(thing.parts), 0)]


def _kept(value: Value, thing: Contents, place: Place) -> list[Part]:
    if isinstance(value, Opaque) and value.contents is thing:
        return []
    if thing.is_text:
        return list(parts_of(value, place))
    parts = [
        replace(p, taints=frozenset(t for t in p.taints if t.cause in AMBIENT))
        if isinstance(p, Hole)
        else p
        for p in parts_of(value, place)
    ]
    return [p for p in parts if isinstance(p, Lit) or p.taints]


def ambient_in(values: Iterable[Value]) -> Taints:
    """What values vary with by themselves, and what was put into them."""
    each = list(values)
    inside = [p for v in each if isinstance(v, Opaque) and v.contents for p in v.contents.parts]
    return ambient(each) | frozenset(t for p in inside if isinstance(p, Hole) for t in p.taints)
