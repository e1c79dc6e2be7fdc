"""`fuse-forks`: arms that could start together are arms of one fork."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.failure import cannot_fail
from ..ir.module import Module
from ..ir.ops import Block, Effect, Fork, Gen, Op, Select, Value, Yield
from ..ir.structure import effects, operands, results, walk
from .analysis.congruence import block_key
from .analysis.dependence import needed
from .rewriting.calls_early import speculative
from .rewriting.rewriter import Rewriter, each_program, rebuilt
from .running.context import Context


@dataclass(frozen=True, slots=True)
class FuseForks:
    """Make one group of nested, adjacent and equal arms, which shares its prefix and starts at once.

        %a = fork arm { ... }                %a, %b, %c = fork arm { ... } arm { ... } arm { ... }
        %b, %c = fork arm { ... } arm { ... }      ->

    A fork over items becomes an arm as it is. Of equal arms that draw nothing at random one is left, also
    where they stood in two forks. Never fuses a fork with one that reads its results, nor over a call or
    something that can fail between them, nor behind a fork in which something can fail: what fails there ends
    the program before the second (`-O2` fuses where the first calls no host function, and counts the second's
    calls apart). Worth a call for every equal arm, and a warm-up for every fork that is taken in by another;
    otherwise no token and no time: independent forks start together without it, and each finds what the other
    has warmed.
    """

    name: ClassVar[str] = "fuse-forks"

    def run(self, module: Module, context: Context) -> Module:
        """Fuse in every program."""
        return each_program(module, lambda program: _Fuser(context).block(program.body))


class _Fuser(Rewriter):
    """From the inside out: equal arms, nested forks, then forks of one block."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def block(self, block: Block) -> Block:
        new = super().block(block)
        return rebuilt(new, self._fuse_adjacent(list(new.ops)))

    def visit(self, op: Op) -> Sequence[Op]:
        op = self.descend(op)
        if not isinstance(op, Fork) or op.items is not None:
            return (op,)
        before, op = self._flatten(self._without_equal_arms(op))
        return (*before, op)

    # --- equal arms ----------------------------------------------------------------------------

    def _without_equal_arms(self, op: Fork) -> Fork:
        """The fork with one of several equal arms, whose results stand for the others'."""
        seen: dict[tuple[Hashable, bool], tuple[Value, ...]] = {}
        kept: list[tuple[Block, tuple[Value, ...]]] = []
        for body, values in arms(op):
            key = block_key(body), _is_guess(body)
            twin = seen.get((key[0], False), seen.get(key))
            if twin is None or not _is_repeatable(body):
                if twin is not None:
                    why = "each of them draws for itself or calls the host"
                    self._context.declined("merge two equal arms", why, op.span)
                seen.setdefault(key, values)
                kept.append((body, values))
                continue
            self._context.did("merged two equal arms", span=op.span)
            for old, new in zip(values, twin, strict=True):
                self.replace(old, new)
        return op if len(kept) == len(op.bodies) else _fork(op, kept)

    # --- nested forks --------------------------------------------------------------------------

    def _flatten(self, op: Fork) -> tuple[list[Op], Fork]:
        """The arms of a fork that is all that an arm does become arms themselves."""
        before: list[Op] = []
        new: list[tuple[Block, tuple[Value, ...]]] = []
        is_flat = True  # counting arms would not tell: a nested fork may have a single one
        for body, values in arms(op):
            inner = _only_fork(body)
            if inner is None:
                new.append((body, values))
                continue
            is_flat = False
            before += body.ops[:-2]
            new += arms(inner)
            end = body.ops[-1]
            for old, operand in zip(values, operands(end), strict=True):
                self.replace(old, operand)
            self._context.did(
                "made the arms of a nested fork arms of the outer one", span=inner.span
            )
        return before, op if is_flat else _fork(op, new)

    # --- adjacent forks ------------------------------------------------------------------------

    def _fuse_adjacent(self, ops: list[Op]) -> list[Op]:
        """Fuse each fork of a block with the later ones that need nothing of it."""
        at = 0
        while at < len(ops):
            op = ops[at]
            if isinstance(op, Fork) and _asks(op):
                fused = self._fuse_with_next(ops, at)
                if fused is not None:
                    ops = fused
                    continue
            at += 1
        return ops

    def _fuse_with_next(self, ops: list[Op], at: int) -> list[Op] | None:
        """The block with the fork at a position and the next fork made one, if that may be."""
        first = ops[at]
        assert isinstance(first, Fork)
        tainted: set[Value] = set(results(first))
        moved: list[Op] = []
        stays: list[Op] = []
        for position in range(at + 1, len(ops)):
            op = ops[position]
            needs = bool(tainted & needed(op))
            if isinstance(op, Fork) and _asks(op):
                reason = _obstacle(first, op, needs, self._context.level)
                if reason:
                    self._context.declined("fuse two forks", reason, op.span)
                    return None
                self._context.did("made two forks one", span=op.span)
                second = op if cannot_fail(first) else speculative(op)
                fused = self._without_equal_arms(_fused(first, second))
                after = [self.current(op) for op in (*stays, *ops[position + 1 :])]
                return [*ops[:at], *moved, fused, *after]
            if effects(op) & ~Effect.APPENDS or not cannot_fail(op):
                return None  # a call, a guard or the end of the block stands between
            (stays if needs else moved).append(op)
            if needs:
                tainted.update(results(op))
        return None


