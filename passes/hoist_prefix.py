"""`hoist-prefix`: text that several calls begin with is appended once, above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.failure import cannot_fail
from ..ir.module import Module
from ..ir.ops import Block, For, Fork, If, Op, Root, Text, Value, While
from ..ir.structure import regions, results, substitute, substitute_block, walk
from ..ir.types import PROMPT
from .analysis.dependence import reads
from .analysis.shared_heads import Factored, HeadFinder, heads, is_append, prompt_of
from .analysis.texts import cut_text, shorten, token_count
from .rewriting.rewriter import Rewriter, each_program, rebuilt
from .running.context import Context


@dataclass(frozen=True, slots=True)
class HoistPrefix:
    """Move the common leading text of sibling arms above their fork, splitting it if need be.

        fork {                                       %h = text %p, "Judge this. Is it"
          %a = text %p, "Judge this. Is it true?"    fork {
        } {                                     ->     %a = text %h, " true?"
          %b = text %p, "Judge this. Is it new?"     } {
        }                                              %b = text %h, " new?"

    The same for the arms of an `if`, for the one body of a fork over items and of a loop (what does
    not depend on the item), and for the first text of all programs of a build. Never changes the
    text of a call; never cuts a turn marker or a control token, nor where the tokens on the left
    could change; never moves text of a prompt that grows with every iteration.
    """

    name: ClassVar[str] = "hoist-prefix"
    min_tokens: int = 1

    def run(self, module: Module, context: Context) -> Module:
        """Hoist in every program, then across programs."""
        hoister = _Hoister(self.min_tokens, context)
        after = each_program(module, lambda program: hoister.block(program.body))
        return _split_program_heads(after, self.min_tokens, context)


class _Hoister:
    """Rewrites blocks from the inside out."""

    def __init__(self, min_tokens: int, context: Context) -> None:
        self._min_tokens, self._context = min_tokens, context
        self._tokenizer = context.target.tokenizer

    def block(self, block: Block) -> Block:
        """The block, with the heads of its regions lifted into it and its own siblings shared."""
        ops: list[Op] = []
        for op in block.ops:
            lifted, op = self._from_regions(op) if regions(op) else ([], op)
            ops += [*lifted, op]
        return rebuilt(block, self._share_siblings(ops))

    def _from_regions(self, op: Op) -> tuple[list[Op], Op]:
        """What moves above an op with regions, and the op without it."""
        match op:
            case If():
                lifted, (then, orelse) = self._lift_shared(op, (op.then, op.orelse), "if")
                same = then is op.then and orelse is op.orelse
                return lifted, op if same else replace(op, then=then, orelse=orelse)
            case Fork(items=None, bodies=bodies) if len(bodies) > 1:
                lifted, new = self._lift_shared(op, bodies, "fork")
                same = all(a is b for a, b in zip(new, bodies, strict=True))
                return lifted, op if same else replace(op, bodies=tuple(new))
            case Fork(bodies=(body,)):
                lifted, new_body = self._lift_invariant(body, "fork", always=op.items is None)
                return lifted, op if new_body is body else replace(op, bodies=(new_body,))
            case For(body=body) | While(body=body):
                lifted, new_body = self._lift_invariant(body, "loop", always=False)
                return lifted, op if new_body is body else replace(op, body=new_body)
            case _:
                return [], op

    # --- several bodies ------------------------------------------------------------------------

    def _lift_shared(
        self, op: Op, bodies: Sequence[Block], kind: str
    ) -> tuple[list[Op], list[Block]]:
        """Lift what at least two arms of a fork, or both arms of an `if`, begin with."""
        blocks = [self.block(body) for body in bodies]
        lifted: list[Op] = []
        while (found := self._factor_arms(blocks)).before:
            lifted += found.lifted
            blocks = [_without_heads(block, found) for block in blocks]
        self._note(op, lifted, kind)
        self._explain_arms(op, blocks, kind)
        return lifted, blocks

    def _factor_arms(self, blocks: Sequence[Block]) -> Factored:
        arm_of: dict[Op, int] = {}
        siblings: dict[Value, list[Op]] = {}
        for arm, block in enumerate(blocks):
            for prompt, op in heads(block):
                arm_of[op] = arm
                siblings.setdefault(prompt, []).append(op)

        def in_two_arms(members: Sequence[Op]) -> bool:
            return len({arm_of[op] for op in members}) > 1

        return HeadFinder(self._tokenizer, in_two_arms, self._min_tokens).factor(siblings)

    def _explain_arms(self, op: Op, blocks: Sequence[Block], kind: str) -> None:
        """Say why what is left at the heads of the arms stays there."""
        texts: dict[Value, list[str]] = {}
        for block in blocks:
            for prompt, head in heads(block):
                if isinstance(head, Text):
                    texts.setdefault(prompt, []).append(head.text)
        for begins in texts.values():
            if len(begins) > 1:
                shown = " and ".join(repr(shorten(text)) for text in begins[:2])
                why = f"{shown} share no text up to a place where tokens are settled"
                self._context.declined(f"move more text above the {kind}", why, op.span)

    # --- one body ------------------------------------------------------------------------------

    def _lift_invariant(self, body: Block, kind: str, *, always: bool) -> tuple[list[Op], Block]:
        """Lift the appends of a body whose operands are all bound before it."""
        body = self.block(body)
        own = set(body.args)
        lifted: list[Op] = []
        kept: list[Op] = []
        for op in body.ops:
            is_outer, is_sure = not reads(op, own), cannot_fail(op)
            if is_outer and is_append(op) and (always or is_sure):
                lifted.append(op)
                continue
            always &= is_sure  # what fails first goes on failing first
            kept.append(op)
            own.update(results(op))
            if is_append(op) and not is_outer:
                self._explain_variant(op, body, kind)
        for op in lifted:
            self._note(op, [op], kind)
        return lifted, rebuilt(body, kept)

    def _explain_variant(self, op: Op, body: Block, kind: str) -> None:
        """Say why an append at the head of a body stays there."""
        args = body.args
        prompt = prompt_of(op)
        if prompt in args:
            why = "the prompt grows with every iteration"
        elif not any(prompt in results(other) for other in body.ops):
            why = "it depends on the item"
        else:
            return
        self._context.declined(f"move the head of a body above its {kind}", why, op.span)

    # --- one block -----------------------------------------------------------------------------

    def _share_siblings(self, ops: list[Op]) -> list[Op]:
        """Share what several appends to one prompt begin with, in one block."""
        finder = HeadFinder(self._tokenizer, lambda members: len(members) > 1, self._min_tokens)
        while True:
            siblings: dict[Value, list[Op]] = {}
            for op in ops:
                if (prompt := prompt_of(op)) is not None:
                    siblings.setdefault(prompt, []).append(op)
            found = finder.factor({p: found for p, found in siblings.items() if len(found) > 1})
            if not found.before:
                return ops
            for first in found.before:
                self._note(first, found.before[first], "calls that share it")
            ops = _with_heads(ops, found)

    def _note(self, op: Op, lifted: Iterable[Op], kind: str) -> None:
        for head in lifted:
            if isinstance(head, Text):
                tokens = token_count(self._tokenizer, head.text, plain=head.plain)
                what = f"moved {shorten(head.text)!r} above the {kind}"
                self._context.did(what, span=head.span or op.span, tokens=tokens)
            else:
                self._context.did(f"moved a value's text above the {kind}", span=head.span)


def _without_heads(block: Block, found: Factored) -> Block:
    """An arm, its heads replaced by what is left of them."""
    ops = [rest for op in block.ops if (rest := found.rest.get(op, op)) is not None]
    return substitute_block(rebuilt(block, ops), found.values)


def _with_heads(ops: Sequence[Op], found: Factored) -> list[Op]:
    """The ops of a block, shared heads put before the first op that begins with them."""
    new: list[Op] = []
    for op in ops:
        kept = found.rest.get(op, op)
        for each in (*found.before.get(op, ()), *([] if kept is None else [kept])):
            new.append(substitute(each, found.values) if found.values else each)
    return new


# --- across programs -----------------------------------------------------------------------------


def _split_program_heads(module: Module, min_tokens: int, context: Context) -> Module:
    """Split the first texts of all programs where they part, so that they name the same prefix.

    A prompt may begin in a branch, so first texts are looked for in regions, too.
    """
    firsts: dict[bool, dict[Op, Text]] = {True: {}, False: {}}
    for program in module.programs:
        starts = {op.result: op.bos for op in walk(program.body) if isinstance(op, Root)}
        for op in walk(program.body):
            if isinstance(op, Text) and op.prompt in starts:
                firsts[starts[op.prompt]][op] = op
    pieces = {
        k: v for same in firsts.values() for k, v in _pieces(same, min_tokens, context).items()
    }
    if not pieces:
        return module
    return each_program(module, lambda program: _Cutter(pieces).block(program.body))


class _Cutter(Rewriter):
    """Puts the pieces of a text in its place."""

    def __init__(self, pieces: Mapping[Op, Sequence[Op]]) -> None:
        super().__init__()
        self._pieces = pieces

    def visit(self, op: Op) -> Sequence[Op]:
        return self._pieces.get(op) or (self.descend(op),)


def _pieces(firsts: dict[Op, Text], min_tokens: int, context: Context) -> dict[Op, list[Op]]:
    """Each head that shares a beginning with another program's, cut where they part."""
    finder = HeadFinder(context.target.tokenizer, lambda members: len(members) > 1, min_tokens)
    pieces: dict[Op, list[Op]] = {}
    pending = [list(firsts.items())]
    while pending:
        members = pending.pop()
        for chosen, length in finder.groups(members):
            left: list[tuple[Op, Text]] = []
            for head, text in (members[i] for i in chosen):
                value = Value(PROMPT, text.result.hint)
                before, rest = cut_text(text, length, value)
                if rest is not None:
                    pieces.setdefault(head, [text])[-1:] = [before, rest]
                    left.append((head, rest))
            first = members[chosen[0]][1]
            context.did(
                f"{len(chosen)} programs share {shorten(first.text[:length])!r}", span=first.span
            )
            pending.append(left)
    return pieces
