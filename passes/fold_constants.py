"""`fold-constants`: what is known at build time is computed then, and adjacent text is joined."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.module import Module
from ..ir.ops import Block, Const, For, Format, If, Insert, Op, Operand, Text, Value, Yield
from ..ir.structure import operands, regions, results, walk
from ..ir.types import STR
from ..ir.values.operations import EvalError, text_form, truth
from .analysis.constants import constant_of
from .analysis.texts import joined, may_join
from .rewriting.rewriter import Rewriter, each_program, rebuilt
from .running.context import Context


@dataclass(frozen=True, slots=True)
class FoldConstants:
    """Compute pure expressions of constants, choose known branches, join adjacent text.

        %s = format "Score: ", 2                    ->  %p2 = text %p0, "Score: 2\\n"
        %p1 = insert %p0, %s
        %p2 = text %p1, "\\n"

    Never computes what would fail (it fails in the row, as before), never joins two texts into a
    control token that neither held, and never turns a value's text into control tokens. Worth a call
    where a known condition leaves an answer unread, which `eliminate-dead` then drops.
    """

    name: ClassVar[str] = "fold-constants"
    max_size: int = 4096

    def run(self, module: Module, context: Context) -> Module:
        """Fold every program."""

        def rewrite(body: Block) -> Block:
            folded = _Folder(self.max_size, context).block(body)
            return _Joiner(folded, context).block(folded)

        return each_program(module, lambda program: rewrite(program.body))


class _Folder(Rewriter):
    """Expressions, branches and inserts of constants."""

    def __init__(self, max_size: int, context: Context) -> None:
        super().__init__()
        self._max_size, self._context = max_size, context

    def visit(self, op: Op) -> Sequence[Op]:
        constant = constant_of(op)
        if constant is not None and len(json.dumps(constant.value)) <= self._max_size:
            self._context.did("computed a constant", span=op.span)
            self.replace(results(op)[0], constant)
            return ()
        match op:
            case If(cond=Const(value=value)):
                return self._branch(op, op.then if truth(value) else op.orelse)
            case For(items=Const(value=[])):
                self._replace_all(op.results, op.inits)
                return ()
            case Insert(value=Const(value=value)):
                return (self._literal(op, value),)  # type: ignore[arg-type]
            case Format(parts=parts):
                return (self._format(op, parts),)
            case _:
                return (self.descend(op),)

    def _branch(self, op: If, taken: Block) -> Sequence[Op]:
        ops = self.block(taken).ops
        end = ops[-1]
        assert isinstance(end, Yield)
        self._replace_all(op.results, end.values)
        self._context.did("chose a branch that is known at build time", span=op.span)
        return ops[:-1]

    def _literal(self, op: Insert, value: object) -> Op:
        try:
            text = text_form(value)  # type: ignore[arg-type]
        except EvalError:
            return op
        self._context.did("made a constant part of the text", span=op.span)
        return Text(result=op.result, prompt=op.prompt, text=text, plain=True, span=op.span)

    def _format(self, op: Format, parts: tuple[Operand, ...]) -> Op:
        """Join neighbouring constants of a format."""
        merged: list[Operand] = []
        for part in parts:
            last = merged[-1] if merged else None
            both = _joined_constant(last, part)
            merged[len(merged) - (both is not None) :] = [part if both is None else both]
        return op if len(merged) == len(parts) else replace(op, parts=tuple(merged))

    def _replace_all(self, old: Sequence[Value], new: Sequence[Operand]) -> None:
        for was, becomes in zip(old, new, strict=True):
            self.replace(was, self.resolved(becomes))


def _joined_constant(last: Operand | None, part: Operand) -> Const | None:
    if not isinstance(last, Const) or not isinstance(part, Const):
        return None
    try:
        return Const(text_form(last.value) + text_form(part.value), STR)
    except EvalError:
        return None


class _Joiner(Rewriter):
    """Adjacent texts of which nobody uses the first alone, and texts that are empty."""

    def __init__(self, root: Block, context: Context) -> None:
        super().__init__()
        self._context = context
        self._counts: dict[Value, int] = {}
        for op in walk(root):
            for operand in operands(op):
                if isinstance(operand, Value):
                    self._counts[operand] = self._counts.get(operand, 0) + 1

    def block(self, block: Block) -> Block:
        return rebuilt(block, self._joined_ops(super().block(block).ops))

    def visit(self, op: Op) -> Sequence[Op]:
        if isinstance(op, Text) and not op.text and not op.marks:
            self.replace(op.result, op.prompt)
            uses = self._counts.get(op.result, 0) - 1
            if isinstance(op.prompt, Value):
                self._counts[op.prompt] = self._counts.get(op.prompt, 0) + uses
            return ()
        return (self.descend(op),) if regions(op) else (op,)

    def _joined_ops(self, ops: Sequence[Op]) -> list[Op]:
        kept: dict[int, Op] = {}
        made_at: dict[Value, int] = {}
        for position, op in enumerate(ops):
            at = made_at.get(op.prompt) if isinstance(op, Text) else None  # type: ignore[arg-type]
            if isinstance(op, Text):
                if at is not None and self._joins(kept[at], op):
                    op = joined(kept.pop(at), op)  # type: ignore[arg-type]
                    self._context.did("joined adjacent text", span=op.span)
                made_at[op.result] = position
            kept[position] = op
        return list(kept.values())

    def _joins(self, first: Op, second: Text) -> bool:
        assert isinstance(first, Text)
        alone = self._counts.get(first.result, 0) == 1
        return alone and may_join(self._context.target.tokenizer, first, second)
