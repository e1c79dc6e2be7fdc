"""Parts: text that says of itself whether control tokens in it count.

Literals of the program and the template make control tokens; values from parameters, hosts and
models never do. Everything that tokenizes takes a sequence of parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Part(NamedTuple):
    """A piece of a prompt. `literal`: control tokens in it count."""

    text: str
    literal: bool


def merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same text in the fewest parts: neighbours of one kind joined, empty ones dropped."""
    kept: list[Part] = []
    for part in parts:
        if not part.text:
            continue
        if kept and kept[-1].literal == part.literal:
            kept[-1] = Part(kept[-1].text + part.text, part.literal)
        else:
            kept.append(part)
    return tuple(kept)


def joined(parts: Iterable[Part]) -> str:
    """The text of all parts."""
    return "".join(part.text for part in parts)


def after(parts: Iterable[Part], start: int) -> tuple[Part, ...]:
    """The parts of the text from character `start` on."""
    return tuple(_after(parts, start))


def _after(parts: Iterable[Part], start: int) -> Iterator[Part]:
    for part in parts:
        if len(part.text) > start:
            yield Part(part.text[start:], part.literal) if start else part
        start = max(0, start - len(part.text))
