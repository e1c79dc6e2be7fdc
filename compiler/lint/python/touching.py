"""Which objects a change of taints touches: those that hold, however deep, something that comes out other than it was.

Whoever copies a value for others leaves the other objects as they are. Else a tree whose nodes know their parents would
be copied whole with every node that comes to it, with all the copies that were made before: twice as much each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .taints import Hole, Part, Taints
from .values import Choice, DictV, ListV, Obj, Opaque, Text, Value

Change = Callable[[Taints], Taints]


@dataclass(slots=True)
class Touched:
    """The parts of values that a change touches; each part is looked at once."""

    change: Change
    seen: set[int] = field(default_factory=set[int])
    found: set[int] = field(default_factory=set[int])

    def __contains__(self, value: object) -> bool:
        if id(value) not in self.seen:
            self._look(value)  # type: ignore[arg-type]
        return id(value) in self.found

    def _look(self, value: Value) -> None:
        """Walk through all that a value holds, and back from what is touched to whatever holds it."""
        holders: dict[int, list[int]] = defaultdict(list)
        touched: list[int] = []
        todo = [value]
        while todo:
            each = todo.pop()
            if id(each) in self.seen:
                continue
            self.seen.add(id(each))
            if self._is_touched(each):
                touched.append(id(each))
            for part in _parts(each):
                holders[id(part)].append(id(each))
                todo.append(part)
        self._go_back([*touched, *(part for part in holders if part in self.found)], holders)

    def _go_back(self, touched: list[int], holders: dict[int, list[int]]) -> None:
        self.found.update(touched)
        while touched:
            fresh = [each for each in holders[touched.pop()] if each not in self.found]
            self.found.update(fresh)
            touched += fresh

    def _is_touched(self, value: Value) -> bool:
        return any(taints and self.change(taints) != taints for taints in _own_taints(value))


def _parts(value: Value) -> Iterator[Value]:
    match value:
        case ListV(items=items):
            yield from (item.value for item in items)
        case DictV(fields=fields, rest=rest):
            yield from fields.values()
            if rest is not None:
                yield rest
        case Obj(attrs=attrs):
            yield from attrs.values()
        case Choice(options=options):
            yield from options
        case _:
            return


def _own_taints(value: Value) -> Iterator[Taints]:
    match value:
        case Text(parts=parts):
            yield from _of_parts(parts)
        case Opaque(taints=taints, shape=shape, contents=contents):
            yield from (taints, shape)
            if contents is not None:
                yield from _of_parts(contents.parts)
        case ListV(shape=shape, as_text=as_text) | DictV(shape=shape, as_text=as_text):
            yield from (shape, as_text)
        case Choice(taints=taints):
            yield taints
        case _:
            return


def _of_parts(parts: tuple[Part, ...] | list[Part]) -> Iterator[Taints]:
    return (part.taints for part in parts if isinstance(part, Hole))
