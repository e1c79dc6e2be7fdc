"""Text to syntax tree, with recovery: every independent error of a file, each once.

The parser goes line by line. Where a line can't be read, it looks for one small repair (`repair.py`)
that lets the whole line through; if there is none, the line becomes a `Broken` node that keeps its
names, and the block under it is read as usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer
from lark.parsers.lalr_interactive_parser import InteractiveParser

from ...ir.diagnostic import Diagnostic, Fix, Label
from ...ir.span import Source, Span
from .errors import Repair
from .layout import Layout
from .limits import MAX_FILE_CHARS, MAX_SYNTAX_ERRORS
from .nodes import SyntaxTree
from .repair import describe, find_repair
from .scanner import scan
from .table import Table, feed, table_of
from .tree import TreeBuilder

_LAYOUT_TOKENS = frozenset({"_NEWLINE", "_INDENT", "_DEDENT"})
_FATAL = frozenset({"SGL0020", "SGL0021"})


@dataclass(frozen=True)
class Parsed:
    """A syntax tree and what was wrong with the text."""

    tree: SyntaxTree
    diagnostics: tuple[Diagnostic, ...]


class BrokenLine(Token):
    """Stands for a line that could not be read; `names` are the names in it."""

    names: tuple[Token, ...]


class _NoLexer(Lexer):
    """Lark asks for a lexer; tokens are fed to its parser one by one instead."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, *args: Any, **more: Any) -> Any:
        """No tokens."""
        return iter(())


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = resources.files("sglc.lang.syntax").joinpath("grammar.lark").read_text(encoding="utf-8")
    options: dict[str, Any] = {"propagate_positions": True, "maybe_placeholders": True}
    return Lark(text, parser="lalr", lexer=_NoLexer, **options)


@lru_cache(maxsize=1)
def _table() -> Table:
    return table_of(_grammar().parse_interactive("").parser_state.parse_conf)


def parse(source: Source) -> Parsed:
    """Parse one file. Never fails: what is wrong is in the diagnostics."""
    if len(source.text) > MAX_FILE_CHARS:
        label = Label(Span(source, 0, 0))
        headline = f"`{source.name}` has more than {MAX_FILE_CHARS} characters"
        helps = ("move long texts to files of their own: `text NAME = file(...)`",)
        return Parsed(SyntaxTree(source, ()), (Diagnostic("SGL0020", headline, (label,), helps),))
    scanned = scan(source)
    layout = Layout(source, scanned.tokens)
    tokens = layout.run()
    diagnostics = [*scanned.diagnostics, *layout.diagnostics]
    if any(d.code in _FATAL for d in diagnostics):
        return Parsed(SyntaxTree(source, (), tuple(scanned.comments)), tuple(diagnostics))
    run = _Run(source, tokens)
    builder = TreeBuilder(source)
    items = builder.items(run.parse())
    spoilt = {_line(source, d) for d in scanned.diagnostics}
    diagnostics += [d for d in run.diagnostics if _line(source, d) not in spoilt]
    diagnostics += builder.diagnostics
    tree = SyntaxTree(source, items, tuple(scanned.comments))
    return Parsed(tree, tuple(sorted(diagnostics, key=_place)))


def _line(source: Source, diagnostic: Diagnostic) -> int:
    """The line of a diagnostic: what follows from an unreadable character is not reported again."""
    return source.position(_place(diagnostic))[0]


def _place(diagnostic: Diagnostic) -> int:
    return diagnostic.span.start if diagnostic.span else 0


