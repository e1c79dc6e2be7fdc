"""Where calls and appends stand: what is around them, and what the prompt up to there depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..report import Factor

BRANCHES = ("perhaps", "otherwise")

Deps = frozenset[str]
"""Lifetimes, the marks of loops and forks (`#3`), and constants that a program is called with (`=..`)."""

NONE: Deps = frozenset()
PER_RUN: Deps = frozenset({"request"})


@dataclass(frozen=True, slots=True)
class Level:
    """A loop, a fork or a branch around something; `mark` is its name among dependences.

    `heads`: the prefix nodes at which a round begins.
    """

    mark: str
    factor: Factor
    heads: tuple[int, ...] = ()


Around = tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """One way in which a call or an append comes about. `prompt` is what the prompt up to there depends on."""

    around: Around
    prompt: Deps
    context: int = 0

    @property
    def differing(self) -> Around:
        """The loops and forks around in which the prompt is another each time."""
        return tuple(level for level in self.around if level.mark in self.prompt)


@dataclass(frozen=True, slots=True)
class Context:
    """One place that a program is called from."""

    around: Around
    args: tuple[Deps, ...]


def words(spots: Iterable[Spot]) -> str:
    """How often calls happen in one run, in words."""
    counts = Counter(" x ".join(_words(spot.around)) for spot in spots)
    return " + ".join(_repeated(each, count) for each, count in counts.items()) or "never"


def _repeated(each: str, count: int) -> str:
    if not each:
        return "once" if count == 1 else f"{count} times"
    return each if count == 1 else f"{count} x {each}"


def _words(around: Around) -> Iterator[str]:
    for level in around:
        factor = level.factor
        if factor.kind in BRANCHES:
            yield "if"
        elif factor.kind == "arms":
            yield f"{factor.count} arms"
        else:
            yield f"at most {factor.most}" if factor.most is not None else str(factor.count)
