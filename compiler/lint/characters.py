"""Invisible bytes in the literal text of requests: what a reader of the source does not see, and a cache does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .finding import Cause, Evidence
from .layout import CONST, Request

_SEEN = 24
"""Characters before blanks by which their line is known again."""

TRAILING = re.compile(r"(?<=\S)[ \t]+(?=\r?\n)")
ZERO_WIDTH = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")


def unclean(request: Request, source: str) -> Iterator[Evidence]:
    """Evidence of carriage returns, blanks before line ends, zero-width characters and text outside of NFC.

    Blanks count where they end a line of the source as well: an editor takes those away, and no others.
    """
    text = "\0".join(s.text for s in request.segments if s.rank == CONST and s.text)
    if "\r" in text:
        yield _at(request, Cause.ENDINGS, "carriage returns stand")
    blanks = [m for m in TRAILING.finditer(text) if m[0] != "  " and _ends_line(m, text, source)]
    if blanks:
        many = f"blanks stand {len(blanks)} times" if len(blanks) > 1 else "blanks stand"
        yield _at(request, Cause.BLANKS, many)
    if found := ZERO_WIDTH.search(text):
        name = unicodedata.name(found[0], "a zero-width character").lower()
        yield _at(request, Cause.CHARACTERS, f"a {name} stands")
    if not unicodedata.is_normalized("NFC", text):
        yield _at(request, Cause.CHARACTERS, "characters outside of NFC stand")


def _ends_line(blanks: re.Match[str], text: str, source: str) -> bool:
    line = text[max(blanks.start() - _SEEN, 0) : blanks.end()].rpartition("\n")[2]
    return f"{line}\n" in source or f"{line}\r\n" in source


def _at(request: Request, cause: Cause, what: str) -> Evidence:
    return Evidence(cause, request.sink, request.sink, what, family=request.family)
