"""`insert-prefetch`: a prompt that is known before it is needed is warmed early."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.failure import cannot_fail
from ..ir.module import Module, Program
from ..ir.ops import (
    Block,
    Effect,
    Gen,
    Host,
    If,
    Insert,
    Op,
    Prefetch,
    Select,
    Text,
    Value,
)
from ..ir.structure import effects, results
from .analysis.certainty import is_certain
from .analysis.dependence import inputs, needed
from .analysis.sections import VALUE_TOKENS
from .analysis.shared_heads import heads, is_append, prompt_of
from .analysis.static_heads import static_head
from .analysis.texts import shorten, token_count
from .rewriting.rewriter import Rewriter, each_program, rebuilt
from .running.context import Context


@dataclass(frozen=True, slots=True)
class InsertPrefetch:
    """Warm what is certain to be asked: static heads at load, and text that follows a call or host function.

        %r = host @search(%q)                    %p2 = text %p1, "Observation: "
        %p2 = text %p1, "Observation: "     ->   prefetch %p2
        %p3 = insert %p2, %r                     %r = host @search(%q)
        %p4, %a = gen %p3 site "1"               %p3 = insert %p2, %r
                                                 %p4, %a = gen %p3 site "1"

    With `speculative` (`-O2`) also what may be asked: the heads of both arms of a pending branch, and
    text after which the program may end; counted apart. Never warms a prompt that no call is certain
    to ask about otherwise (behind something that can fail, as a host function that is not `pure`, none
    is), nor moves what can fail before a host function.
    """

    name: ClassVar[str] = "insert-prefetch"
    min_tokens: int = 16
    speculative: bool = False

    def run(self, module: Module, context: Context) -> Module:
        """Insert prefetches in every program."""
        speculative = self.speculative or context.level > 1

        def rewrite(program: Program) -> Block:
            body = _Waits(self.min_tokens, speculative, context).block(program.body)
            return _with_static_head(program, body, self.min_tokens, speculative, context)

        return each_program(module, rewrite)


# --- static heads ---------------------------------------------------------------------------------


def _with_static_head(
    program: Program, body: Block, min_tokens: int, speculative: bool, context: Context
) -> Block:
    """The longest text that every run of a program begins with is warmed when the plan is loaded."""
    head = static_head(body, context.target.tokenizer)
    if head is None:
        return body
    before, after = body.ops[: head.at + 1], body.ops[head.at + 1 :]
    what = f"warm the first {head.tokens} tokens of `{program.name}` when it is loaded"
    if any(isinstance(op, Prefetch) and op.prompt is head.op.result for op in after):
        return body
    certain = is_certain(head.op.result, after)
    if not certain and not speculative:
        context.declined(what, "not every run asks about it", head.op.span, head.tokens)
    elif head.tokens < min_tokens:
        why = f"it is shorter than {min_tokens} tokens"
        context.declined(what, why, head.op.span, head.tokens)
    else:
        context.did(what, span=head.op.span, tokens=head.tokens)
        hint = _hint(head.op, certain)
        return Block(body.args, (*before, hint, *after))
    return body


# --- while something runs -------------------------------------------------------------------------


class _Waits(Rewriter):
    """Looks, in every block, for text that is known before an op that takes its time has ended."""

    def __init__(self, min_tokens: int, speculative: bool, context: Context) -> None:
        super().__init__()
        self._min_tokens, self._speculative, self._context = min_tokens, speculative, context

    def block(self, block: Block) -> Block:
        new = super().block(block)
        if not any(_takes_time(op) for op in new.ops):
            return new
        ops = _with_branch_heads(new.ops) if self._speculative else list(new.ops)
        if not self._speculative:
            self._decline_branches(ops)
        early = _Early(ops)
        moved: dict[int, list[Op]] = {}
        gone: set[Op] = set()
        for wait, known in sorted(early.by_wait.items()):
            chosen = self._worth_warming(early, wait, known)
            if chosen:
                chain = early.chain(wait, [at for at, _ in chosen], gone)
                hints = [_hint(ops[at], certain) for at, certain in chosen]
                moved[wait] = [*(ops[at] for at in chain), *hints]
                gone.update(ops[at] for at in chain)
        placed = [
            each
            for at, op in enumerate(ops)
            for each in (*moved.get(at, ()), *(() if op in gone else (op,)))
        ]
        return rebuilt(new, placed)

    def _decline_branches(self, ops: list[Op]) -> None:
        """Say which arms of a pending branch would be warmed if one could count on them."""
        moved = _with_branch_heads(ops)
        heads_of_arms = set(moved).difference(ops)
        if heads_of_arms:
            early = _Early(moved)
            for wait, known in sorted(early.by_wait.items()):
                heads_known = [at for at in known if moved[at] in heads_of_arms]
                self._worth_warming(early, wait, heads_known)

    def _worth_warming(
        self, early: _Early, wait: int, known: Sequence[int]
    ) -> list[tuple[int, bool]]:
        """The longest known prompts that go on with what is waited for, and whether that is certain."""
        made = {results(early.ops[at])[0]: early.ops[at] for at in known}
        extended = {prompt_of(op) for op in made.values()}
        chosen: list[tuple[int, bool]] = []
        for at in known:
            op = early.ops[at]
            (prompt,) = results(op)
            tokens = self._new_tokens(op, made)
            if prompt in extended or tokens < self._min_tokens or not early.goes_on(at, wait):
                continue
            certain = is_certain(prompt, itertools.islice(early.ops, wait, None))
            what = f"warm {shorten(_text_of(op))!r} while it is waited for something else"
            if certain or self._speculative:
                self._context.did(what, span=op.span, tokens=tokens)
                chosen.append((at, certain))
            else:
                why = "no call is certain to ask about it; `-O2` does it on idle slots"
                self._context.declined(what, why, op.span, tokens)
        return chosen

    def _new_tokens(self, op: Op, made: Mapping[Value, Op]) -> int:
        """Tokens on the way to a prompt that nobody has asked about yet, values estimated."""
        tokens, current = self._tokens(op), prompt_of(op)
        while current is not None and current in made:
            tokens += self._tokens(made[current])
            current = prompt_of(made[current])
        return tokens

    def _tokens(self, op: Op) -> int:
        if isinstance(op, Text):
            return token_count(self._context.target.tokenizer, op.text, plain=op.plain)
        return VALUE_TOKENS


class _Early:
    """Which appends of a block could stand before an op that takes its time, by that op's position.

    `known_at` of a value is the position of the op after which it could be made: for the text of a
    prompt that of what it is made of, for everything else where it stands.
    """

    def __init__(self, ops: Sequence[Op]) -> None:
        self.ops = ops
        self.by_wait: dict[int, list[int]] = {}
        self._known_at: dict[Value, int] = {}
        self._users: dict[Value, list[int]] = {}
        self._made_by: dict[Value, int] = {}  # only what could stand earlier than it does
        times = [at for at, op in enumerate(ops) if _takes_time(op)]
        for at, op in enumerate(ops):
            ready = self._ready(op, at)
            movable = is_append(op) and cannot_fail(op)
            self._known_at.update(dict.fromkeys(results(op), ready if movable else at))
            first = bisect.bisect_right(times, ready)
            if movable and first < len(times) and times[first] < at:
                self.by_wait.setdefault(times[first], []).append(at)
                self._made_by.update(dict.fromkeys(results(op), at))

    def _ready(self, op: Op, at: int) -> int:
        """After which position everything that an op reads is there; notes that it reads it."""
        ready = -1
        for value in needed(op):
            self._users.setdefault(value, []).append(at)
            ready = max(ready, self._known_at.get(value, -1))
        return ready

    def chain(self, wait: int, chosen: Sequence[int], gone: set[Op]) -> list[int]:
        """The places of chosen appends, and of those that they are built on and that stand behind the wait."""
        pending, found = list(chosen), set[int]()
        while pending:
            at = pending.pop()
            if at > wait and at not in found and self.ops[at] not in gone:
                found.add(at)
                pending += [self._made_by[v] for v in inputs(self.ops[at]) if v in self._made_by]
        return sorted(found)

    def goes_on(self, at: int, wait: int) -> bool:
        """Whether a prompt goes on with something that is waited for; a call on it could start now."""
        (prompt,) = results(self.ops[at])
        users = [self.ops[user] for user in self._users.get(prompt, ())]
        if any(isinstance(op, Gen | Select) and op.source is prompt for op in users):
            return False
        return any(self._waits_for(op, wait) for op in users)

    def _waits_for(self, op: Op, wait: int) -> bool:
        return any(self._known_at.get(value, -1) >= wait for value in needed(op))


def _with_branch_heads(ops: Sequence[Op]) -> list[Op]:
    """The ops of a block, what the arms of an `if` begin with moved before it where nothing can fail."""
    new: list[Op] = []
    for op in ops:
        if isinstance(op, If):
            arms = (op.then, op.orelse)
            gone = {head for arm in arms for _, head in heads(arm) if cannot_fail(head)}
            new += [inner for arm in arms for inner in arm.ops if inner in gone]
            if gone:
                op = replace(op, then=_without(op.then, gone), orelse=_without(op.orelse, gone))
        new.append(op)
    return new


def _without(block: Block, gone: set[Op]) -> Block:
    return rebuilt(block, [op for op in block.ops if op not in gone])


def _hint(op: Op, certain: bool) -> Prefetch:
    return Prefetch(prompt=results(op)[0], speculative=not certain, span=op.span)


def _takes_time(op: Op) -> bool:
    return isinstance(op, Host) or bool(effects(op) & (Effect.MODEL | Effect.HOST))


def _text_of(op: Op) -> str:
    return op.text if isinstance(op, Text) else "a value" if isinstance(op, Insert) else "text"
