"""`merge-calls`: one call answers for all that ask the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.failure import may_fail
from ..ir.module import Module
from ..ir.ops import (
    Block,
    Const,
    Effect,
    Effects,
    For,
    Fork,
    Gen,
    Host,
    If,
    Op,
    Select,
    Turn,
    Value,
)
from ..ir.structure import effects, regions, results, substitute_block
from ..ir.types import INT
from .analysis.congruence import op_key
from .analysis.dependence import reads
from .analysis.shared_heads import is_append
from .rewriting.rewriter import Rewriter, each_program, rebuilt
from .running.context import Context

_MERGEABLE = Effect.APPENDS | Effect.MODEL
_FIRST = Const(0, INT)


@dataclass(frozen=True, slots=True)
class MergeCalls:
    """Ask once where a program asks the model, or a pure host function, the same thing twice.

        %a1, %a = gen %p site "1"           %a1, %a = gen %p site "1"
        %b1, %b = gen %p site "2"      ->
        %s = format %a, %b                  %s = format %a, %a

    Prompts are equal when the same text was appended to the same prompt. A call that all arms of a
    fork or both arms of an `if` begin with moves above it. Never merges sampled calls that have no
    seed of their own, never makes a call run that did not run, and never moves a call over something that
    can fail, as a host function that is not `pure`.
    """

    name: ClassVar[str] = "merge-calls"

    def run(self, module: Module, context: Context) -> Module:
        """Merge in every program."""
        return each_program(module, lambda program: _Merger(context).block(program.body))


class _Merger(Rewriter):
    """Numbers values from the outside in; what an enclosing block holds is known inside."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._known: list[dict[Hashable, Op]] = []

    def block(self, block: Block) -> Block:
        self._known.append({})
        new = super().block(block)
        self._known.pop()
        return new

    def visit(self, op: Op) -> Sequence[Op]:
        if regions(op) and not is_append(op):
            lifted, op = self._lift(op)
            before = [kept for new in lifted for kept in self.visit(self.current(new))]
            return (*before, self.descend(self.current(op)))
        kind = effects(op)
        if kind & ~_MERGEABLE or isinstance(op, Turn):  # a turn begins and ends in one block
            self._explain(op, kind)
            return (op,)
        key = op_key(op)
        twin = next((scope[key] for scope in self._known if key in scope), None)
        if twin is None:
            self._known[-1][key] = op
            return (op,)
        for old, new in zip(results(op), results(twin), strict=True):
            self.replace(old, new)
        self._note(op, twin)
        return ()

    def _note(self, op: Op, twin: Op) -> None:
        if effects(op) & Effect.MODEL or isinstance(op, Host):
            where = f" of {twin.span}" if twin.span else ""
            self._context.did(f"took the answer{where} for an equal call", span=op.span)

    def _explain(self, op: Op, kind: Effects) -> None:
        if kind & Effect.SAMPLED and not kind & Effect.HOST:
            key = ("sampled", op_key(op))
            if any(key in scope for scope in self._known):
                why = "each of them draws for itself; an explicit seed would make them one"
                self._context.declined("merge two equal calls", why, op.span)
            self._known[-1][key] = op

    def _lift(self, op: Op) -> tuple[list[Op], Op]:
        """The calls that every run of an op with regions begins with, and the op without them."""
        match op:
            case If(then=then, orelse=orelse):
                lifted, (then, orelse) = _lift_common([then, orelse], any)
                op = replace(op, then=then, orelse=orelse) if lifted else op
            case Fork(items=None, bodies=bodies):
                lifted, blocks = _lift_common(bodies, all)
                op = replace(op, bodies=tuple(blocks)) if lifted else op
            case Fork(items=Const(value=[_, *_]), bodies=(body,)):
                lifted, body = _lift_repeated(body)
                op = replace(op, bodies=(body,)) if lifted else op
            case For(items=Const(value=[_, *_]), body=body):
                lifted, body = _lift_repeated(body)
                op = replace(op, body=body) if lifted else op
            case _:
                lifted = []
        for call in lifted:
            if effects(call) & Effect.MODEL:
                self._context.did("moved a call that every arm makes above them", span=call.span)
        return lifted, op


def _lift_common(
    blocks: Sequence[Block], is_early: Callable[[list[bool]], bool]
) -> tuple[list[Op], list[Block]]:
    """What all blocks begin with, and the blocks without it; nothing unless a call is among it.

    `is_early`: whether a call is speculative that is so in some of the blocks.
    """
    lifted: list[Op] = []
    current = list(blocks)
    while common := _common_heads(current):
        for twins in common:
            first, *others = twins
            lifted.append(_marked(first, is_early([_is_speculative(twin) for twin in twins])))
            values: dict[Value, Value] = {}
            for other in others:
                values.update(zip(results(other), results(first), strict=True))
            gone = set(twins)
            current = [
                substitute_block(rebuilt(b, [op for op in b.ops if op not in gone]), values)
                for b in current
            ]
    if not any(effects(op) & Effect.MODEL for op in lifted):
        return [], list(blocks)
    return lifted, current


def _is_speculative(op: Op) -> bool:
    return isinstance(op, Gen | Select) and op.speculative


def _marked(op: Op, speculative: bool) -> Op:
    return replace(op, speculative=speculative) if isinstance(op, Gen | Select) else op


def _common_heads(blocks: Sequence[Block]) -> list[list[Op]]:
    """Ops that stand in every block and depend on nothing inside; for each, its twins."""
    heads = [_heads(block) for block in blocks]
    first, *others = heads
    return [
        [op, *(other[key] for other in others)]
        for key, op in first.items()
        if all(key in other for other in others)
    ]


def _heads(block: Block) -> dict[Hashable, Op]:
    """By key, the mergeable ops of a block whose operands are all bound outside of it.

    What comes after something that can fail, as a host function that is not `pure`, stays after it.
    """
    own = set(block.args)
    heads: dict[Hashable, Op] = {}
    for op in block.ops:
        kind = effects(op)
        whole = not regions(op) or is_append(op)
        movable = whole and not kind & ~_MERGEABLE and not isinstance(op, Host | Turn)
        if movable and not reads(op, own):
            heads.setdefault(op_key(op), op)
        own.update(results(op))
        if may_fail(op):
            break
    return heads


def _lift_repeated(body: Block) -> tuple[list[Op], Block]:
    """The calls that every round of a body makes alike, named as those of the first round.

    The index of a deterministic call is a name only: what it answers does not depend on it.
    """
    named = {_renamed(op, body.args[0]): op for op in body.ops}
    lifted, (rest,) = _lift_common([Block(body.args, tuple(named))], all)
    return lifted, rebuilt(body, [named[op] for op in rest.ops])


def _renamed(op: Op, index: Value) -> Op:
    if not isinstance(op, Gen | Select) or effects(op) != Effect.MODEL or index not in op.indices:
        return op
    return replace(op, indices=tuple(_FIRST if i is index else i for i in op.indices))
