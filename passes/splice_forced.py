"""`splice-forced`: the constant runs of constrained output cost no decode step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.constrained.parts import Forced, Free, OutputPart, output_parts
from ..ir.module import Module
from ..ir.ops import Gen, Op
from ..ir.sampling import Constraint
from ..ir.target import Part, Tokenizer
from ..ir.types import STR, OptionalType, parse_type
from .rewriting.rewriter import Rewriter, each_program
from .running.context import Context


@dataclass(frozen=True, slots=True)
class SpliceForced:
    """Mark the keys and punctuation of a declared type as forced spans, appended in one extend.

        %p2, %v = gen %p1 as type "{score: int}" site "1"
        ->
        %p2, %v = gen %p1 as type "{score: int}" spliced site "1"

    Here `{"score": ` and `}` are appended instead of decoded; the call stays one call, with its seed
    and its token budget. The answer has the same tokens at every level: forced text has the tokens that the
    tokenizer gives it, up to the last border that no token of the model's could span. Never done where the
    grammar does not come from a declared type, nor where the probabilities of all tokens are wanted.
    """

    name: ClassVar[str] = "splice-forced"

    def run(self, module: Module, context: Context) -> Module:
        """Mark the calls of every program."""
        return each_program(module, lambda program: _Splicer(context).block(program.body))


class _Splicer(Rewriter):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def visit(self, op: Op) -> Sequence[Op]:
        if not isinstance(op, Gen):
            return (self.descend(op),)
        if op.constraint is None or op.constraint.style == "spliced":
            return (op,)
        reason = _obstacle(op, op.constraint)
        what = "append the forced text of a constrained answer in one extend"
        if reason:
            self._context.declined(what, reason, op.span)
            return (op,)
        steps = forced_tokens(_parts(op.constraint), self._context.target.tokenizer)
        if not steps:
            return (op,)
        gain = f"at least {steps} decode steps fewer a call"
        reason = f"{gain}; the answer's bytes are canonical, its choices the model's own"
        self._context.did(what, reason, op.span)
        return (replace(op, constraint=replace(op.constraint, style="spliced")),)


def _obstacle(op: Gen, constraint: Constraint) -> str:
    """Why the forced text of a constraint is not known or not wanted here; empty when it is."""
    if constraint.style == "free":
        return "the grammar backend decides what it looks like"
    if constraint.kind != "type":
        return "only a declared type says which text is forced"
    if op.sampling.logprobs or op.sampling.top_logprobs:
        return "the probabilities of all tokens are wanted"
    return ""


def _parts(constraint: Constraint) -> tuple[OutputPart, ...]:
    kind = parse_type(constraint.text)
    kind = kind.item if isinstance(kind, OptionalType) else kind
    return () if kind == STR else output_parts(kind)


def forced_tokens(parts: Sequence[OutputPart], tokenizer: Tokenizer) -> int:
    """How many tokens of forced text every answer has at least; those of a list's items are not counted.

    Where forced text ends free text, its first token is chosen; the last may be left open, to be chosen with
    what follows.
    """
    total = 0
    for index, part in enumerate(parts):
        if isinstance(part, Forced):
            tokens = tokenizer.encode((Part(part.text, False),), continuation=True)
            is_chosen = index > 0 and isinstance(parts[index - 1], Free)
            is_open = index + 1 < len(parts)
            total += max(0, len(tokens) - is_chosen - is_open)
    return total
