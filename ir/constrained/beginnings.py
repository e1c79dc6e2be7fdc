"""Texts to choose from, as a tree of their beginnings: what several begin with is there once.

A reader of a choice among many texts so stands in one place, and not in as many as there are texts. A leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Beginning:
    """The characters from `start` to `end` of text `number`, which others may share.

    `ends`: the numbers of the texts that end here; `next`: where in the list stands what the others go on with.
    """

    number: int
    end: int
    start: int = 0
    ends: list[int] = field(default_factory=list[int])
    next: list[int] = field(default_factory=list[int])


def beginnings(texts: Sequence[str]) -> list[Beginning]:
    """The tree of some texts; each stands behind what goes on from it, and the root, which is empty, is the last."""
    closed: list[Beginning] = []
    path = [Beginning(0, 0)]
    last = ""
    for number in sorted(range(len(texts)), key=texts.__getitem__):
        text = texts[number]
        _close(path, common_length(last, text), closed)
        if len(text) > path[-1].end:
            path.append(Beginning(number, len(text)))
        path[-1].ends.append(number)
        last = text
    _close(path, 0, closed)
    return [*closed, *path]


def _close(path: list[Beginning], length: int, closed: list[Beginning]) -> None:
    """Leave what is longer than `length`; what the next text shares with it stays open."""
    while path[-1].end > length:
        left = path.pop()
        if path[-1].end < length:
            path.append(Beginning(left.number, length))
        left.start = path[-1].end
        path[-1].next.append(len(closed))
        closed.append(left)


def common_length(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items two sequences begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
