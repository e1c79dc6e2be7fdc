"""Iterables of pairs and of what comes again: side by side, numbered, each with each, over and over."""

from __future__ import annotations

from ..binding import is_steady
from ..calling import Calling
from ..elements import element_of, known_items, number_in
from ..holding import shape_of, text_taints_of, union
from ..taints import NONE
from ..values import Const, Item, ListV, Opaque, Value


def enumerate_call(call: Calling) -> Value:
    """`enumerate`."""
    numbered = _numbered(call)
    if numbered is not None:
        return numbered
    made = ListV(
        "list",
        shape=shape_of(call.args[0]) if call.args else NONE,
        as_text=text_taints_of(call.args[0]) if call.args else NONE,
    )
    item = _of(call.args[0]) if call.args else Item(Opaque())
    made.add(ListV("tuple", [Item(Opaque(label="number")), item]), many=True)
    return made


def _numbered(call: Calling) -> Value | None:
    """Known elements, each behind its number."""
    held = known_items(call.args[0]) if call.args else None
    start = call.kwargs.get("start", call.args[1] if len(call.args) > 1 else Const(0))
    first = number_in(start)
    if held is None or first is None:
        return None
    return _rows([[Const(first + n), each] for n, each in enumerate(held)])


def zip_call(call: Calling) -> Value:
    """`zip`: a piece of each."""
    held = [known_items(each) for each in call.args]
    known = [each for each in held if each is not None]
    if held and len(known) == len(held):
        return _rows([[*row] for row in zip(*known, strict=False)])
    return one_of_each(call)


def _rows(rows: list[list[Value]]) -> ListV:
    return ListV("list", [Item(ListV("tuple", [Item(each) for each in row])) for row in rows])


def one_of_each(call: Calling) -> Value:
    """A piece of each, as `itertools.product` and `zip_longest` give them, too."""
    made = ListV("list", shape=union(shape_of(a) for a in call.args))
    made.add(ListV("tuple", [_of(a) for a in call.args]), many=True)
    return made


def _of(source: Value) -> Item:
    """What stands in a tuple for one of those that are gone through."""
    return Item(element_of(source), is_same=is_steady(source))


def repeat_call(call: Calling) -> Value:
    """`itertools.repeat`: one thing over and over."""
    made = ListV("list", loops=call.loops)
    made.add(call.first, many=True, is_same=True)
    return made


def cycle_call(call: Calling) -> Value:
    """`itertools.cycle`: the same elements over and over."""
    made = ListV(CYCLE, loops=call.loops)
    made.add(element_of(call.first), many=True, is_same=is_steady(call.first))
    return made


CYCLE = "cycle"
"""The kind of what goes round."""
