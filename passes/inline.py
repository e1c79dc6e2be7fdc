"""`inline`: fragments and constant loops become the text that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.module import Fragment, Module
from ..ir.ops import Block, Call, Const, Effect, For, Gen, Json, Op, Operand, Select, Use, Value
from ..ir.structure import effects, regions, results, walk, with_regions
from ..ir.types import INT
from .analysis.constants import constant_of
from .rewriting.rewriter import Rewriter, each_program, instantiate
from .running.context import Context


@dataclass(frozen=True, slots=True)
class Inline:
    """Put the body of a fragment in place of its use, and unroll loops of text over constants.

        %p1 = use %p0, @shot("Cats are nice.") site "3"   ->  %p1 = text %p0, "Essay: "
                                                               %p2 = insert %p1, "Cats are nice."

    A call inside a fragment is named by both places (`site "3.1"`, indices of the use first), so a
    sampled call keeps its seed however often its fragment is used. Never unrolls a loop that asks
    the model (one source call stays one family), and never one whose order is declared free.
    """

    name: ClassVar[str] = "inline"
    max_ops: int = 512

    def run(self, module: Module, context: Context) -> Module:
        """Inline everything; the fragments themselves are gone afterwards."""
        inliner = _Inliner({f.name: f for f in module.fragments}, self.max_ops, context)
        after = each_program(module, lambda program: inliner.block(program.body))
        return replace(after, fragments=()) if module.fragments else after


class _Inliner(Rewriter):
    def __init__(self, fragments: dict[str, Fragment], max_ops: int, context: Context) -> None:
        super().__init__()
        self._fragments, self._max_ops, self._context = fragments, max_ops, context
        self._known: dict[Value, Json] = {}

    def visit(self, op: Op) -> Sequence[Op]:
        if isinstance(op, Use):
            return self._use(op)
        op = self.descend(op)
        if isinstance(op, For) and (items := self._constant_items(op)) is not None:
            return self._unroll(op, items)
        if (constant := constant_of(op, self._known)) is not None:
            self._known[results(op)[0]] = constant.value
        return (op,)

    def _use(self, op: Use) -> Sequence[Op]:
        body = self._fragments[op.fragment].body
        ops, (end,) = instantiate(body, (op.prompt, *op.args))
        placed = [_place(inner, op.site, op.indices) for inner in ops]
        self._context.did(f"put the body of `{op.fragment}` in place of its use", span=op.span)
        return self._splice(placed, (op.result,), (end,))

    def _constant_items(self, op: For) -> list[Json] | None:
        """The items of a loop that can be unrolled; records why a constant one is not."""
        if isinstance(op.items, Const):
            items = op.items.value
        else:
            items = self._known.get(op.items)
        if not isinstance(items, list):
            return None
        reason = self._obstacle(op, len(items))
        if reason:
            self._context.declined(f"unroll a loop of {len(items)} rounds", reason, op.span)
        return None if reason else items

    def _obstacle(self, op: For, rounds: int) -> str:
        if op.key is not None:
            return "its order is free, `move-code` fixes it"
        if effects(op) & ~Effect.APPENDS:
            return "its body does more than append text; one source call stays one family"
        if rounds * sum(1 for _ in walk(op.body)) > self._max_ops:
            return f"it would become more than {self._max_ops} ops"
        return ""

    def _unroll(self, op: For, items: list[Json]) -> Sequence[Op]:
        item_type = op.body.args[1].type
        carried, unrolled = op.inits, list[Op]()
        for number, item in enumerate(items):
            args = (Const(number, INT), Const(item, item_type), *carried)
            ops, carried = instantiate(op.body, args)
            unrolled += ops
        self._context.did(f"unrolled a loop of {len(items)} rounds", span=op.span)
        return self._splice(unrolled, op.results, carried)

    def _splice(
        self, ops: list[Op], old: tuple[Value, ...], new: tuple[Operand, ...]
    ) -> Sequence[Op]:
        """Visit the ops that replace one op (they may hold uses and loops), then its results."""
        done = self.block(Block((), tuple(ops))).ops
        for was, becomes in zip(old, new, strict=True):
            self.replace(was, self.resolved(becomes))
        return done


def _place(op: Op, site: str, indices: tuple[Operand, ...]) -> Op:
    """An op of a fragment, its calls named by the site of the use as well."""
    if isinstance(op, Gen | Select | Call | Use):
        return replace(op, site=f"{site}.{op.site}", indices=(*indices, *op.indices))
    inner = regions(op)
    if not inner:
        return op
    blocks = tuple(
        Block(block.args, tuple(_place(nested, site, indices) for nested in block.ops))
        for block in inner
    )
    return with_regions(op, blocks)
