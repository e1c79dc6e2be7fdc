"""Raw tokens to lines and blocks: `_NEWLINE`, `_INDENT`, `_DEDENT`, and which words are keywords.

This is the Indenter of the language. It works on the whole token list, because most keywords are
names elsewhere and only what follows them tells (`text = 1`, but `text RULES = file("rules.md")`).
"""

from __future__ import annotations

from lark import Token

from ...ir.diagnostic import Diagnostic, Label
from ...ir.span import Source, Span
from .limits import MAX_NESTING
from .scanner import CLOSERS, OPENERS

ROLES = frozenset({"system", "user", "assistant", "tool"})
RESERVED = ROLES | {"arm", "section"}
TAB = 4

EXPRESSION_WORDS = {
    "and": "AND", "or": "OR", "not": "NOT", "in": "IN", "if": "IF", "else": "ELSE", "for": "FOR",
    "true": "TRUE", "false": "FALSE", "none": "NONE",
}  # fmt: skip
_BEFORE_NAME = {"use": "USE", "mock": "MOCK", "prompt": "PROMPT", "program": "PROGRAM",
                "template": "TEMPLATE", "type": "TYPE", "text": "TEXT", "resume": "RESUME"}  # fmt: skip
_BEFORE_STRING = {"import": "IMPORT", "test": "TEST"}
_BEFORE_OPERAND = {"if": "IF", "elif": "ELIF", "for": "FOR", "while": "WHILE", "fork": "FORK",
                   "return": "RETURN", "expect": "EXPECT"}  # fmt: skip
_ALONE = {"pass": "PASS", "break": "BREAK", "continue": "CONTINUE"}
_BEFORE_COLON = {"else": "ELSE", "parallel": "PARALLEL", "unordered": "UNORDERED"}
HEADERS = frozenset(
    {"IF", "ELIF", "ELSE", "FOR", "WHILE", "FORK", "PARALLEL", "UNORDERED", "ROLE", "ARM",
     "SECTION", "PROMPT", "PROGRAM", "TEST"}
)  # fmt: skip
_OPERAND_END = frozenset(
    {"NAME", "STRING", "NUMBER", "_TEXT_END", "_RPAR", "_RSQB", "_RBRACE", "TRUE", "FALSE", "NONE"}
)
FIRST_WORDS = tuple(
    sorted(
        {
            *_BEFORE_NAME,
            *_BEFORE_STRING,
            *_BEFORE_OPERAND,
            *_ALONE,
            *_BEFORE_COLON,
            *RESERVED,
            "extern",
        }
    )
)
"""The words that a declaration or a statement begins with."""
_AFTER_OPERAND = {"as": "AS", "max": "MAX", "by": "BY"}
_CAPITAL_WORDS = {"True": "TRUE", "False": "FALSE", "None": "NONE"}


class Layout:
    """Lays the raw tokens of one source out; call `run` once."""

    def __init__(self, source: Source, raw: list[Token]) -> None:
        self.source, self.raw = source, raw
        self.out: list[Token] = []
        self.indents = [0]
        self.diagnostics: list[Diagnostic] = []
        self.tab_reported = self.depth_reported = False

    def run(self) -> list[Token]:
        """The tokens that the parser reads."""
        for line in self.lines():
            self.indent_to(line[0])
            self.out.extend(with_keywords(line))
            self.mark("_NEWLINE", line[-1].end_pos or 0)
        end = self.out[-1].end_pos or 0 if self.out else 0
        for _ in self.indents[1:]:
            self.mark("_DEDENT", end)
        return self.out

    def lines(self) -> list[list[Token]]:
        """The logical lines: brackets join lines, unless the next one cannot belong to them."""
        lines: list[list[Token]] = []
        line: list[Token] = []
        depth = 0
        for position, token in enumerate(self.raw):
            if token.type != "NL":
                depth += (token.type in OPENERS) - (token.type in CLOSERS)
                depth = max(depth, 0)
                line.append(token)
            elif line and (depth == 0 or not self.goes_on(line[0], position)):
                lines.append(line)
                line, depth = [], 0
        return [*lines, line] if line else lines

    def goes_on(self, first: Token, position: int) -> bool:
        """Whether the line after a line end in brackets is part of the same statement."""
        following = self.raw[position + 1] if position + 1 < len(self.raw) else None
        if following is None or following.type == "NL" or following.type in CLOSERS:
            return True
        return self.column(following) > self.column(first)

    def column(self, token: Token) -> int:
        """The indentation of a token that opens a line; a tab is reported once per file."""
        start = token.start_pos or 0
        begin = self.source.line_starts[self.source.position(start)[0] - 1]
        before = self.source.text[begin:start].lstrip("\ufeff")
        space = before[
            : len(before) - len(before.lstrip())
        ]  # a prefix that a text must not have is no space
        if "\t" in space and not space.strip() and not self.tab_reported:
            self.tab_reported = True
            self.report(
                "SGL0007", begin, start, "tab in indentation", "counts as four spaces here",
                "`sglc fmt` turns tabs into spaces",
            )  # fmt: skip
        return len(space.expandtabs(TAB))

    def indent_to(self, token: Token) -> None:
        """Emit the block tokens that lead to the line of `token`."""
        column, start = self.column(token), token.start_pos or 0
        if column > self.indents[-1]:
            self.indents.append(column)
            self.out.append(Token("_INDENT", "", start_pos=start, end_pos=start))
            self.check_depth(token)
            return
        end = self.out[-1].end_pos or 0 if self.out else 0
        while column < self.indents[-1]:
            if column > self.indents[-2]:
                self.report_column(token, column)
                self.indents[-1] = column
                return
            self.indents.pop()
            self.mark("_DEDENT", end)

    def check_depth(self, token: Token) -> None:
        """Report blocks that nest too deep, once."""
        if len(self.indents) > MAX_NESTING and not self.depth_reported:
            self.depth_reported = True
            self.report(
                "SGL0021", token.start_pos or 0, token.end_pos or 0,
                f"blocks nest deeper than {MAX_NESTING}", "too deep from here on",
                "move the inner part to a program or a `prompt` of its own",
            )  # fmt: skip

    def report_column(self, token: Token, column: int) -> None:
        """Report a line that is indented like none of the blocks around it."""
        levels = " or ".join(str(indent) for indent in self.indents[-2:])
        self.report(
            "SGL0006", token.start_pos or 0, token.end_pos or 0, "inconsistent indentation",
            f"indented by {column}, the blocks around it by {levels}",
            "each line of a block is indented the same",
        )  # fmt: skip

    def mark(self, kind: str, position: int) -> None:
        """Emit a token without characters."""
        self.out.append(Token(kind, "", start_pos=position, end_pos=position))

    def report(self, code: str, start: int, end: int, headline: str, label: str, help: str) -> None:
        """Add a diagnostic."""
        labels = (Label(Span(self.source, start, end), label),)
        self.diagnostics.append(Diagnostic(code, headline, labels, (help,)))