class _Run:
    """One run of the parser over the tokens of a file."""

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self.source, self.tokens = source, tokens
        self.diagnostics: list[Diagnostic] = []
        self.parser = _grammar().parse_interactive("")
        self.table = _table()
        self.line_state = self.snapshot()
        self.line_start = 0
        self.in_try = False

    def snapshot(self) -> tuple[list[Any], list[Any]]:
        """The parser's stacks as they stand; cheap, because there is one for each line."""
        state = self.parser.parser_state
        return state.state_stack[:], state.value_stack[:]

    def at_line_start(self) -> InteractiveParser:
        """A parser that stands where the current line begins."""
        parser = self.parser.copy(deepcopy_values=False)
        states, values = self.line_state
        parser.parser_state.state_stack = states[:]
        parser.parser_state.value_stack = values[:]
        return parser

    def parse(self) -> Tree[Token]:
        """Feed all tokens and return the tree."""
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.type not in _LAYOUT_TOKENS:
                if at == 0 or self.tokens[at - 1].type in _LAYOUT_TOKENS:
                    self.line_state = self.snapshot()
                    self.line_start = at
            if feed(self.table, self.parser.parser_state, token):
                at += 1
            else:
                if len(self.diagnostics) >= MAX_SYNTAX_ERRORS:
                    return Tree("start", [])
                at = self.recover(at)
        return self.finish()

    def finish(self) -> Tree[Token]:
        """End the input; a header without a block may stand last."""
        end = self.tokens[-1].end_pos or 0 if self.tokens else 0
        token = Token("$END", "", start_pos=end, end_pos=end)
        try:
            return cast("Tree[Token]", self.parser.feed_token(token))
        except UnexpectedToken:
            self.missing_block(len(self.tokens))
            return cast("Tree[Token]", self.parser.feed_token(token))

    # --- recovery ---------------------------------------------------------------------------------

    def recover(self, at: int) -> int:
        """Report the error at token `at`, and return the token to go on with."""
        token = self.tokens[at]
        before = self.state_before(at)
        if "_INDENT" in before.accepts():
            self.parser = before
            self.missing_block(at)
            return at
        if token.type == "_INDENT":
            self.parser = before
            self.drop_indent(at)
            return at
        end = next(i for i in range(at, len(self.tokens)) if self.tokens[i].type == "_NEWLINE")
        start = self.line_start
        repair = find_repair(self.at_line_start(), before, self.tokens, start, at, end)
        if repair is not None and repair.tokens is not None:
            self.report(repair)
            if repair.whole_line:
                at, before = start, self.at_line_start()
            self.tokens[at:end] = repair.tokens
            self.parser = before
            return at
        if not self.ends_try():
            self.report(repair or describe(before, self.tokens, start, at))
        return self.break_line(end)

    def ends_try(self) -> bool:
        """Whether the current line is a clause of a `try`, which was reported as a whole."""
        word = self.tokens[self.line_start].value
        was_in_try, self.in_try = self.in_try, word == "try" or self.in_try
        return was_in_try and word in ("except", "finally")

    def state_before(self, at: int) -> InteractiveParser:
        """The parser just before a token: feeding one that is wrong may already have reduced."""
        line = self.line_start
        if at < line or any(t.type in _LAYOUT_TOKENS for t in self.tokens[line:at]):
            return self.parser
        state = self.at_line_start()
        for token in self.tokens[line:at]:
            state.feed_token(token)
        return state

    def report(self, repair: Repair) -> None:
        """Add the diagnostic of a repair."""
        span = Span(self.source, repair.start, repair.end)
        label = Label(span, repair.label)
        fix = Fix(span, repair.fix) if repair.fix is not None else None
        found = Diagnostic(repair.code, repair.headline, (label,), repair.helps, fix=fix)
        self.diagnostics.append(found)

    def missing_block(self, at: int) -> None:
        """Report a header without a block, and put an empty one in its place."""
        header = self.tokens[at - 2 if self.tokens[at - 1].type == "_NEWLINE" else at - 1]
        end = header.end_pos or 0
        help = "indent the lines that belong to it, or write `pass`"
        label = "the block of this line is missing"
        self.report(Repair("SGL0008", "expected an indented block", max(end - 1, 0), end,
                           label, (help,)))  # fmt: skip
        for kind in ("_INDENT", "PASS", "_NEWLINE", "_DEDENT"):
            self.parser.feed_token(Token(kind, "pass", start_pos=end, end_pos=end))

    def drop_indent(self, at: int) -> None:
        """Report a line that is indented for no reason; read its block as part of the one around."""
        token = self.tokens[at + 1]
        help = "a block follows only a line that ends in `:`"
        repair = Repair("SGL0009", "unexpected indentation", token.start_pos or 0,
                        token.end_pos or 0, "indented deeper than the line before", (help,))  # fmt: skip
        self.report(repair)
        depth = 0
        for position in range(at, len(self.tokens)):
            depth += (self.tokens[position].type == "_INDENT") - (
                self.tokens[position].type == "_DEDENT"
            )
            if depth == 0:
                del self.tokens[position]
                break
        del self.tokens[at]

    def break_line(self, end: int) -> int:
        """Put a `BROKEN` token in the place of the current line, up to its `_NEWLINE` at `end`."""
        line = self.tokens[self.line_start : end]
        start, stop = line[0].start_pos, line[-1].end_pos
        token = BrokenLine("BROKEN", "", start_pos=start, end_pos=stop)
        broken = cast("BrokenLine", token)
        broken.names = tuple(token for token in line if token.type == "NAME")
        self.parser = self.at_line_start()
        self.tokens[self.line_start : end] = [broken]
        self.parser.feed_token(broken)
        return self.line_start + 1
