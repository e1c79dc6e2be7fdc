"""What goes around a loop: found by trying the body until nothing new changes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, cast

from ...ir.infer import common_type
from ...ir.ops import Operand, Value, Yield
from .context import Lowering
from .jumps import loads
from .merging import Slot, check_arms, join_branches, slots_of
from .scope import BROKEN, Scope

_MOST_ROUNDS = 8
Key = tuple[Any, ...]


def unless_broken(low: Lowering, write: Callable[[], None], node: ast.For) -> None:
    """The body of a loop with `break`: nothing, once that happened."""
    broken = low.scope.names[BROKEN]
    sides = [
        low.region(low.scope.copy(), lambda: None),
        low.region(low.scope.copy(), write),
    ]
    builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
    join_branches(low, cast("Operand", broken), builders, scopes, node)


def looped(
    low: Lowering, node: ast.For | ast.While, write: Callable[[], None], index: Value
) -> tuple[list[Slot], Any, tuple[Value, ...]]:
    """Write a loop's body with what it carries, which is found by trying."""
    low.flush()
    outer_indices = low.blocks.indices
    low.blocks.indices = (*outer_indices, index)
    low.frame.loops += 1
    carried: dict[Key, Slot] = {}
    try:
        for _ in range(_MOST_ROUNDS):
            with low.trial():
                found = _round(low, write, carried)[1]
            changed = _carry(low, node, found, carried)
            if not changed:
                break
        (builder, scope), found, args = _rounded(low, write, carried)
    finally:
        low.frame.loops -= 1
        low.blocks.indices = outer_indices
    left = {slot.key: slot.sides[1] for slot in found}
    builder.emit(Yield(values=tuple(left[key] for key in carried)))
    del scope
    return list(carried.values()), builder, args


def _round(
    low: Lowering, write: Callable[[], None], carried: dict[Key, Slot]
) -> tuple[Any, list[Slot]]:
    sides, found, _ = _rounded(low, write, carried)
    return sides, found


def _rounded(
    low: Lowering, write: Callable[[], None], carried: dict[Key, Slot]
) -> tuple[tuple[Any, Scope], list[Slot], tuple[Value, ...]]:
    """One try: the region, and how the scope after it differs from the one before the loop."""
    start = low.scope.copy()
    args = tuple(Value(slot.kind, slot.hint) for slot in carried.values())
    for slot, arg in zip(carried.values(), args, strict=True):
        slot.put(start, arg)
    before = low.scope.copy()
    builder, after = low.region(start, write)
    check_arms(low, before, after, low.frame.source.node)
    return (builder, after), slots_of(before, after), args


def _carry(
    low: Lowering, node: ast.For | ast.While, found: list[Slot], carried: dict[Key, Slot]
) -> bool:
    """Add what a try has changed to what is carried; whether there was anything new."""
    changed = False
    for slot in found:
        if slot.differs and slot.key not in carried and _outlives(low, node, slot):
            carried[slot.key] = slot
            changed = True
        elif slot.key in carried:
            kind = common_type([carried[slot.key].kind, slot.sides[1].type])
            certain = carried[slot.key].certain and slot.certain
            if kind != carried[slot.key].kind or certain != carried[slot.key].certain:
                carried[slot.key].kind, carried[slot.key].certain = kind, certain
                changed = True
    return changed


def _outlives(low: Lowering, node: ast.For | ast.While, slot: Slot) -> bool:
    """Whether a name means something beyond one iteration."""
    match slot.key:
        case ("name", str(name)) if name.startswith("$") or name in low.scope.names:
            return True
        case ("name", str(name)):
            everywhere = loads(low.frame.source.node, name)
            return everywhere > loads(node, name)
        case _:
            return True


def after_loop(low: Lowering, slots: list[Slot], results: tuple[Value, ...]) -> None:
    """Mean after the loop what it has carried out."""
    for slot, value in zip(slots, results, strict=True):
        slot.put(low.scope, value)
    low.scope.names.pop(BROKEN, None)
