"""Writes one random function in a module of its own: statements of any kind, in blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from . import deep, plain, prompts
from .module import HEAD
from .names import Names, indented

Kind = Callable[[Names], list[str]]
PLAIN: list[Kind] = [
    plain.append, plain.append, plain.assign, plain.assign, plain.grow, plain.walrus, plain.comprehension,
    plain.outside, plain.change_outside, plain.unpack, plain.doubtful, plain.effect, plain.generator,
    plain.closure, plain.helper, plain.delete, plain.variable, plain.object_in_box, plain.swap, plain.inner,
    prompts.samples, prompts.made, prompts.counted_by_function,
]  # fmt: skip
DEEP: list[Kind] = [
    deep.branch, deep.branch, deep.loop, deep.loop, deep.while_, deep.try_, deep.with_, deep.match, deep.early,
    deep.quiet_branch, deep.quiet_loop, deep.fork, prompts.scope, prompts.copied, prompts.counted,
    prompts.joined_texts, prompts.numbered, prompts.cases,
]  # fmt: skip
_FORKS = (deep.fork, prompts.copied, prompts.counted)
"""What joins under a name of its own, so that no loop may be around it."""
MOST_DEEP = 3


class Writer:
    """One function, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._names = Names(seed)
        self._names.block = self.block

    @property
    def random(self) -> Random:
        """The dice."""
        return self._names.random

    @property
    def seen(self) -> Counter[str]:
        """How often each construct was written."""
        return self._names.seen

    def module(self) -> str:
        """The source of the module."""
        names, body = self._names.names, self.block(self.random.randint(3, 6))
        left = ", ".join(sorted({*names["str"], *names["int"], *names["list"]}))
        end = [f"    return [{left}, list(LOG), COUNT]"] if self.random.random() < 0.7 else []
        head = ["", "@sgl.function", "def main(s, a, n, xs, t, d):"]
        return HEAD + "\n".join([*head, *indented(body), *end]) + "\n"

    def block(self, size: int) -> list[str]:
        """Statements."""
        lines: list[str] = []
        for _ in range(size):
            lines += self.statement()
        return lines or ["pass"]

    def statement(self) -> list[str]:
        """One statement of any kind."""
        names = self._names
        kinds = PLAIN + (DEEP if names.depth < MOST_DEEP else [])
        if names.loops:
            kinds = [each for each in kinds if each not in _FORKS]
        kind = self.random.choice(kinds)
        self.seen[kind.__name__.strip("_")] += 1
        before = {name for found in names.names.values() for name in found}
        lines = kind(names)
        names.forget_unless_in("\n".join(lines), before)
        return lines