def with_keywords(line: list[Token]) -> list[Token]:
    """The tokens of one logical line, its keywords named as such."""
    result: list[Token] = []
    opened: list[str] = []
    at_start, header = True, False
    for index, token in enumerate(line):
        kind = token.type
        if kind == "NAME":
            following = line[index + 1].type if index + 1 < len(line) else "NL"
            kind = None
            if at_start:
                kind = _statement_word(line, index, following)
                header = kind in HEADERS
            if kind is None:
                kind = _inner_word(result, opened, token, following)
            if kind != "NAME":
                token = token.update(type=kind)
        elif kind in OPENERS:
            opened.append(kind)
        elif kind in CLOSERS and opened:
            opened.pop()
        result.append(token)
        at_start = header and kind == "_COLON" and not opened
    return result


def _statement_word(line: list[Token], index: int, following: str) -> str | None:
    """The keyword that a word at the start of a statement is, if it is one."""
    word = line[index].value
    if word in RESERVED:
        opens = following in ("_COLON", "_LPAR", "STRING", "_TEXT_BEGIN", "NAME")
        kind = "ROLE" if word in ROLES else word.upper()
        return kind if opens else "RESERVED"
    if following == "_ASSIGN" or following.endswith("_ASSIGN"):
        return None
    last = index + 2 >= len(line)
    if word in _BEFORE_NAME:
        return _BEFORE_NAME[word] if following in ("NAME", "STRING") else None
    if word in _BEFORE_STRING:
        return _BEFORE_STRING[word] if following in ("STRING", "NAME", "_TEXT_BEGIN") else None
    if word in _BEFORE_OPERAND:
        plain = (following == "_COLON" and not last) or following == "_DOT"
        bare = following == "NL" and word not in ("return", "fork")
        return None if plain or bare else _BEFORE_OPERAND[word]
    if word in _BEFORE_COLON:
        opens = following == "_COLON" or word == "else"
        names_arms = following == "NAME" and line[index + 1].value == "as"
        return _BEFORE_COLON[word] if opens or names_arms else None
    if word == "extern":
        return "EXTERN" if following == "NAME" else None
    if word in _ALONE:
        return _ALONE[word] if following == "NL" else None
    return None


def _inner_word(before: list[Token], opened: list[str], token: Token, following: str) -> str:
    """What a word inside a statement is: a keyword of expressions, or a name."""
    word = token.value
    previous = before[-1].type if before else "NL"
    if previous in ("_DOT", "_AT") or _is_label(previous, opened, following):
        return "NAME"
    if word in EXPRESSION_WORDS:
        return EXPRESSION_WORDS[word]
    if word in _CAPITAL_WORDS:
        return "NAME"
    if word in _AFTER_OPERAND and previous in _OPERAND_END:
        return _AFTER_OPERAND[word]
    if previous == "PARALLEL" and word == "as":
        return "AS"
    if word == "unordered" and previous == "IN":
        return "UNORDERED" if following in ("NAME", "_LSQB") else "NAME"
    if previous in ("EXTERN", "PURE", "TOTAL") and word in ("def", "pure", "total"):
        return word.upper()
    return "RESERVED" if word in RESERVED else "NAME"


def _is_label(previous: str, opened: list[str], following: str) -> bool:
    """Whether a word names a field of a record or an argument: any word may."""
    if not opened or previous not in ("_LBRACE", "_COMMA", "_LPAR"):
        return False
    if opened[-1] == "_LBRACE":
        return following == "_COLON"
    return opened[-1] == "_LPAR" and following == "_ASSIGN"