def arms(op: Fork) -> list[tuple[Block, tuple[Value, ...]]]:
    """The bodies of a fork without items, each with the results that it yields."""
    found: list[tuple[Block, tuple[Value, ...]]] = []
    at = 0
    for body in op.bodies:
        width = len(operands(body.ops[-1]))
        found.append((body, op.results[at : at + width]))
        at += width
    return found


def _fork(op: Fork, new: Sequence[tuple[Block, tuple[Value, ...]]]) -> Fork:
    values = tuple(value for _, some in new for value in some)
    return replace(op, results=values, bodies=tuple(body for body, _ in new))


def _asks(op: Op) -> bool:
    return bool(effects(op) & Effect.MODEL)


def _is_repeatable(body: Block) -> bool:
    return not any(effects(op) & (Effect.SAMPLED | Effect.HOST) for op in body.ops)


def _is_guess(body: Block) -> bool:
    """Whether a call of an arm is speculative; such a one does not stand for one that is certain."""
    return any(isinstance(op, Gen | Select) and op.speculative for op in walk(body))


def _only_fork(body: Block) -> Fork | None:
    """The fork of several bodies that ends an arm, when before it there are only appends that can't fail."""
    if len(body.ops) < 2:
        return None
    *before, op, end = body.ops
    if not isinstance(op, Fork) or op.items is not None or not isinstance(end, Yield):
        return None
    is_quiet = all(cannot_fail(other) and not effects(other) & ~Effect.APPENDS for other in before)
    return op if is_quiet else None


def _obstacle(first: Fork, second: Op, needs: bool, level: int) -> str:
    """Why two forks cannot be one; empty when they can."""
    if needs:
        return "the second reads what the first gives"
    if effects(first) & effects(second) & Effect.HOST:
        return "both call host functions, which keep their order"
    if cannot_fail(first):
        return ""
    if effects(first) & Effect.HOST or effects(second) & Effect.HOST:
        return "the first may fail, and then nobody asks what the second asks"
    return "" if level > 1 else "the first may fail before the second is asked; `-O2` does it"


def _fused(first: Fork, second: Op) -> Fork:
    assert isinstance(second, Fork)
    bodies = [*_as_arms(first), *_as_arms(second)]
    return _fork(replace(first, items=None), bodies)


def _as_arms(op: Fork) -> list[tuple[Block, tuple[Value, ...]]]:
    """The arms of a fork; of a fork over items one arm that holds it."""
    if op.items is None:
        return arms(op)
    inner = tuple(Value(value.type, value.hint) for value in op.results)
    return [
        (Block((), (replace(op, results=inner), Yield(values=inner, span=op.span))), op.results)
    ]
