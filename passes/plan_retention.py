"""`plan-retention`: which prompts are used again, when, and which are not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..ir.module import Module, Program
from ..ir.ops import (
    Block,
    Const,
    Effect,
    Fork,
    Gen,
    Op,
    Operand,
    Release,
    Retain,
    Return,
    Select,
    Value,
    Yield,
)
from ..ir.structure import effects, known_of, regions, results, with_regions
from ..ir.types import PROMPT, holds_prompt
from .analysis.dependence import needed
from .analysis.lifetimes import REQUEST, Lifetimes
from .analysis.shared_heads import is_append, prompt_of
from .analysis.static_heads import static_head
from .rewriting.rewriter import each_program, rebuilt
from .running.context import Context

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

    A prompt that is asked about again after other calls gets their number, and a release when it has been
    asked about for the last time; so does an answer that the prompt goes on from only after other calls.
    What an arm appends is released at its end. The text that every run begins with is pinned.
    Hints only: no answer depends on them, and no call moves. Never releases what another request may ask
    about, which is what lives longer than a request, nor what leaves its block.
    """

    name: ClassVar[str] = "plan-retention"
    min_tokens: int = 16

    def run(self, module: Module, context: Context) -> Module:
        """Insert hints in every program."""

        def rewrite(program: Program) -> Block:
            body = _Planner(Lifetimes(program), context).block(program.body)
            return _with_pin(body, self.min_tokens, context)

        return each_program(module, rewrite)


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


_Asked = dict[Value, list[_Use]]
"""For every prompt of a block the ops that go on from it to a call, in reverse."""


class _Planner:
    """Plans one block at a time, from the inside out."""

    def __init__(self, lifetimes: Lifetimes, context: Context) -> None:
        self._lifetimes, self._context = lifetimes, context

    def block(self, block: Block, is_arm: bool = False) -> Block:
        """The block with its hints."""
        ops = [self._inside(op) for op in block.ops]
        asked, leaving = _uses(ops), _leaving(ops)
        before, after = self._plan(ops, asked, leaving)
        if is_arm:
            kept = {*leaving, *_released(after)}
            before.setdefault(len(ops) - 1, []).extend(self._let_go(ops, asked, kept))
        new: list[Op] = []
        for at, op in enumerate(ops):
            new += [*before.get(at, ()), op, *after.get(at, ())]
        return rebuilt(block, new)

    def _inside(self, op: Op) -> Op:
        blocks = regions(op)
        if not blocks or not effects(op) & Effect.MODEL:
            return op
        return with_regions(op, tuple(self.block(block, isinstance(op, Fork)) for block in blocks))

    def _plan(
        self, ops: Sequence[Op], asked: _Asked, leaving: set[Value]
    ) -> tuple[dict[int, list[Op]], dict[int, list[Op]]]:
        """Hints by the position of the op that they stand before, or after."""
        before: dict[int, list[Op]] = {}
        after: dict[int, list[Op]] = {}
        for prompt, (gap, what) in _distances(ops, asked).items():
            if prompt in leaving:
                continue
            uses = asked[prompt]
            first = min(use.first for use in uses)
            before.setdefault(first, []).append(Retain(prompt=prompt, next_use=gap))
            self._context.did(f"a prompt {what} after {gap} calls", span=ops[first].span)
            if self._is_own(prompt):
                last = max(use.last for use in uses)
                after.setdefault(last, []).append(Release(prompt=prompt))
            else:
                why = "another run may ask about it, for it lives longer than a request"
                self._context.declined("release a prompt after its last call", why, ops[first].span)
        return before, after

    def _let_go(self, ops: Sequence[Op], asked: _Asked, kept: set[Operand]) -> Iterator[Op]:
        """Releases for what an arm appends to prompts from outside; the last thing that it does."""
        own = {value for op in ops for value in results(op)}
        for op in ops:
            source = prompt_of(op) if is_append(op) else None
            (prompt,) = results(op) if source is not None else (None,)
            if prompt is None or source in own or prompt in kept:
                continue
            if prompt in asked and self._is_own(prompt):
                yield Release(prompt=prompt, span=op.span)

    def _is_own(self, prompt: Value) -> bool:
        """Whether no other request has reason to ask about a prompt."""
        return self._lifetimes.of(prompt) == REQUEST


def _pairs(uses: Sequence[_Use]) -> list[tuple[_Use, _Use]]:
    """Each use with the one that starts next."""
    ordered = sorted(uses, key=lambda use: use.first)
    return list(itertools.pairwise(ordered))


def _distances(ops: Sequence[Op], asked: _Asked) -> dict[Value, tuple[int, str]]:
    """For every prompt that is left alone for a while: for how many calls, and what comes after them."""
    calls = _calls_before(ops)
    found: dict[Value, tuple[int, str]] = {}
    for prompt, uses in asked.items():
        gap = max((calls[b.first] - calls[a.last] for a, b in _pairs(uses)), default=0)
        if gap > 0 and prompt.type == PROMPT:
            found[prompt] = (gap, "is used again")
    for at, op in enumerate(ops):
        if not isinstance(op, Gen | Select) or op.prompt is None or isinstance(op.source, Const):
            continue
        uses = asked.get(op.prompt, [])
        gap = min((calls[use.first] for use in uses), default=0) - calls[at] - 1
        if gap > found.get(op.source, (0, ""))[0]:
            found[op.source] = (gap, "goes on")
    return found


def _released(after: dict[int, list[Op]]) -> set[Operand]:
    """The prompts that hints release."""
    hints = (hint for hints in after.values() for hint in hints)
    return {hint.prompt for hint in hints if isinstance(hint, Release)}


def _leaving(ops: Sequence[Op]) -> set[Value]:
    """The prompts that a block yields, and those that they go on from."""
    leaving: set[Value] = set()
    for op in reversed(ops):
        is_end = isinstance(op, Yield | Return)
        if is_end or any(value in leaving for value in results(op)):
            leaving.update(value for value in needed(op) if holds_prompt(value.type))
    return leaving


def _uses(ops: Sequence[Op]) -> _Asked:
    asked: _Asked = {}
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
            if holds_prompt(value.type):
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


def _calls_inside(block: Block) -> int:
    return sum(map(_calls, block.ops))


def _calls(op: Op) -> int:
    if not regions(op):
        return 1 if effects(op) & Effect.MODEL else 0
    inner = sum(known_of(block, _calls_inside) for block in regions(op))
    items = getattr(op, "items", None)
    if isinstance(items, Const) and isinstance(items.value, list):
        return inner * len(items.value)
    return inner * (ITEMS_UNKNOWN if isinstance(items, Value) else 1)
