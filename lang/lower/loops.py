"""`for` and `while` as regions: a loop carries the names and the prompt that were there before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir.ops import Block, For, Operand, Value, While
from ...ir.types import INT
from ..syntax import nodes as s
from .branches import unless
from .conditions import choose
from .frame import Frame, hint_of
from .items import bind_targets, item_value
from .jumps import FALSE, broken_in
from .writer import Writer, seal

_Carried = list[tuple[str, Operand]]
"""Names (the prompt is an empty one) and their values before a loop."""


def for_loop(w: Writer, node: s.For) -> None:
    """Write a loop over a list."""
    items = w.value(node.items)
    carried = _carried(w, node.body, {target.text for target in node.targets})
    broken = _broken(w, node, carried)
    index, item = Value(INT, "index"), item_value(items, node.targets)
    with w.region(node.head, index) as frame:
        args = _arguments(w, node, carried)
        bind_targets(w, node.targets, item, node.head)
        if broken:
            unless(w, broken, node.body, node.head)
        else:
            w.statements(node.body)
        body = seal(frame, (index, item, *args), _leaving(frame, carried))
    key = _key(w, node, items) if node.key is not None else None
    results = _values(w, node, carried)
    w.emit(For(results, items, _inits(carried), body, key, span=node.head))
    _rebind(w, carried, results)
    w.frame.names.pop(broken, None)


def _key(w: Writer, node: s.For, items: Operand) -> Block:
    """The pure block that gives what an unordered loop is sorted by."""
    assert node.key is not None
    item = item_value(items, node.targets)
    with w.region(node.head) as frame:
        bind_targets(w, node.targets, item, node.head)
        return seal(frame, (item,), (w.value(node.key),))


def while_loop(w: Writer, node: s.While) -> None:
    """Write a loop with a condition and a limit."""
    assert node.limit is not None
    limit = w.value(node.limit)
    carried = _carried(w, node.body)
    broken = _broken(w, node, carried)
    with w.region(node.head) as frame:
        args = _arguments(w, node, carried)
        cond = seal(frame, args, (_goes_on(w, node.condition, broken),))
    index = Value(INT, "index")
    with w.region(node.head, index) as frame:
        args = _arguments(w, node, carried)
        w.statements(node.body)
        body = seal(frame, (index, *args), _leaving(frame, carried))
    results = _values(w, node, carried)
    w.emit(While(results, _inits(carried), cond, body, limit, span=node.head))
    _rebind(w, carried, results)
    w.frame.names.pop(broken, None)


def _broken(w: Writer, node: s.For | s.While, carried: _Carried) -> str:
    """The name that says that a loop has been left, which it then carries; "" without `break`."""
    if not w.effects.body(node.body).breaks:
        return ""
    name = broken_in(len(w.frame.indices) + 1)
    carried.append((name, FALSE))
    return name


def _goes_on(w: Writer, condition: s.Expr, broken: str) -> Operand:
    """The condition of a `while`, which is not asked once the loop has been left."""
    left = w.frame.lookup(broken) if broken else None
    if left is None:
        return w.value(condition)
    return choose(w, condition, left, lambda: FALSE, lambda: w.value(condition))


# --- what a loop carries ------------------------------------------------------------------------


def _carried(w: Writer, body: s.Body, without: Iterable[str] = ()) -> _Carried:
    """The names (and, as an empty one, the prompt) that a loop carries, with their values."""
    effects = w.effects.body(body)
    names = sorted(effects.assigned - set(without))
    bound = [(name, w.frame.lookup(name)) for name in names]
    carried = [(name, value) for name, value in bound if value is not None]
    return [("", w.prompt), *carried] if effects.prompt else carried


def _inits(carried: _Carried) -> tuple[Operand, ...]:
    return tuple(value for _, value in carried)


def _values(w: Writer, node: s.For | s.While, carried: _Carried) -> tuple[Value, ...]:
    """New values for what is carried: it may get other values than it began with."""
    known = w.facts.carried.get(node, {})
    return tuple(Value(known.get(name, value.type), hint_of(name)) for name, value in carried)


def _arguments(w: Writer, node: s.For | s.While, carried: _Carried) -> tuple[Value, ...]:
    """Block arguments for what is carried, bound in the current frame."""
    args = _values(w, node, carried)
    _rebind(w, carried, args)
    return args


def _leaving(frame: Frame, carried: _Carried) -> list[Operand]:
    """What an iteration leaves of what is carried."""
    left = [frame.lookup(name) if name else frame.prompt for name, _ in carried]
    return [value for value in left if value is not None]


def _rebind(w: Writer, carried: _Carried, values: Sequence[Value]) -> None:
    """Bind what is carried to its values from here on."""
    for value, (name, _) in zip(values, carried, strict=True):
        w.bind(name, value)
