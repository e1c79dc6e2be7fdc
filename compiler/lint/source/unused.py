"""What a program pays for and nobody reads: generations without a reader, prompt text behind the last of them."""

from __future__ import annotations

from collections.abc import Iterator

from ....ir.module import Program
from ....ir.ops import Fork, Gen, Image, Insert, Op, Operand, Text, Turn, Value, Yield
from ....ir.structure import results, walk
from ....ir.uses import Uses
from ..finding import Cause, Evidence, Loss
from ..layout import WORTH
from ..tokens import Counter
from .known import place_of

_APPENDS = (Text, Insert, Image, Turn)


def unused_in(program: Program, counter: Counter) -> Iterator[Evidence]:
    """Evidence of generations and of text that reach neither a result nor another generation."""
    reading = _Reading(program)
    for op in walk(program.body):
        if isinstance(op, Gen) and not reading.is_read(op):
            if op.prompt is None or not reading.goes_on(op.prompt):
                name = op.name or op.site
                yield _made(op, program, f"nobody reads what `{name}` generates", 0)
        elif isinstance(op, Text) and not reading.goes_on(op.result):
            tokens = counter.count(op.text)
            if tokens >= WORTH:
                yield _made(op, program, "this text stands behind the last generation", tokens)


class _Reading:
    """Who reads a value, those left out that hand it out of an arm to nobody."""

    def __init__(self, program: Program) -> None:
        self.uses = Uses.of(program)
        ops = list(walk(program.body))
        self.made: dict[Value, Op] = {value: op for op in ops for value in results(op)}
        handed = [each for op in ops if isinstance(op, Fork) for each in _handed(op)]
        read = {(id(end), value) for end, value, result in handed if self.uses.is_used(result)}
        self.unread = {(id(end), value) for end, value, _ in handed} - read

    def is_read(self, gen: Gen) -> bool:
        """Whether anybody reads what is generated, or the reasoning that leads to it and is had with it alone."""
        thought = self._before(gen)
        return bool(self.users(gen.value)) or (
            thought is not None and bool(self.users(thought.value))
        )

    def _before(self, gen: Gen) -> Gen | None:
        """The generation that a generation of the same turn goes on from."""
        op = self._made(gen.source)
        while isinstance(op, Text | Turn) and not (isinstance(op, Turn) and op.edge == "begin"):
            op = self._made(op.prompt)
        return op if isinstance(op, Gen) else None

    def _made(self, operand: Operand) -> Op | None:
        return self.made.get(operand) if isinstance(operand, Value) else None

    def users(self, value: Value) -> list[Op]:
        """The ops that read a value."""
        return [op for op in self.uses.users(value) if (id(op), value) not in self.unread]

    def goes_on(self, prompt: Value) -> bool:
        """Whether a prompt is used for anything but to be written on."""
        todo = [prompt]
        while todo:
            for user in self.users(todo.pop()):
                if not isinstance(user, _APPENDS):
                    return True
                todo.append(user.result)
        return False


def _handed(fork: Fork) -> Iterator[tuple[Yield, Value, Value]]:
    """What the arms of a fork hand out: where, which value, and what it is outside."""
    ends = [block.ops[-1] for block in fork.bodies]
    pairs = [(end, value) for end in ends if isinstance(end, Yield) for value in end.values]
    for (end, value), result in zip(pairs, fork.results, strict=False):
        if isinstance(value, Value):
            yield end, value, result


def _made(op: Gen | Text, program: Program, what: str, tokens: int) -> Evidence:
    place = place_of(op.span, f"{program.name}:{what}")
    loss = Loss(tokens) if tokens else None
    return Evidence(Cause.UNUSED, place, place, what, loss=loss, family=program.name)
