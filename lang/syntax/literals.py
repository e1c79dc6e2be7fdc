"""From the characters of a text literal to its value: escapes, doubled braces, dedenting.

Used by `tree.py` alone, whose diagnostics point at the escape inside the literal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIMPLE = {
    "n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'", "{": "{",
    "}": "}", "\n": "",
}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}
_SPECIAL = re.compile(r"\\(?s:.)|\{\{|\}\}|\}")
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of literal characters: as written, and where it begins in the source."""

    raw: str
    start: int


@dataclass(frozen=True, slots=True)
class BadEscape:
    """An escape that is none; offsets in the source."""

    text: str
    start: int
    end: int


def values_of(
    pieces: list[Piece | None], *, triple: bool, raw: bool
) -> tuple[list[str], list[BadEscape]]:
    """The values of the literal pieces of one text (None stands for a hole), and its bad escapes."""
    written = [piece for piece in pieces if piece is not None and "\\" in piece.raw and not raw]
    bad = [escape for piece in written for escape in decode(piece)[1]]
    unified = [p if p is None else Piece(unify_line_ends(p.raw), p.start) for p in pieces]
    if triple:
        unified = dedent(unified)
    return [p.raw if raw else decode(p)[0] for p in unified if p is not None], bad


def decode(piece: Piece) -> tuple[str, list[BadEscape]]:
    """Resolve escapes and doubled braces."""
    bad: list[BadEscape] = []
    raw, out, end = piece.raw, [], 0
    for match in _SPECIAL.finditer(raw):
        if match.start() < end:
            continue
        out.append(raw[end : match.start()])
        char, end = match.group(), match.end()
        if char[0] in "{}":
            out.append(char[0])
            continue
        value, end = _escape(raw, match.start() + 1)
        if value is None:
            start = piece.start + match.start()
            bad.append(BadEscape(raw[match.start() : end], start, piece.start + end))
            out.append(raw[match.start() : end])
        else:
            out.append(value)
    out.append(raw[end:])
    return "".join(out), bad


def _escape(raw: str, at: int) -> tuple[str | None, int]:
    """The character that the escape letter at `at` stands for, and where the escape ends."""
    letter = raw[at]
    if letter in _SIMPLE:
        return _SIMPLE[letter], at + 1
    digits = raw[at + 1 : at + 1 + _HEX.get(letter, 0)]
    if letter in _HEX and re.fullmatch(r"[0-9a-fA-F]+", digits) and len(digits) == _HEX[letter]:
        code, end = int(digits, 16), at + 1 + len(digits)
        fits = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
        return (chr(code) if fits else None), end
    return None, at + 1


def unify_line_ends(raw: str) -> str:
    """Literals have LF line ends, whatever the file has."""
    return _LINE_END.sub("\n", raw) if "\r" in raw else raw


def dedent(parts: list[Piece | None]) -> list[Piece | None]:
    """Take the common indentation out of a triple-quoted text (None stands for a hole).

    A line end right after the opening quotes is dropped. Lines are measured up to their first
    character or hole; blank ones don't count, but the one with the closing quotes does.
    """
    first = parts[0] if parts else None
    if first is not None and first.raw.startswith("\n"):
        parts = [Piece(first.raw[1:], first.start + 1), *parts[1:]]
        opened = True
    else:
        opened = False
    margin = _margin(parts, opened)
    return [
        part if part is None else _cut(part, margin, at_line_start=index == 0 and opened)
        for index, part in enumerate(parts)
    ]


def _margin(parts: list[Piece | None], opened: bool) -> int:
    """The common indentation of the lines that count."""
    shown = "".join("\0" if part is None else part.raw for part in parts)
    lines = shown.split("\n")
    counted = [line for line in lines[:-1] if line.strip()] + lines[-1:]
    if not opened:
        counted = [line for line in lines[1:-1] if line.strip()] + lines[1:][-1:]
    return min((len(line) - len(line.lstrip(" \t")) for line in counted), default=0)


def _cut(piece: Piece, margin: int, *, at_line_start: bool) -> Piece:
    """Remove the margin after each line end of a piece, and at its start if a line starts there."""
    pattern = rf"\n[ \t]{{0,{margin}}}"
    raw = re.sub(pattern, "\n", piece.raw)
    if at_line_start:
        raw = re.sub(rf"^[ \t]{{0,{margin}}}", "", raw, count=1)
    return Piece(raw, piece.start)
