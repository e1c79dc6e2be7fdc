"""Reads fenced blocks out of Markdown pages; shared by the tests of pages and of the reference."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text and where the text stands."""

    language: str
    words: str
    text: str
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(m[1], m[2].strip(), m[3], *m.span(3)) for m in _FENCE.finditer(text)]
