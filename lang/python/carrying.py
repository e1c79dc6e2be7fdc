"""What goes around a loop: found by trying the body until nothing new changes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, cast

from ...ir.infer import common_type
from ...ir.ops import (
    Operand,
    Value,
    Yield,
)
from .appends import Slot, slots_of
from .forking import Forking
from .jumps import loads
from .scope import Scope

BROKEN = "$broken"
"""The name that says that a loop has been left."""
_MOST_ROUNDS = 8

Key = tuple[Any, ...]


class Carrying(Forking):
    """The step from a loop's body to a block with arguments."""

    def _unless_broken(self, write: Callable[[], None], node: ast.For) -> None:
        """The body of a loop with `break`: nothing, once that happened."""
        broken = self.scope.names[BROKEN]
        sides = [
            self.region(self.scope.copy(), lambda: None),
            self.region(self.scope.copy(), write),
        ]
        builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
        self.join_branches(cast("Operand", broken), builders, scopes, node)

    def _looped(
        self, node: ast.For | ast.While, write: Callable[[], None], index: Value
    ) -> tuple[list[Slot], Any, tuple[Value, ...]]:
        """Write a loop's body with what it carries, which is found by trying."""
        self.flush()
        outer_indices = self.indices
        self.indices = (*outer_indices, index)
        self.loops += 1
        carried: dict[Key, Slot] = {}
        try:
            for _ in range(_MOST_ROUNDS):
                with self.trial():
                    found = self._round(write, carried)[1]
                changed = self._carry(node, found, carried)
                if not changed:
                    break
            (builder, scope), found, args = self._rounded(write, carried)
        finally:
            self.loops -= 1
            self.indices = outer_indices
        left = {slot.key: slot.sides[1] for slot in found}
        builder.emit(Yield(values=tuple(left[key] for key in carried)))
        del scope
        return list(carried.values()), builder, args

    def _round(self, write: Callable[[], None], carried: dict[Key, Slot]) -> tuple[Any, list[Slot]]:
        sides, found, _ = self._rounded(write, carried)
        return sides, found

    def _rounded(
        self, write: Callable[[], None], carried: dict[Key, Slot]
    ) -> tuple[tuple[Any, Scope], list[Slot], tuple[Value, ...]]:
        """One try: the region, and how the scope after it differs from the one before the loop."""
        start = self.scope.copy()
        args = tuple(Value(slot.kind, slot.hint) for slot in carried.values())
        for slot, arg in zip(carried.values(), args, strict=True):
            slot.put(start, arg)
        before = self.scope.copy()
        builder, after = self.region(start, write)
        self.check_arms(before, after, self.source.node)
        return (builder, after), slots_of(before, after), args

    def _carry(
        self, node: ast.For | ast.While, found: list[Slot], carried: dict[Key, Slot]
    ) -> bool:
        """Add what a try has changed to what is carried; whether there was anything new."""
        changed = False
        for slot in found:
            if slot.differs and slot.key not in carried and self._outlives(node, slot):
                carried[slot.key] = slot
                changed = True
            elif slot.key in carried:
                kind = common_type([carried[slot.key].kind, slot.sides[1].type])
                certain = carried[slot.key].certain and slot.certain
                if kind != carried[slot.key].kind or certain != carried[slot.key].certain:
                    carried[slot.key].kind, carried[slot.key].certain = kind, certain
                    changed = True
        return changed

    def _outlives(self, node: ast.For | ast.While, slot: Slot) -> bool:
        """Whether a name means something beyond one iteration."""
        match slot.key:
            case ("name", str(name)) if name.startswith("$") or name in self.scope.names:
                return True
            case ("name", str(name)):
                everywhere = loads(self.source.node, name)
                return everywhere > loads(node, name)
            case _:
                return True

    def _after_loop(self, slots: list[Slot], results: tuple[Value, ...]) -> None:
        for slot, value in zip(slots, results, strict=True):
            slot.put(self.scope, value)
        self.scope.names.pop(BROKEN, None)
