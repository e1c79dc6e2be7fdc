"""`sglc fmt`: one canonical layout of a source file. Works on tokens, so comments and texts are kept.

What it decides: four spaces a level, spaces between tokens, at most one blank line, blocks of control flow
on lines of their own, a turn, arm or section with one short statement on one line. Brackets that the
user opened with a line end hold one item a line; others stand on one line. Texts are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

from ...ir.diagnostic import CompileFailed, has_errors
from ...ir.span import Source
from ..syntax.layout import Layout
from ..syntax.parser import parse
from ..syntax.scanner import scan
from .printing import Line, Printer, clean_comment, expanded


def format_source(source: Source) -> str:
    """The canonical layout of a source. Raises CompileFailed when it can't be parsed."""
    parsed = parse(source)
    if has_errors([d for d in parsed.diagnostics if d.code != "SGL0007"]):
        raise CompileFailed(parsed.diagnostics)
    printer = Printer(source)
    for line in expanded(_Reader(source).lines(), printer):
        printer.write(line)
    return "\n".join(printer.out).rstrip("\n") + "\n" if printer.out else ""


class _Reader:
    """Reads the logical lines of a source, with comments and blank lines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        scanned = scan(source)
        self.comments = scanned.comments
        self.layout = Layout(source, scanned.tokens)

    def lines(self) -> list[Line]:
        """All lines, and one without tokens for the comments at the end."""
        result: list[Line] = []
        levels: list[int] = []
        waiting = list(self.comments)
        end = 0
        for tokens in self._laid_out():
            column = self.layout.column(tokens[0])
            previous = list(levels)
            while levels and levels[-1] >= column:
                levels.pop()
            line = Line(tokens, len(levels), self._blank(tokens[0], end))
            levels.append(column)
            waiting, end = self._take_comments(line, waiting, previous, end)
            result.append(line)
        last = Line([], 0, False)
        self._own_lines(last, waiting, levels, end)
        return [*result, last]

    def _laid_out(self) -> list[list[Token]]:
        """The lines as the parser sees them: keywords are named, blocks are marked by columns."""
        result: list[list[Token]] = [[]]
        for token in self._whole_texts(self.layout.run()):
            if token.type == "_NEWLINE":
                result.append([])
            elif token.type not in ("_INDENT", "_DEDENT"):
                result[-1].append(token)
        return [line for line in result if line]

    def _whole_texts(self, tokens: list[Token]) -> Iterator[Token]:
        """The tokens, with each text that has holes as one token: texts are never touched."""
        depth, start = 0, 0
        for token in tokens:
            if token.type == "_TEXT_BEGIN":
                start = start if depth else token.start_pos or 0
                depth += 1
            elif token.type == "_TEXT_END":
                depth -= 1
                if depth == 0:
                    text = self.source.text[start : token.end_pos]
                    yield Token("STRING", text, start_pos=start, end_pos=token.end_pos)
            elif depth == 0:
                yield token

    def _blank(self, token: Token, end: int) -> bool:
        """Whether an empty line stands between the end of the last line and the first comment or token."""
        gap = self.source.text[end : token.start_pos]
        head = gap.split("#", 1)[0]
        return head.replace("\r\n", "\n").count("\n") > 1

    def _take_comments(
        self, line: Line, waiting: list[Token], previous: list[int], end: int
    ) -> tuple[list[Token], int]:
        """Hand a line its comments: those above it, and the one behind it; what is left, and its end."""
        start, stop = line.tokens[0].start_pos or 0, line.tokens[-1].end_pos or 0
        above = [comment for comment in waiting if (comment.start_pos or 0) < start]
        self._own_lines(line, above, [*previous, self.layout.column(line.tokens[0])], end)
        rest = waiting[len(above) :]
        inside = [comment for comment in rest if (comment.start_pos or 0) < stop]
        rest = rest[len(inside) :]
        if rest and "\n" not in self.source.text[stop : rest[0].start_pos]:
            space = self.source.text[stop : rest[0].start_pos]
            line.trailing = " " * max(2, len(space.expandtabs(4))) + clean_comment(rest[0])
            stop = rest[0].end_pos or 0
            rest = rest[1:]
        line.tokens = sorted([*line.tokens, *inside], key=lambda token: token.start_pos or 0)
        return rest, stop

    def _own_lines(self, line: Line, above: list[Token], columns: list[int], end: int) -> None:
        """Comments that stand alone keep their block: the deepest one that begins at their column."""
        for comment in above:
            column = self.layout.column(comment)
            own = self.layout.column(line.tokens[0]) if line.tokens else 0
            level = line.level
            if column > own:
                level = sum(1 for known in sorted(set(columns)) if known < column)
                level = max(level, line.level)
            if self._blank(comment, end) and line.comments:
                line.comments.append(("", 0))
            line.comments.append((clean_comment(comment), level))
            end = comment.end_pos or 0
        if above and line.tokens and self._blank(line.tokens[0], end):
            line.comments.append(("", 0))
            if not line.blank_before:
                line.blank_before = self._blank(above[0], _before(self.source, above[0]))


def _before(source: Source, comment: Token) -> int:
    """Where the last thing before a comment ends."""
    head = source.text[: comment.start_pos].rstrip()
    return len(head)
