"""`insert-prefetch`: a prompt that is known before it is needed is warmed early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

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
from .certainty import is_certain
from .context import Context
from .dependence import inputs, needed
from .rewriter import Rewriter, each_program, rebuilt
from .safety import cannot_fail
from .sections import VALUE_TOKENS
from .shared_heads import heads, is_append, prompt_of
from .static_heads import static_head
from .texts import shorten, token_count


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
    to ask about otherwise, nor moves what can fail before a host function.
    """

    name: ClassVar[str] = "insert-prefetch"
    min_tokens: int = 16
    speculative: bool = False

    def run(self, module: Module, context: Context) -> Module:
        """Insert prefetches in every program."""
        speculative = self.speculative or context.level > 1

        def rewrite(program: Program) -> Block:
            body = _Waits(self.min_tokens, speculative, context).block(program.body)
            return _with_static_head(program, body, self.min_tokens, context)

        return each_program(module, rewrite)


# --- static heads ---------------------------------------------------------------------------------


def _with_static_head(program: Program, body: Block, min_tokens: int, context: Context) -> Block:
    """The longest text that every run of a program begins with is warmed when the plan is loaded."""
    head = static_head(body, context.target.tokenizer)
    if head is None:
        return body
    before, after = body.ops[: head.at + 1], body.ops[head.at + 1 :]
    what = f"warm the first {head.tokens} tokens of `{program.name}` when it is loaded"
    if any(isinstance(op, Prefetch) and op.prompt is head.op.result for op in after):
        return body
    if not is_certain(head.op.result, after):
        context.declined(what, "not every run asks about it", head.op.span, head.tokens)
    elif head.tokens < min_tokens:
        why = f"it is shorter than {min_tokens} tokens"
        context.declined(what, why, head.op.span, head.tokens)
    else:
        context.did(what, span=head.op.span, tokens=head.tokens)
        hint = Prefetch(prompt=head.op.result, span=head.op.span)
        return Block(body.args, (*before, hint, *after))
    return body


# --- while something runs -------------------------------------------------------------------------


class _Waits(Rewriter):
    """Looks, for every op that takes its time, for text after it that does not wait for it."""

    def __init__(self, min_tokens: int, speculative: bool, context: Context) -> None:
        super().__init__()
        self._min_tokens, self._speculative, self._context = min_tokens, speculative, context

    def block(self, block: Block) -> Block:
        new = super().block(block)
        ops = list(new.ops)
        at = 0
        while at < len(ops):
            if _takes_time(ops[at]):
                ops = self._without_heads(ops, at) if self._speculative else ops
                ops, at = self._before(ops, at)
            at += 1
        return rebuilt(new, ops)

    def _before(self, ops: list[Op], at: int) -> tuple[list[Op], int]:
        """The ops with what can be warmed while the op at a position runs put before it."""
        known, waiting = _split(ops, at)
        chosen = self._worth_warming(known, waiting, ops[at + 1 :])
        if not chosen:
            return ops, at
        moved = _with_chain([op for op, _ in chosen], known)
        hints: list[Op] = [
            Prefetch(prompt=results(op)[0], speculative=not certain, span=op.span)
            for op, certain in chosen
        ]
        rest = [op for op in ops[at + 1 :] if op not in moved]
        new = [*ops[:at], *(op for op in known if op in moved), *hints, ops[at], *rest]
        return new, at + len(moved) + len(hints)

    def _without_heads(self, ops: list[Op], at: int) -> list[Op]:
        """The ops with the heads of branches that wait for the op at a position lifted before them."""
        _, waiting = _split(ops, at)
        new = ops[: at + 1]
        for op in ops[at + 1 :]:
            if isinstance(op, If) and op.cond in waiting:
                for arm in (op.then, op.orelse):
                    new += [
                        head
                        for prompt, head in heads(arm)
                        if prompt not in waiting and cannot_fail(head)
                    ]
                gone = set(new)
                op = replace(op, then=_without(op.then, gone), orelse=_without(op.orelse, gone))
            new.append(op)
        return new

    def _worth_warming(
        self, known: Sequence[Op], waiting: set[Value], after: Sequence[Op]
    ) -> list[tuple[Op, bool]]:
        """The longest known prompts on which a waiting call goes on, and whether that is certain."""
        extended = {prompt_of(op) for op in known}
        chosen: list[tuple[Op, bool]] = []
        for op in known:
            (prompt,) = results(op)
            if prompt in extended or not _is_followed(prompt, waiting, after):
                continue
            tokens = self._new_tokens(op, known)
            certain = is_certain(prompt, after)
            what = f"warm {shorten(_text_of(op))!r} while it is waited for something else"
            if tokens < self._min_tokens:
                continue
            if not certain and not self._speculative:
                why = "no call is certain to ask about it; `-O2` does it on idle slots"
                self._context.declined(what, why, op.span, tokens)
                continue
            self._context.did(what, span=op.span, tokens=tokens)
            chosen.append((op, certain))
        return chosen

    def _new_tokens(self, op: Op, known: Sequence[Op]) -> int:
        """Tokens on the way to a prompt that nobody has asked about yet, values estimated."""
        made = {results(other)[0]: other for other in known}
        tokens, current = 0, op
        while True:
            tokens += self._tokens(current)
            prompt = prompt_of(current)
            if prompt is None or prompt not in made:
                return tokens
            current = made[prompt]

    def _tokens(self, op: Op) -> int:
        if isinstance(op, Text):
            return token_count(self._context.target.tokenizer, op.text, plain=op.plain)
        return VALUE_TOKENS


def _without(block: Block, gone: set[Op]) -> Block:
    return rebuilt(block, [op for op in block.ops if op not in gone])


def _takes_time(op: Op) -> bool:
    return isinstance(op, Host) or bool(effects(op) & (Effect.MODEL | Effect.HOST))


def _split(ops: Sequence[Op], at: int) -> tuple[list[Op], set[Value]]:
    """The appends after an op that need nothing of it, and all values that do wait for it."""
    waiting = set(results(ops[at]))
    known: list[Op] = []
    for op in ops[at + 1 :]:
        if needed(op) & waiting or not is_append(op) or not cannot_fail(op):
            waiting.update(results(op))
        else:
            known.append(op)
    return known, waiting


def _is_followed(prompt: Value, waiting: set[Value], after: Sequence[Op]) -> bool:
    """Whether the prompt goes on with something that is waited for (a call on it could start now)."""
    users = [op for op in after if prompt in needed(op)]
    asks = [op for op in users if isinstance(op, Gen | Select) and op.source is prompt]
    return (
        bool(users) and not asks and any(waiting & (set(results(op)) | needed(op)) for op in users)
    )


def _with_chain(chosen: Sequence[Op], known: Sequence[Op]) -> set[Op]:
    """The chosen appends and those that they are built on."""
    wanted: set[Value] = set()
    chain: set[Op] = set()
    for op in reversed(known):
        if op in chosen or wanted & set(results(op)):
            chain.add(op)
            wanted |= inputs(op)
    return chain


def _text_of(op: Op) -> str:
    return op.text if isinstance(op, Text) else "a value" if isinstance(op, Insert) else "text"
