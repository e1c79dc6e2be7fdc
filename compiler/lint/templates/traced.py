"""Which line of a template wrote what: marks that no text shows are written with each piece, and taken out again."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_TOKENS = re.compile(
    r"(?P<skipped>\{#.*?#\}|\{%[-+]?\s*raw\b.*?\{%[-+]?\s*endraw\s*[-+]?%\})"
    rf"|\{{\{{(?P<open>[-+]?)(?P<inner>(?:{_STRING}|[^'\"])*?)(?P<close>[-+]?)\}}\}}"
    rf"|\{{%[-+]?\s*(?P<tag>\w+)(?:{_STRING}|[^'\"])*?%\}}",
    re.S,
)
_BEGIN, _ZERO, _ONE, _END = "\x1c", "\x1d", "\x1e", "\x1f"
"""Separators of ASCII, which count as white space: where a template trims a piece, its mark goes with the blanks."""

_MARK = re.compile(f"{_BEGIN}([{_ZERO}{_ONE}]+){_END}")


def traced(source: str) -> str:
    """A template that writes a mark of its line in front of each piece."""
    found: list[str] = []
    at = 0
    for token in _TOKENS.finditer(source):
        found.append(_data(source, at, token.start()))
        if token["inner"] is None:
            found.append(token[0])
        else:
            mark = _mark(source.count("\n", 0, token.start("inner")) + 1)
            found.append(f'{{{{{token["open"]} "{mark}" ~ ({token["inner"]}) {token["close"]}}}}}')
        at = token.end()
    return "".join([*found, _data(source, at, len(source))])


def _data(source: str, start: int, end: int) -> str:
    """Fixed text with a mark where it begins to be seen, so that blanks are trimmed as ever."""
    text = source[start:end]
    seen = start + len(text) - len(text.lstrip())
    if seen == end:
        return text
    mark = _mark(source.count("\n", 0, seen) + 1)
    return f'{source[start:seen]}{{{{ "{mark}" }}}}{source[seen:end]}'


def _mark(line: int) -> str:
    return _BEGIN + f"{line:b}".replace("0", _ZERO).replace("1", _ONE) + _END


@dataclass(frozen=True)
class Traced:
    """A rendered text without its marks, and the line that wrote what stands at each offset."""

    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    def line_at(self, offset: int) -> int:
        """The line that wrote a character; 0 where it isn't known."""
        at = bisect_right(self.starts, offset) - 1
        return self.lines[at] if at >= 0 else 0


def untraced(text: str) -> Traced:
    """What a traced template rendered."""
    pieces = _MARK.split(text)
    starts: list[int] = []
    lines: list[int] = []
    length = len(pieces[0])
    for bits, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        starts.append(length)
        lines.append(int(bits.replace(_ZERO, "0").replace(_ONE, "1"), 2))
        length += len(piece)
    return Traced("".join(pieces[::2]), tuple(starts), tuple(lines))


@dataclass(frozen=True)
class Around:
    """The conditions and loops around a line: how many, and the line of the innermost condition's side."""

    depth: int
    condition: int


def around(source: str, line: int) -> Around:
    """What is open at a line of a template."""
    open_tags: list[tuple[str, int]] = []
    for token in _TOKENS.finditer(source):
        at = source.count("\n", 0, token.start()) + 1
        if at > line:
            break
        tag = token["tag"] or ""
        if tag in ("if", "for", "macro", "set", "call", "filter", "block", "generation"):
            open_tags.append((tag, at)) if _opens(tag, token[0]) else None
        elif tag == "elif" and open_tags:
            open_tags[-1] = ("if", at)
        elif tag.startswith("end") and open_tags and at < line:
            open_tags.pop()
    conditions = [at for tag, at in open_tags if tag == "if"]
    return Around(len(open_tags), conditions[-1] if conditions else 0)


def _opens(tag: str, text: str) -> bool:
    return tag != "set" or "=" not in text
