"""Writing formatted lines: blocks on lines of their own, brackets that hold one item a line, comments.

The lower half of `format.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lark import Token

from ...ir.span import Source
from ..syntax.layout import HEADERS
from ..syntax.scanner import CLOSERS, OPENERS
from .spacing import Brackets, needs_space

WIDTH = 100
"""Columns within which a turn and its one statement share a line."""

_INDENT = "    "
_JOINED = frozenset({"ROLE", "ARM", "SECTION"})
_BLOCKS = frozenset({"PROGRAM", "PROMPT", "TEST"})


@dataclass
class Line:
    """A logical line: its tokens, how deep it stands, and the comments that belong to it."""

    tokens: list[Token]
    level: int
    blank_before: bool
    comments: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    trailing: str = ""


def clean_comment(comment: Token) -> str:
    """A comment with one space after its `#`."""
    text = comment.value.rstrip()
    return text if len(text) < 2 or text[1] in " #!" else f"# {text[1:]}"


# --- blocks on lines of their own, short turns on one line -----------------------------------------


def expanded(lines: list[Line], printer: Printer) -> list[Line]:
    """Control flow with its block on the next line; a turn with one short statement on its own."""
    split = [part for line in lines for part in _split(line)]
    result: list[Line] = []
    skip = False
    for position, line in enumerate(split):
        if skip:
            skip = False
            continue
        following = split[position + 1 : position + 3]
        if _can_join(line, following, printer):
            body = following[0]
            tokens = [*line.tokens, *body.tokens]
            line = Line(tokens, line.level, line.blank_before, line.comments, body.trailing)
            skip = True
        result.append(line)
    return result


def _header_colon(tokens: list[Token]) -> int | None:
    """Where the colon of a block's header stands."""
    if not tokens or tokens[0].type not in HEADERS:
        return None
    brackets = Brackets()
    for index, token in enumerate(tokens):
        if token.type == "_COLON" and brackets.depth == 0:
            return index
        brackets.see(token)
    return None


def _split(line: Line) -> list[Line]:
    """Two lines where a block of control flow stands behind its header, else the line itself."""
    colon = _header_colon(line.tokens)
    if colon is None or colon + 1 == len(line.tokens) or line.tokens[0].type in _JOINED:
        return [line]
    first = Line(line.tokens[: colon + 1], line.level, line.blank_before, line.comments)
    second = Line(line.tokens[colon + 1 :], line.level + 1, False, trailing=line.trailing)
    return [first, second]


def _can_join(line: Line, following: list[Line], printer: Printer) -> bool:
    """Whether a turn, arm or section takes its one statement on its own line."""
    if not line.tokens or line.tokens[0].type not in _JOINED or line.trailing or not following:
        return False
    if _header_colon(line.tokens) != len(line.tokens) - 1:
        return False
    body, *after = following
    if not body.tokens or body.level != line.level + 1 or body.comments:
        return False
    if body.tokens[0].type in HEADERS or any(t.type == "COMMENT" for t in body.tokens):
        return False
    for line_after in after:
        levels = [level for text, level in line_after.comments if text]
        levels += [line_after.level] if line_after.tokens else []
        if any(level > line.level for level in levels):
            return False
    text = f"{flat(line.tokens)} {flat(body.tokens)}"
    fits = len(_INDENT) * line.level + len(text) <= WIDTH
    return fits and "\n" not in text and not printer.explodes(body.tokens)


# --- one line --------------------------------------------------------------------------------------


def flat(tokens: list[Token], inside: str = "") -> str:
    """Tokens on one line; `inside` is the bracket that they stand in."""
    brackets = Brackets(inside)
    out = ""
    previous: Token | None = None
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "_COMMA" and following is not None and following.type in CLOSERS:
            continue
        if previous is not None and needs_space(previous, token, brackets):
            out += " "
        out += _text_of(token)
        brackets.see(token)
        previous = token
    return out


def _text_of(token: Token) -> str:
    """A token as it is written; a text in double quotes where nothing has to be escaped for it."""
    value = str(token)
    if token.type == "STRING" and value[0] == "'" and not value.startswith("'''"):
        if not set(value) & set('"\\{'):
            return f'"{value[1:-1]}"'
    return value


def _closing(tokens: list[Token], index: int) -> int:
    """Where the bracket that opens at `index` closes."""
    depth = 0
    for position in range(index, len(tokens)):
        depth += (tokens[position].type in OPENERS) - (tokens[position].type in CLOSERS)
        if depth == 0:
            return position
    return len(tokens) - 1


