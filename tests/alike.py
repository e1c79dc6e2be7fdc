"""Arms that look alike, or fail before they ask: what a pass must not mistake, put into a random program.

`with_guard` puts something that fails into a fork, a branch or a loop that is there. `with_alike_arms` adds forks and
branches whose arms make the same call, some of them only after something that may fail or is done outside.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from sglc.ir.module import Program
from sglc.ir.ops import (
    Block,
    Const,
    For,
    Fork,
    Gen,
    Host,
    If,
    Index,
    Op,
    Text,
    Turn,
    Value,
    Yield,
)
from sglc.ir.sampling import Sampling
from sglc.ir.structure import operands, regions, results, walk, with_regions
from sglc.ir.types import BOOL, INT, PROMPT, STR, ListType

REFUSED = "nobody may ask this: 17"
"""What every `check` of the tests refuses."""


def with_guard(body: Block, source: random.Random) -> Block:
    """Something that fails put into one fork, branch or loop, most often before all that is asked there."""
    places = [at for at, op in enumerate(body.ops) if isinstance(op, Fork | If | For)]
    if not places:
        return body
    at = source.choice(places)
    inner = [*regions(body.ops[at])]
    which = range(len(inner)) if source.randrange(3) else [source.randrange(len(inner))]
    for number in which:
        block = inner[number]
        if PROMPT in {operand.type for operand in operands(block.ops[-1])}:  # no key of a loop
            place = 0 if source.randrange(3) else source.randrange(len(block.ops))
            ops = (*block.ops[:place], guard(source), *block.ops[place:])
            inner[number] = Block(block.args, ops)
    ops = (*body.ops[:at], with_regions(body.ops[at], tuple(inner)), *body.ops[at + 1 :])
    return Block(body.args, ops)


def guard(source: random.Random) -> Op:
    """A host function that refuses, or an index that is out of range."""
    if source.randrange(3):
        return Host(Value(STR, "checked"), "check", (Const(REFUSED, STR),))
    return Index(Value(STR, "beyond"), Const(["a", "b"], ListType(STR)), Const(5, INT))


def with_alike_arms(program: Program, source: random.Random) -> Block:
    """The body of a program without turns, with one to three forks or branches of alike arms somewhere."""
    body = program.body
    if any(isinstance(op, Turn) for op in walk(body)):
        return body
    prompts = [
        (at, value)
        for at, op in enumerate(body.ops)
        for value in results(op)
        if value.type == PROMPT
    ]
    at, prompt = source.choice(prompts)
    flags = [param.value for param in program.params if param.value.type == BOOL]
    writer = _Writer(source, prompt, flags)
    made = [writer.op() for _ in range(1 + source.randrange(3))]
    return Block(body.args, (*body.ops[: at + 1], *made, *body.ops[at + 1 :]))


class _Writer:
    """Writes arms that ask about one prompt."""

    def __init__(self, source: random.Random, prompt: Value, flags: list[Value]) -> None:
        self._source, self._prompt, self._flags = source, prompt, flags
        self._sites = itertools.count()

    def op(self) -> Fork | If:
        """A fork or a branch; what each arm is told is what it gives."""
        source = self._source
        before = source.choice((None, None, "guard", "host"))
        everywhere = source.randrange(2) == 0
        text = source.choice(("Alike: ", "Or not: ", ""))
        where = range(2) if everywhere else [source.randrange(2)]
        arms = [self._arm(text, before if number in where else None) for number in range(2)]
        if self._flags and source.randrange(2):
            return If((Value(PROMPT), Value(STR, "alike")), source.choice(self._flags), *arms)
        told = (Value(PROMPT), Value(STR, "one"), Value(PROMPT), Value(STR, "two"))
        return Fork(told, None, tuple(arms))

    def _arm(self, text: str, before: str | None) -> Block:
        return Block((), tuple(self._ops(text, before)))

    def _ops(self, text: str, before: str | None) -> Iterator[Op]:
        said, after = Value(STR, "said"), Value(PROMPT)
        if before == "guard":
            yield guard(self._source)
        if before == "host":
            yield Host(Value(STR, "loud"), "shout", (Const("a word", STR),))
        prompt = self._prompt
        if text:
            prompt = Value(PROMPT)
            yield Text(prompt, self._prompt, text)
        sampling = Sampling(max_tokens=4, temperature=0.0 if self._source.randrange(4) else 0.8)
        yield Gen(after, said, prompt, f"alike{next(self._sites)}", sampling=sampling)
        yield Yield((after, said))
