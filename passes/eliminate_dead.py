"""`eliminate-dead`: what nobody uses is not computed and not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from ..ir.module import Module, Program
from ..ir.ops import (
    PURE,
    Block,
    Call,
    Effect,
    Effects,
    For,
    Fork,
    Gen,
    If,
    Op,
    Operand,
    Value,
    While,
    Yield,
)
from ..ir.structure import effects, operands, regions, results, walk, with_regions
from .analysis.dependence import reads
from .rewriting.rewriter import Rewriter, each_program, rebuilt
from .running.context import Context

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class EliminateDead:
    """Drop unused calls, text that no call reads, and values that a loop carries for nobody.

        %p2, %note = gen %p1 site="1"        ->  (nothing, when neither %p2 nor %note is used)
        return %label                            return %label

    Never drops a host call with effects, nor anything that such a call or the result depends on;
    a call whose prompt is used stays, even when its value is not. `keep-calls`: every call stays, for
    programs in Python, where asking is an effect as any other.
    """

    name: ClassVar[str] = "eliminate-dead"
    keep_calls: bool = False

    def run(self, module: Module, context: Context) -> Module:
        """Sweep every program."""
        quiet = _quiet_programs(module)

        def rewrite(program: Program) -> Block:
            body = _Unchanging().block(program.body)
            sweeper = _Sweeper(quiet, context, self.keep_calls)
            return sweeper.without_vain_hints(sweeper.block(body))

        return each_program(module, rewrite)


def _quiet_programs(module: Module) -> frozenset[str]:
    """The programs that reach no host function with effects."""
    loud: set[str] = set()
    calls: dict[str, set[str]] = {}
    for program in module.programs:
        ops = list(walk(program.body))
        calls[program.name] = {op.program for op in ops if isinstance(op, Call)}
        if any(not isinstance(op, Call) and _own_host(op) for op in ops):
            loud.add(program.name)
    while more := {name for name, called in calls.items() if called & loud} - loud:
        loud |= more
    return frozenset(calls) - loud


def _own_host(op: Op) -> bool:
    return not regions(op) and bool(effects(op) & Effect.HOST)


class _Unchanging(Rewriter):
    """Values that a loop carries without changing them become the value before the loop."""

    def visit(self, op: Op) -> Sequence[Op]:
        match op:
            case For(body=body, inits=inits):
                first = 2
            case While(body=body, inits=inits):
                first = 1
            case _:
                return (self.descend(op),)
        end = body.ops[-1]
        assert isinstance(end, Yield)
        for slot, (given, init) in enumerate(zip(end.values, inits, strict=True)):
            if given is body.args[first + slot]:
                self.replace(body.args[first + slot], init)
                self.replace(op.results[slot], init)
                if isinstance(op, While):
                    self.replace(op.cond.args[slot], init)
        return (self.descend(op),)


class _Sweeper:
    """Walks blocks from the end; `_live` holds every value that something kept has as an operand."""

    def __init__(self, quiet: frozenset[str], context: Context, keep_calls: bool) -> None:
        self._quiet, self._context = quiet, context
        self._kept = Effect.HOST | Effect.CONTROL | (Effect.MODEL if keep_calls else PURE)
        self._live: set[Value] = set()

    def block(self, block: Block) -> Block:
        """The block without its dead ops."""
        kept: list[Op] = []
        for op in reversed(block.ops):
            if self._is_needed(op):
                slim = self._slimmed(op)
                if not effects(op) & Effect.HINT or regions(op):
                    self._mark(operands(slim))
                kept.append(slim)
            elif effects(op) & Effect.MODEL:
                self._context.did("dropped a call that nobody uses", span=op.span)
        kept.reverse()
        return rebuilt(block, kept)

    def without_vain_hints(self, block: Block) -> Block:
        """The swept block without hints about prompts that nothing but hints knows."""
        kept: list[Op] = []
        for op in block.ops:
            if regions(op):
                blocks = tuple(self.without_vain_hints(region) for region in regions(op))
                kept.append(with_regions(op, blocks))
            elif not effects(op) & Effect.HINT or reads(op, self._live):
                kept.append(op)
        return rebuilt(block, kept)

    def _is_needed(self, op: Op) -> bool:
        if any(value in self._live for value in results(op)):
            return True
        kind = self._effects(op)
        return bool(kind & self._kept) or (kind == Effect.HINT and not regions(op))

    def _effects(self, op: Op) -> Effects:
        """The effects of an op, knowing which programs reach no host function."""
        inner = regions(op)
        if isinstance(op, Call) and op.program in self._quiet:
            return effects(op) & ~Effect.HOST
        if not inner:
            return effects(op)
        found = PURE
        for block in inner:
            for nested in block.ops:
                found |= self._effects(nested)
        return found & ~Effect.CONTROL

    def _mark(self, used: Sequence[Operand]) -> None:
        self._live.update(operand for operand in used if isinstance(operand, Value))

    def _slimmed(self, op: Op) -> Op:
        """The op without the results that nobody uses, its regions swept."""
        match op:
            case If():
                return self._slim_if(op)
            case Fork():
                return self._slim_fork(op)
            case For() | While():
                return self._slim_loop(op)
            case Gen(samples=Value() as samples) if samples not in self._live:
                return replace(op, samples=None)
            case _ if regions(op):
                return with_regions(op, tuple(self.block(block) for block in regions(op)))
            case _:
                return op

    def _slim_if(self, op: If) -> If:
        keep = [value in self._live for value in op.results]
        then, orelse = (self.block(_yielding(arm, keep)) for arm in (op.then, op.orelse))
        if all(keep) and then is op.then and orelse is op.orelse:
            return op
        return replace(op, results=_only(op.results, keep), then=then, orelse=orelse)

    def _slim_fork(self, op: Fork) -> Fork:
        keep = [value in self._live for value in op.results]
        bodies: list[Block] = []
        at = 0
        for body in op.bodies:
            width = len(_end(body).values)
            bodies.append(self.block(_yielding(body, keep[at : at + width])))
            at += width
        if all(keep) and all(a is b for a, b in zip(bodies, op.bodies, strict=True)):
            return op
        return replace(op, results=_only(op.results, keep), bodies=tuple(bodies))

    def _slim_loop(self, op: For | While) -> For | While:
        """A carried value lives if its result does, or if the value of another live one needs it."""
        first = len(op.body.args) - len(op.inits)
        cond = self.block(op.cond) if isinstance(op, While) else None
        entries = [(op.body.args[first + i], op.results[i]) for i in range(len(op.inits))]
        while True:
            keep = [self._carries(op, i, *entry) for i, entry in enumerate(entries)]
            body = self.block(_yielding(op.body, keep))
            if keep == [self._carries(op, i, *entry) for i, entry in enumerate(entries)]:
                return self._with_slots(op, keep, body, cond)

    def _carries(self, op: For | While, slot: int, arg: Value, result: Value) -> bool:
        in_cond = isinstance(op, While) and op.cond.args[slot] in self._live
        return in_cond or arg in self._live or result in self._live

    def _with_slots(
        self, op: For | While, keep: list[bool], body: Block, cond: Block | None
    ) -> For | While:
        same_cond = not isinstance(op, While) or cond is op.cond
        if all(keep) and body is op.body and same_cond:
            return op
        first = len(op.body.args) - len(op.inits)
        args = (*body.args[:first], *_only(body.args[first:], keep))
        body = Block(args, body.ops)
        inits, kept = _only(op.inits, keep), _only(op.results, keep)
        if isinstance(op, For):
            return replace(op, results=kept, inits=inits, body=body)
        assert cond is not None
        cond = Block(_only(cond.args, keep), cond.ops)
        return replace(op, results=kept, inits=inits, cond=cond, body=body)


def _end(block: Block) -> Yield:
    end = block.ops[-1]
    assert isinstance(end, Yield)
    return end


def _only(items: tuple[_T, ...], keep: Sequence[bool]) -> tuple[_T, ...]:
    return tuple(item for item, kept in zip(items, keep, strict=True) if kept)


def _yielding(block: Block, keep: Sequence[bool]) -> Block:
    """The block, yielding only some of its values."""
    if all(keep):
        return block
    end = _end(block)
    return Block(block.args, (*block.ops[:-1], replace(end, values=_only(end.values, keep))))