class Printer:
    """Writes the lines of one source to `out`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.out: list[str] = []

    def write(self, line: Line) -> None:
        """Write a line with its comments."""
        opens_item = bool(line.tokens) and line.level == 0 and line.tokens[0].type in _BLOCKS
        if self.out and (line.blank_before or opens_item) and not self._follows_header():
            self._blank()
        for text, level in line.comments:
            if text:
                self.out.append(f"{_INDENT * level}{text}")
            else:
                self._blank()
        if line.tokens:
            self.out += (self._rendered(line.tokens, line.level) + line.trailing).split("\n")
            self._last_opens = _header_colon(line.tokens) == len(line.tokens) - 1

    _last_opens = False

    def _follows_header(self) -> bool:
        """Whether the last line opens a block: no blank line follows it."""
        return self._last_opens

    def _blank(self) -> None:
        if self.out and self.out[-1]:
            self.out.append("")

    def explodes(self, tokens: list[Token]) -> bool:
        """Whether some bracket of a line holds one item a line."""
        return any(self._opens_lines(tokens, index) for index in range(len(tokens)))

    def _opens_lines(self, tokens: list[Token], index: int) -> bool:
        """Whether the user ended the line after a bracket, or put a comment into it."""
        if tokens[index].type not in OPENERS or index + 1 >= len(tokens):
            return False
        close = _closing(tokens, index)
        if any(token.type == "COMMENT" for token in tokens[index:close]):
            return True
        gap = self._source.text[tokens[index].end_pos : tokens[index + 1].start_pos]
        return close > index + 1 and "\n" in gap

    def _rendered(self, tokens: list[Token], level: int, inside: str = "") -> str:
        """A logical line at its level; brackets that explode hold one item a line."""
        pad = _INDENT * level
        opening = (i for i in range(len(tokens)) if self._opens_lines(tokens, i))
        at = next(opening, None)
        if at is None:
            return pad + flat(tokens, inside)
        close = _closing(tokens, at)
        lines = [pad + flat(tokens[: at + 1], inside)]
        items = self._items(tokens[at + 1 : close])
        is_list = not _is_comprehension(tokens[at + 1 : close])
        for number, item in enumerate(items):
            comma = "," if is_list and (len(items) > 1 or _takes_comma(tokens, at)) else ""
            comma = comma if is_list or number + 1 < len(items) else ""
            lines += self._item(item, level + 1, comma, tokens[at].type)
        tail = self._rendered(tokens[close:], level, inside)
        return "\n".join([*lines, tail])

    def _item(self, item: list[Token], level: int, comma: str, inside: str) -> list[str]:
        """The lines of one item, with its comments above and behind it."""
        pad = _INDENT * level
        code = [token for token in item if token.type != "COMMENT"]
        comments = [token for token in item if token.type == "COMMENT"]
        if not code:
            return [pad + clean_comment(comment) for comment in comments]
        above = [c for c in comments if (c.start_pos or 0) < (code[0].start_pos or 0)]
        behind = [c for c in comments if c not in above]
        lines = [pad + clean_comment(comment) for comment in above]
        text = self._rendered(code, level, inside) + comma
        return [*lines, text + "".join(f"  {clean_comment(c)}" for c in behind)]

    def _items(self, tokens: list[Token]) -> list[list[Token]]:
        """The items between two brackets; a comment behind a comma belongs to the item before it."""
        items: list[list[Token]] = [[]]
        depth = 0
        for token in tokens:
            depth += (token.type in OPENERS) - (token.type in CLOSERS)
            if token.type == "_COMMA" and depth == 0:
                items.append([])
            elif token.type == "COMMENT" and not items[-1] and len(items) > 1 and (
                not self._stands_alone(token)
            ):  # fmt: skip
                items[-2].append(token)
            else:
                items[-1].append(token)
        return [item for item in items if item]

    def _stands_alone(self, comment: Token) -> bool:
        start = comment.start_pos or 0
        line = self._source.line_starts[self._source.position(start)[0] - 1]
        return not self._source.text[line:start].strip()


def _is_comprehension(tokens: list[Token]) -> bool:
    """Whether what stands between two brackets is a comprehension: a `for` in no further bracket."""
    depth = 0
    for token in tokens:
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        if depth == 0 and token.type == "FOR":
            return True
    return False


def _takes_comma(tokens: list[Token], at: int) -> bool:
    """Whether a single item may have a comma after it: not in `(x)` and `x[i]`."""
    before = tokens[at - 1].type if at else ""
    callable_before = before in ("NAME", "ROLE", "_RPAR", "_RSQB")
    if tokens[at].type == "_LPAR":
        return callable_before
    return tokens[at].type == "_LBRACE" or not callable_before
