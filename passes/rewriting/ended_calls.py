"""Turns in which a model may call a tool end where it is known whether it did: a call is closed in words of its own.

%a, %p3 = if %calls {        ->  %a, %p4 = if %calls {
  %c = turn %p2, end call          %c = turn %p2, end call
  yield %x, %c                     %d = turn %c, end assistant
} else {                           yield %x, %d
  yield %y, %p1                  } else {
}                                  %e = turn %p1, end assistant
%p4 = turn %p3, end assistant      yield %y, %e
                                 }
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...ir.ops import Block, If, Op, Operand, Turn, Value, Yield
from ...ir.structure import regions, with_regions
from ...ir.target.calls import CALL
from ...ir.types import PROMPT
from ...ir.uses import Uses
from .version_table import yielded


def with_ended_calls(body: Block) -> Block:
    """The body with such turns ended in both arms; the very same where there are none."""
    return _block(body, Uses.of(body))


def _block(block: Block, uses: Uses) -> Block:
    ends = {
        op.prompt: op
        for op in block.ops
        if isinstance(op, Turn) and (op.role, op.edge) == ("assistant", "end")
    }
    moved: set[Op] = set()
    ops: list[Op] = []
    for op in block.ops:
        end = _end_of(op, ends, uses)
        if end is not None:
            moved.add(end)
            op = _ended(op, end)
        if op not in moved:
            ops.append(_inside(op, uses))
    same = len(ops) == len(block.ops) and all(a is b for a, b in zip(ops, block.ops, strict=True))
    return block if same else Block(block.args, tuple(ops))


def _inside(op: Op, uses: Uses) -> Op:
    blocks = regions(op)
    done = tuple(_block(block, uses) for block in blocks)
    same = all(a is b for a, b in zip(done, blocks, strict=True))
    return op if same else with_regions(op, done)


def _end_of(op: Op, ends: Mapping[Operand, Turn], uses: Uses) -> Turn | None:
    """The end of the turn that a branch leaves open, where one of its arms has called a tool in it."""
    if not isinstance(op, If):
        return None
    for at, result in enumerate(op.results):
        end = ends.get(result)
        called = any(_calls(block, at) for block in (op.then, op.orelse))
        if end is not None and called and uses.count(result) == 1:
            return end
    return None


def _calls(block: Block, at: int) -> bool:
    """Whether what an arm yields there is the end of a call."""
    edges = (op for op in block.ops if isinstance(op, Turn) and op.result is yielded(block)[at])
    return any((edge.role, edge.edge) == (CALL, "end") for edge in edges)


def _ended(op: Op, end: Turn) -> Op:
    assert isinstance(op, If)
    at = next(n for n, result in enumerate(op.results) if result is end.prompt)
    results = (*op.results[:at], end.result, *op.results[at + 1 :])
    arms = [_closing(block, at, end) for block in (op.then, op.orelse)]
    return replace(op, results=results, then=arms[0], orelse=arms[1])


def _closing(block: Block, at: int, end: Turn) -> Block:
    *ops, _ = block.ops
    values = yielded(block)
    closed = replace(end, result=Value(PROMPT, end.result.hint), prompt=values[at])
    left = (*values[:at], closed.result, *values[at + 1 :])
    return Block(block.args, (*ops, closed, Yield(left)))
