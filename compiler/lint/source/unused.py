"""What a program pays for and nobody reads: generations without a reader, prompt text behind the last of them."""

from __future__ import annotations

from collections.abc import Iterator

from ....ir.module import Program
from ....ir.ops import Gen, Image, Insert, Text, Turn, Value
from ....ir.structure import walk
from ....ir.uses import Uses
from ..finding import Cause, Evidence, Loss
from ..layout import WORTH
from ..tokens import Counter
from .known import place_of

_APPENDS = (Text, Insert, Image, Turn)


def unused_in(program: Program, counter: Counter) -> Iterator[Evidence]:
    """Evidence of generations and of text that reach neither a result nor another generation."""
    uses = Uses.of(program)
    for op in walk(program.body):
        if isinstance(op, Gen) and not uses.is_used(op.value):
            if op.prompt is None or not _is_read(op.prompt, uses):
                name = op.name or op.site
                yield _made(op, program, f"nobody reads what `{name}` generates", 0)
        elif isinstance(op, Text) and not _is_read(op.result, uses):
            tokens = counter.count(op.text)
            if tokens >= WORTH:
                yield _made(op, program, "this text stands behind the last generation", tokens)


def _is_read(prompt: Value, uses: Uses) -> bool:
    """Whether a prompt is used for anything but to be written on."""
    todo = [prompt]
    while todo:
        for user in uses.users(todo.pop()):
            if not isinstance(user, _APPENDS):
                return True
            todo.append(user.result)
    return False


def _made(op: Gen | Text, program: Program, what: str, tokens: int) -> Evidence:
    place = place_of(op.span, f"{program.name}:{what}")
    loss = Loss(tokens) if tokens else None
    return Evidence(Cause.UNUSED, place, place, what, loss=loss, family=program.name)
