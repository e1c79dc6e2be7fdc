"""Invisible bytes in prompt text: byte order marks, carriage returns, zero-width characters, text outside of NFC."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..characters import ZERO_WIDTH
from ..finding import Cause, Edit, Evidence, Fix, Place

_TRAILING = re.compile(r"(?<=\S)[ \t]+(?=\r?\n|\Z)")


def invisible(file: str, text: str) -> Iterator[Evidence]:
    """Evidence of invisible bytes in a file of prompt text."""
    if text.startswith("\ufeff"):
        yield _made(
            Cause.ENDINGS,
            file,
            1,
            "a byte order mark stands",
            Fix("take the byte order mark away", (Edit(file, 0, 1, ""),), True),
        )
    if "\r\n" in text:
        mixed = (
            "mixed line ends stand" if re.search(r"(?<!\r)\n", text) else "carriage returns stand"
        )
        line = text[: text.find("\r\n")].count("\n") + 1
        edits = tuple(Edit(file, m.start(), m.end(), "\n") for m in re.finditer("\r\n", text))
        yield _made(Cause.ENDINGS, file, line, mixed, Fix("write line ends as `\\n`", edits, True))
    found = ZERO_WIDTH.search(text, 1)
    if found:
        edits = tuple(
            Edit(file, m.start(), m.end(), "") for m in ZERO_WIDTH.finditer(text) if m.start() > 0
        )
        line = text[: found.start()].count("\n") + 1
        name = unicodedata.name(found[0], "a zero-width character").lower()
        yield _made(
            Cause.CHARACTERS,
            file,
            line,
            f"a {name} stands",
            Fix("take zero-width characters away", edits, True),
        )
    yield from _blanks(file, text)
    normal = unicodedata.normalize("NFC", text)
    if normal != text:
        at = next(i for i, (a, b) in enumerate(zip(text, normal, strict=False)) if a != b)
        fix = Fix("write the text in NFC", (Edit(file, 0, len(text), normal),), True)
        yield _made(
            Cause.CHARACTERS,
            file,
            text[:at].count("\n") + 1,
            "characters outside of NFC stand",
            fix,
        )


def _blanks(file: str, text: str) -> Iterator[Evidence]:
    """Blanks at the end of lines; those of a Markdown line break are left, since they are meant."""
    found = [m for m in _TRAILING.finditer(text) if m[0] != "  "]
    if found:
        line = text[: found[0].start()].count("\n") + 1
        edits = tuple(Edit(file, m.start(), m.end(), "") for m in found)
        fix = Fix("take blanks at the end of lines away", edits, True)
        count = "blanks stand" if len(found) == 1 else f"blanks stand {len(found)} times"
        yield _made(Cause.BLANKS, file, line, count, fix)


def _made(cause: Cause, file: str, line: int, what: str, fix: Fix) -> Evidence:
    place = Place(file, line, symbol=cause.name)
    return Evidence(cause, place, place, what, fix=fix)
