"""Rebuilding blocks in order, with values replaced on the way; what most passes are written in.

A subclass of `Rewriter` answers, for one op at a time, with the ops that stand in its place.
Whatever does not change keeps its identity, up to the module: `after is before` says that a pass
changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...ir.module import Module, Program
from ...ir.ops import Block, Op, Operand, Value, Yield
from ...ir.structure import clone_op, regions, substitute, with_regions


class Rewriter:
    """Walks a block in order; `visit` is what subclasses override."""

    def __init__(self) -> None:
        self._replaced: dict[Value, Operand] = {}
        self._standing_for: dict[Value, list[Value]] = {}

    def block(self, block: Block) -> Block:
        """The rewritten block; the same object when no op changed."""
        ops: list[Op] = []
        for op in block.ops:
            ops.extend(self.visit(self.current(op)))
        return rebuilt(block, ops)

    def visit(self, op: Op) -> Sequence[Op]:
        """The ops that replace one op. Its operands are already the current ones."""
        return (self.descend(op),)

    def descend(self, op: Op) -> Op:
        """The op with its regions rewritten."""
        blocks = regions(op)
        if not blocks:
            return op
        new = tuple(self.block(block) for block in blocks)
        return (
            op if all(a is b for a, b in zip(blocks, new, strict=True)) else with_regions(op, new)
        )

    def current(self, op: Op) -> Op:
        """The op with its operands as they stand now."""
        return substitute(op, self._replaced) if self._replaced else op

    def resolved(self, operand: Operand) -> Operand:
        """The operand as it stands now."""
        return self._replaced.get(operand, operand) if isinstance(operand, Value) else operand

    def replace(self, old: Value, new: Operand) -> None:
        """From here on, `new` stands where `old` stood."""
        stands_for = [old, *self._standing_for.pop(old, [])]
        self._replaced.update(dict.fromkeys(stands_for, new))
        if isinstance(new, Value):
            self._standing_for.setdefault(new, []).extend(stands_for)


def rebuilt(block: Block, ops: Sequence[Op]) -> Block:
    """The block with other ops; the same object when they are the same."""
    same = len(ops) == len(block.ops) and all(a is b for a, b in zip(ops, block.ops, strict=True))
    return block if same else Block(block.args, tuple(ops))


def instantiate(block: Block, args: Sequence[Operand]) -> tuple[list[Op], tuple[Operand, ...]]:
    """A copy of a region's ops for these arguments, and the operands that it yields."""
    mapping: dict[Value, Operand] = dict(zip(block.args, args, strict=True))
    ops = [clone_op(op, mapping) for op in block.ops]
    last = ops.pop()
    if not isinstance(last, Yield):
        raise TypeError(f"a region ends in yield, not {type(last).__name__}")
    return ops, last.values


def each_program(module: Module, rewrite: Callable[[Program], Block]) -> Module:
    """The module with the body of every program rewritten; the same object if none changed."""
    programs: list[Program] = []
    for program in module.programs:
        body = rewrite(program)
        programs.append(program if body is program.body else replace(program, body=body))
    if all(a is b for a, b in zip(programs, module.programs, strict=True)):
        return module
    return module.with_programs(tuple(programs))
