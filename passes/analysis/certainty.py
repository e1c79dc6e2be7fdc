"""Whether every run asks about a prompt; what is certain to be asked may be warmed.

Behind something that can fail nothing is certain.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.failure import fails_itself, may_be_refused, may_fail
from ...ir.ops import Block, Const, For, Fork, Gen, If, Op, Select, Value, While
from ...ir.structure import operands, regions, results
from .shared_heads import prompt_of


def is_certain(prompt: Value, ops: Iterable[Op]) -> bool:
    """Whether every run of these ops asks about a prompt, or a longer one."""
    return _follow({prompt}, ops)


def _follow(longer: set[Value], ops: Iterable[Op]) -> bool:
    """Whether any of the prompts is asked about for certain; adds those that go on from them."""
    for op in ops:
        match op:
            case Gen(source=source) | Select(source=source) if source in longer:
                if not op.speculative:
                    return not may_be_refused(op)
            case If() | Fork() | For() | While():
                inside = _Regions(longer, op)
                if inside.ask:
                    return True
                if inside.may_end:
                    return False
                longer |= inside.go_on
                continue
            case _ if prompt_of(op) in longer:
                longer.update(results(op))
            case _:
                pass
        if may_fail(op):
            return False
    return False


class _Regions:
    """What becomes of prompts in an op with regions.

    `ask`: it asks about one of them for certain. `may_end`: it may fail before it has asked, and nobody asks
    then. `go_on`: its results that go on from one of them.
    """

    def __init__(self, longer: set[Value], op: If | Fork | For | While) -> None:
        blocks = regions(op)
        insides = [longer | _carried(longer, op, block).keys() for block in blocks]
        asks = [_follow(i, block.ops) for i, block in zip(insides, blocks, strict=True)]
        self.ask = _asks(op, asks)
        fails = [not found and _may_fail(block) for found, block in zip(asks, blocks, strict=True)]
        self.may_end = any(fails) or fails_itself(op)
        self.go_on = set[Value]() if self.ask else _results(op, insides)


def _asks(op: If | Fork | For | While, asks: list[bool]) -> bool:
    """Whether an op asks, when its regions do if they run."""
    match op:
        case If():
            return all(asks)
        case Fork(items=None):
            return any(asks)
        case Fork(items=Const(value=[_, *_])) | For(items=Const(value=[_, *_])):
            return asks[0]
        case While():
            return asks[0]
        case _:
            return False


def _may_fail(block: Block) -> bool:
    return any(map(may_fail, block.ops))


def _carried(longer: set[Value], op: Op, block: Block) -> dict[Value, int]:
    """The arguments of a loop's region that begin as one of the prompts, with their places."""
    if not isinstance(op, For | While) or (isinstance(op, For) and block is op.key):
        return {}
    first = len(block.args) - len(op.inits)
    inits = enumerate(op.inits)
    return {
        block.args[first + at]: at
        for at, init in inits
        if isinstance(init, Value) and init in longer
    }


def _results(op: If | Fork | For | While, insides: list[set[Value]]) -> set[Value]:
    """The results that go on from a prompt whatever runs: in both arms of an `if`, in a loop's body."""
    match op:
        case If(then=then, orelse=orelse):
            ends = zip(op.results, _end(then), _end(orelse), strict=True)
            return {v for v, one, two in ends if one in insides[0] and two in insides[1]}
        case For() | While():
            end, inside = _end(op.body), insides[0 if isinstance(op, For) else -1]
            slots = _carried(inside, op, op.body).values()
            return {op.results[at] for at in slots if end[at] in inside}
        case _:
            return set()


def _end(block: Block) -> list[object]:
    """What a block yields, constants left out of the comparison."""
    return [o if isinstance(o, Value) else None for o in operands(block.ops[-1])]
