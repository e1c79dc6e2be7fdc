"""The ways that lead around a loop, and which of them leave it for sure: those that carry a constant it ends at.

    if %found { ... yield %p1, true } else { ... yield %p2, false }    the first one does not go round
    while not %done

Used where what a prompt holds decides: on a way that ends the loop nothing follows in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.ops import Block, Const, If, Operand, Value, While, Yield
from ...ir.structure import walk
from .constants import constant_of

_MOST_WAYS = 64


class LoopWays:
    """The ways around every `while` of one program."""

    def __init__(self, body: Block) -> None:
        self._made = {
            result: (op, at)
            for op in walk(body)
            if isinstance(op, If)
            for at, result in enumerate(op.results)
        }

    def of(self, loop: While) -> list[tuple[tuple[Operand, ...], bool]]:
        """What each way carries to the end of the body, and whether the loop may go on after it."""
        ends = _yielded(loop.body)
        found = list(self._ways(ends))
        if len(found) > _MOST_WAYS:
            found = [ends]
        return [(values, _may_go_on(loop, values)) for values in found]

    def _ways(self, values: tuple[Operand, ...], depth: int = 0) -> Iterator[tuple[Operand, ...]]:
        """The values on each way, with those of an arm in the place of what a branch gives."""
        branch = next((self._made[v][0] for v in values if v in self._made), None)
        if branch is None or depth > 6:
            yield values
            return
        for arm in (branch.then, branch.orelse):
            yielded = _yielded(arm)
            of_arm = dict(zip(branch.results, yielded, strict=True))
            chosen = tuple(of_arm.get(v, v) if isinstance(v, Value) else v for v in values)
            yield from self._ways(chosen, depth + 1)


def _may_go_on(loop: While, values: tuple[Operand, ...]) -> bool:
    """Whether the condition may hold with these values; unknown ones may be anything."""
    known = {
        arg: value.value
        for arg, value in zip(loop.cond.args, values, strict=True)
        if isinstance(value, Const)
    }
    for op in loop.cond.ops:
        if isinstance(op, Yield):
            held = op.values[0]
            given = known.get(held, True) if isinstance(held, Value) else held.value
            return given is not False
        found = constant_of(op, known)
        if found is not None:
            known[op.result] = found.value  # type: ignore[union-attr]
    return True


def _yielded(block: Block) -> tuple[Operand, ...]:
    last = block.ops[-1]
    return last.values if isinstance(last, Yield) else ()
