"""Whether every run asks about a prompt; what is certain to be asked may be warmed."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.ops import Block, Const, For, Fork, Gen, If, Op, Select, Value, While
from ...ir.structure import operands, results
from .shared_heads import prompt_of


def is_certain(prompt: Value, ops: Iterable[Op]) -> bool:
    """Whether every run of these ops asks about a prompt, or a longer one."""
    return _follow({prompt}, ops)


def _follow(longer: set[Value], ops: Iterable[Op]) -> bool:
    """Whether any of the prompts is asked about for certain; adds those that go on from them."""
    for op in ops:
        match op:
            case Gen(source=source) | Select(source=source) if source in longer:
                return True
            case If():
                if _both_arms(longer, op):
                    return True
            case Fork(items=None | Const(value=[_, *_]), bodies=bodies):
                if any(_follow(set(longer), body.ops) for body in bodies):
                    return True
            case For() | While():
                if _loop(longer, op):
                    return True
            case _ if prompt_of(op) in longer:
                longer.update(results(op))
            case _:
                pass
    return False


def _both_arms(longer: set[Value], op: If) -> bool:
    """Whether both arms ask; a result goes on from a prompt if it does in both."""
    insides = [set(longer) for _ in range(2)]
    arms = (op.then, op.orelse)
    if all([_follow(inside, arm.ops) for inside, arm in zip(insides, arms, strict=True)]):
        return True
    ends = [_end(arm) for arm in arms]
    for value, one, other in zip(op.results, *ends, strict=True):
        if one in insides[0] and other in insides[1]:
            longer.add(value)
    return False


def _loop(longer: set[Value], op: For | While) -> bool:
    """Whether a loop that runs at least once asks; what it carries may go on from a prompt."""
    first = len(op.body.args) - len(op.inits)
    carried = {
        op.body.args[first + slot]: slot
        for slot, init in enumerate(op.inits)
        if isinstance(init, Value) and init in longer
    }
    inside = longer | carried.keys()
    runs = isinstance(op, For) and isinstance(op.items, Const) and op.items.value not in ([], None)
    if _follow(inside, op.body.ops) and runs:
        return True
    end = _end(op.body)
    longer.update(op.results[slot] for slot in carried.values() if end[slot] in inside)
    return False


def _end(block: Block) -> list[object]:
    """What a block yields, constants left out of the comparison."""
    return [o if isinstance(o, Value) else None for o in operands(block.ops[-1])]
