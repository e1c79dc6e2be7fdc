"""`plan-retention`: which prompts are used again, when, and which are not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.module import Module
from ..ir.ops import Block, Const, Effect, Fork, Gen, Op, Release, Retain, Select, Value
from ..ir.structure import effects, regions, results, walk, with_regions
from ..ir.types import PROMPT
from .context import Context
from .dependence import needed
from .rewriter import each_program
from .static_heads import static_head

NEVER = -1
ITEMS_UNKNOWN = 4
"""How many rounds a loop or fork over a list of unknown length is counted for."""


@dataclass(frozen=True, slots=True)
class PlanRetention:
    """Tell the cache what the program knows of the future of its prompts.

        %vs = fork %dims arm ...        ->   retain %p1 next_use 4
        %p2 = text %p1, "In short:"          %vs = fork %dims arm ...
        %p3, %a = gen %p2 site "2"           %p2 = text %p1, "In short:"
                                             %p3, %a = gen %p2 site "2"
                                             release %p1

    A prompt that is asked about again after other calls gets their number, and a release when it has
    been asked for the last time; so does a call whose answer the prompt goes on from only after others.
    What an arm asks last is never used again (`next_use -1`); the text that every run begins with is
    pinned. Hints only: no answer depends on them, and no call moves.
    """

    name: ClassVar[str] = "plan-retention"
    min_tokens: int = 16

    def run(self, module: Module, context: Context) -> Module:
        """Insert hints in every program."""

        def rewrite(body: Block) -> Block:
            return _with_pin(_Planner(context).block(body), self.min_tokens, context)

        return each_program(module, lambda program: rewrite(program.body))


def _with_pin(body: Block, min_tokens: int, context: Context) -> Block:
    head = static_head(body, context.target.tokenizer)
    if head is None or head.tokens < min_tokens:
        return body
    context.did("pinned the text that every run begins with", span=head.op.span, tokens=head.tokens)
    hint = Retain(prompt=head.op.result, pin=True, span=head.op.span)
    return Block(body.args, (*body.ops[: head.at + 1], hint, *body.ops[head.at + 1 :]))


@dataclass(frozen=True, slots=True)
class _Use:
    """One op that goes on from a prompt: where in the block it leads to a first and a last call."""

    first: int
    last: int


class _Planner:
    """Plans one block at a time, from the inside out."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def block(self, block: Block) -> Block:
        """The block with its hints."""
        ops = [self._inside(op) for op in block.ops]
        retains, releases = self._plan(ops)
        new: list[Op] = []
        for at, op in enumerate(ops):
            new += [*retains.get(at, ()), op, *releases.get(at, ())]
        same = len(new) == len(block.ops) and all(
            a is b for a, b in zip(new, block.ops, strict=True)
        )
        return block if same else Block(block.args, tuple(new))

    def _inside(self, op: Op) -> Op:
        blocks = regions(op)
        if not blocks or not effects(op) & Effect.MODEL:
            return op
        new = tuple(self.block(block) for block in blocks)
        if isinstance(op, Fork):
            return replace(op, bodies=tuple(_without_last_use(block) for block in new))
        return with_regions(op, new)

    def _plan(self, ops: Sequence[Op]) -> tuple[dict[int, list[Op]], dict[int, list[Op]]]:
        """Hints by the position of the op that they stand before, or after."""
        before: dict[int, list[Op]] = {}
        after: dict[int, list[Op]] = {}
        calls = _calls_before(ops)
        asked = _uses(ops)
        for at, source, gap in _left_alone(ops, asked, calls):
            before.setdefault(at, []).append(Retain(prompt=source, next_use=gap))
            self._context.did(f"a prompt goes on after {gap} calls", span=ops[at].span)
        for prompt, uses in asked.items():
            if len(uses) < 2:
                continue
            gap = max((calls[b.first] - calls[a.last] for a, b in _pairs(uses)), default=0)
            if gap < 1:
                continue
            last = max(use.last for use in uses)
            first = min(use.first for use in uses)
            before.setdefault(first, []).append(Retain(prompt=prompt, next_use=gap))
            after.setdefault(last, []).append(Release(prompt=prompt))
            self._context.did(f"a prompt is used again after {gap} calls", span=ops[first].span)
        return before, after


def _pairs(uses: Sequence[_Use]) -> list[tuple[_Use, _Use]]:
    """Each use with the one that starts next."""
    ordered = sorted(uses, key=lambda use: use.first)
    return list(itertools.pairwise(ordered))


def _left_alone(
    ops: Sequence[Op], asked: dict[Value, list[_Use]], calls: Sequence[int]
) -> Iterator[tuple[int, Value, int]]:
    """Calls whose answer the prompt goes on from only after other calls: place, prompt, and how many."""
    for at, op in enumerate(ops):
        if not isinstance(op, Gen | Select) or op.prompt is None or isinstance(op.source, Const):
            continue
        uses = asked.get(op.prompt, [])
        gap = min((calls[use.first] for use in uses), default=0) - calls[at] - 1
        if gap > 0:
            yield at, op.source, gap


def _uses(ops: Sequence[Op]) -> dict[Value, list[_Use]]:
    """For every prompt of a block the ops that go on from it to a call, in reverse."""
    asked: dict[Value, list[_Use]] = {}
    for at in range(len(ops) - 1, -1, -1):
        op = ops[at]
        if effects(op) & (Effect.HINT | Effect.CONTROL) and not regions(op):
            continue
        leads = [use for value in results(op) for use in asked.get(value, ())]
        if effects(op) & Effect.MODEL:
            leads.append(_Use(at, at))
        if not leads:
            continue
        use = _Use(min(u.first for u in leads), max(u.last for u in leads))
        for value in needed(op):
            if value.type == PROMPT:
                asked.setdefault(value, []).append(use)
    return asked


def _calls_before(ops: Sequence[Op]) -> list[int]:
    """How many calls start before each op of a block; rounds of unknown number are estimated."""
    counts: list[int] = []
    total = 0
    for op in ops:
        counts.append(total)
        total += _calls(op)
    return counts


def _calls(op: Op) -> int:
    if not regions(op):
        return 1 if effects(op) & Effect.MODEL else 0
    inner = sum(_calls(nested) for block in regions(op) for nested in block.ops)
    items = getattr(op, "items", None)
    if isinstance(items, Const) and isinstance(items.value, list):
        return inner * len(items.value)
    return inner * (ITEMS_UNKNOWN if isinstance(items, Value) else 1)


def _without_last_use(arm: Block) -> Block:
    """An arm that says of the last prompt it asks about that nobody will again."""
    used: dict[Value, int] = {}
    for op in walk(arm):
        for value in needed(op) if not regions(op) else ():
            used[value] = used.get(value, 0) + 1
    own = {value for op in arm.ops for value in results(op)}
    new: list[Op] = []
    for op in arm.ops:
        source = op.source if isinstance(op, Gen | Select) else None
        is_last = isinstance(op, Gen | Select) and op.prompt is not None and op.prompt not in used
        if is_last and source in own and used.get(source, 0) == 1:
            new.append(Retain(prompt=source, next_use=NEVER, span=op.span))
        new.append(op)
    return Block(arm.args, tuple(new)) if len(new) > len(arm.ops) else arm
