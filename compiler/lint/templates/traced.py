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

_SET = re.compile(
    r"\{%(?P<open>[-+]?)\s*+set\s++(?P<names>[\w.,\s]++)=(?P<value>.*?)(?P<close>[-+]?)%\}", re.S
)


def traced(source: str, with_sets: bool = False) -> str:
    """A template that writes a mark of its line in front of each piece; `with_sets`: and of each `set` it comes to."""
    found: list[str] = []
    at = 0
    for token in _TOKENS.finditer(source):
        found.append(_data(source, at, token.start()))
        if token["inner"] is not None:
            mark = _mark(_line(source, token.start("inner")))
            found.append(f'{{{{{token["open"]} "{mark}" ~ ({token["inner"]}) {token["close"]}}}}}')
        elif with_sets and (told := _SET.fullmatch(token[0])):
            found.append(_marked_set(told, _line(source, token.start())))
        else:
            found.append(token[0])
        at = token.end()
    return "".join([*found, _data(source, at, len(source))])


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def _marked_set(told: re.Match[str], line: int) -> str:
    """A `set` with a mark, in a condition that trims the blanks around it as the `set` did, and opens no scope."""
    inner = f"{{% set {told['names']}={told['value']}%}}"
    mark = _mark(line, _ZERO)
    return f'{{%{told["open"]} if true %}}{{{{ "{mark}" }}}}{inner}{{% endif {told["close"]}%}}'


@dataclass(frozen=True)
class Assignment:
    """A `set` of a template: its line, the names that it sets, and the expression."""

    line: int
    names: frozenset[str]
    value: str


def assignments(source: str) -> list[Assignment]:
    """Every `set` of one line of names; a block that is set writes pieces, and is traced as they are."""
    found: list[Assignment] = []
    for token in _TOKENS.finditer(source):
        if told := _SET.fullmatch(token[0]):
            line = _line(source, token.start())
            names = frozenset(name.strip() for name in told["names"].split(","))
            found.append(Assignment(line, names, told["value"]))
    return found


def expressions(source: str, line: int) -> list[str]:
    """What is written by expressions that begin at a line."""
    return [
        token["inner"]
        for token in _TOKENS.finditer(source)
        if token["inner"] is not None and _line(source, token.start("inner")) == line
    ]


def _data(source: str, start: int, end: int) -> str:
    """Fixed text with a mark where it begins to be seen, so that blanks are trimmed as ever."""
    text = source[start:end]
    seen = start + len(text) - len(text.lstrip())
    if seen == end:
        return text
    mark = _mark(_line(source, seen))
    return f'{source[start:seen]}{{{{ "{mark}" }}}}{source[seen:end]}'


def _mark(line: int, kind: str = "") -> str:
    """A mark of a line; of a `set` it begins with a zero, with which no number begins."""
    return _BEGIN + kind + f"{line:b}".replace("0", _ZERO).replace("1", _ONE) + _END


@dataclass(frozen=True)
class Traced:
    """A rendered text without its marks, and the line that wrote what stands at each offset."""

    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]
    sets: tuple[tuple[int, int], ...] = ()
    """Each `set` that was come to: how many pieces were written before, and its line."""

    def line_at(self, offset: int) -> int:
        """The line that wrote a character; 0 where it isn't known."""
        at = bisect_right(self.starts, offset) - 1
        return self.lines[at] if at >= 0 else 0


def untraced(text: str) -> Traced:
    """What a traced template rendered."""
    pieces = _MARK.split(text)
    starts: list[int] = []
    lines: list[int] = []
    sets: list[tuple[int, int]] = []
    length = len(pieces[0])
    for bits, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        line = int(bits.replace(_ZERO, "0").replace(_ONE, "1"), 2)
        if bits.startswith(_ZERO):
            sets.append((len(lines), line))
        else:
            starts.append(length)
            lines.append(line)
        length += len(piece)
    return Traced("".join(pieces[::2]), tuple(starts), tuple(lines), tuple(sets))


@dataclass(frozen=True)
class Around:
    """The conditions and loops around a line: how many, and the line of the innermost condition's side."""

    depth: int
    condition: int


def around(source: str, line: int) -> Around:
    """What is open at a line of a template."""
    open_tags: list[tuple[str, int]] = []
    for token in _TOKENS.finditer(source):
        at = _line(source, token.start())
        if at > line:
            break
        tag = token["tag"] or ""
        if tag in ("if", "for", "macro", "set", "call", "filter", "block", "generation"):
            if _opens(tag, token[0]):
                open_tags.append((tag, at))
        elif tag == "elif" and open_tags:
            open_tags[-1] = ("if", at)
        elif tag.startswith("end") and open_tags and at < line:
            open_tags.pop()
    conditions = [at for tag, at in open_tags if tag == "if"]
    return Around(len(open_tags), conditions[-1] if conditions else 0)


def _opens(tag: str, text: str) -> bool:
    return tag != "set" or "=" not in text
