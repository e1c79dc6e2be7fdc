"""Tables and paragraphs that are never wider than the terminal they are shown in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

WIDTH = 100
"""Of lines where no terminal says another."""
GAP = 2
LEAST = 8
"""A column is not made narrower than this: the others give way."""


def table(rows: Sequence[tuple[str, ...]], width: int, indent: int = 2) -> Iterator[str]:
    """Rows as aligned columns, the first row as their head; long cells go on in the next line."""
    widths = _fitted(
        [max(len(row[at]) for row in rows) for at in range(len(rows[0]))], width - indent
    )
    for row in rows:
        cells = [_lines(cell, size) for cell, size in zip(row, widths, strict=True)]
        for at in range(max(map(len, cells))):
            parts = (cell[at] if at < len(cell) else "" for cell in cells)
            shown = (f"{part:{size}}" for part, size in zip(parts, widths, strict=True))
            yield (" " * indent + (" " * GAP).join(shown)).rstrip()


def paragraph(text: str, width: int, indent: int = 2, hanging: int = 2) -> Iterator[str]:
    """A text in lines; those after the first stand deeper."""
    inner = " " * (indent + hanging)
    yield from _wrap(text, width, " " * indent, inner) or [""]


def fitted(line: str, width: int) -> list[str]:
    """A line as it is, or where it is too long in several, the later ones deeper."""
    if len(line) <= width:
        return [line]
    indent = len(line) - len(line.lstrip())
    at = min(indent + 4, width // 2)
    return _wrap(line, width, "", " " * at)


def _fitted(widths: list[int], width: int) -> list[int]:
    """Widths that fit, the widest columns narrowed first."""
    fitted = [size for size in widths]
    while sum(fitted) + GAP * (len(fitted) - 1) > width and max(fitted) > LEAST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _lines(cell: str, width: int) -> list[str]:
    return _wrap(cell, max(1, width)) or [""] if len(cell) > width else [cell]


def _wrap(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False,
        drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip
