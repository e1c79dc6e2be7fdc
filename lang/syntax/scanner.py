"""Characters to raw tokens: words, numbers, operators, text with its `{holes}`, comments.

The scanner never fails: what it can't read becomes a diagnostic and, where it can, a token that
lets the parser go on. `layout.py` turns its flat output into lines, blocks and keywords.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lark import Token

from ...ir.diagnostic import Diagnostic, Fix, Label
from ...ir.span import Source, Span
from .limits import MAX_NESTING, MAX_TEXT_CHARS

OPERATORS = {
    "->": "_ARROW", "**": "POW", "//": "FLOORDIV", "==": "EQ", "!=": "NE", "<=": "LE", ">=": "GE",
    "+=": "ADD_ASSIGN", "-=": "SUB_ASSIGN", "*=": "MUL_ASSIGN", "/=": "DIV_ASSIGN",
    "(": "_LPAR", ")": "_RPAR", "[": "_LSQB", "]": "_RSQB", "{": "_LBRACE", "}": "_RBRACE",
    ".": "_DOT", ",": "_COMMA", ":": "_COLON", "=": "_ASSIGN", "@": "_AT", "?": "_QUESTION",
    "|": "_BAR", "<": "LT", ">": "GT", "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH",
    "%": "PERCENT",
}  # fmt: skip
OPENERS = {"_LPAR": "_RPAR", "_LSQB": "_RSQB", "_LBRACE": "_RBRACE", "_HOLE": "_END_HOLE"}
CLOSERS = frozenset(OPENERS.values())

_OPERATOR = "|".join(re.escape(op) for op in sorted(OPERATORS, key=len, reverse=True))
_MASTER = re.compile(
    rf"""(?P<SPACE>[ \t\f]+|\r(?!\n))
    |(?P<NAME>[^\W\d]\w*)
    |(?P<PLAIN>"[^"\\{{}}\r\n]+"(?!"))
    |(?P<QUOTE>\"{{3}}|'{{3}}|"|')
    |(?P<NUMBER>\d[\w]*(?:\.\d\w*)?(?:(?<=[eE])[+-]\d+)?)
    |(?P<NL>\r?\n)
    |(?P<COMMENT>\#[^\r\n]*)
    |(?P<OP>{_OPERATOR})
    |(?P<BAD>.)""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"(\d+(_\d+)*)(\.\d+(_\d+)*)?([eE][+-]?\d+)?")
_SPEC = re.compile(r"[^\s\"'{}]+(?=\})")
_CONVERSION = re.compile(r"![rsa](?=[}:])")
_BODY = re.compile(r"[^\"'\\{}\r\n]+")
_MEANT = {"&": "and", "!": "not"}
_STRANGE = {
    "&": "`and` joins conditions",
    "!": "`not` negates a condition",
    ";": "each statement stands on a line of its own",
    "“": "text stands in straight double quotes",
    "”": "text stands in straight double quotes",
    "`": 'text stands in double quotes: `"..."`',
    "$": "a value is interpolated as `{name}`",
}


@dataclass
class Text:
    """A literal that is being scanned: where it began, its quotes, whether it interpolates.

    `hole`: where the last hole began, as an offset, a number of tokens and of diagnostics.
    """

    start: int
    quote: str
    raw: bool
    holes: int = 0
    hole: tuple[int, int, int] = (0, 0, 0)


@dataclass
class Scan:
    """What the scanner found in one source."""

    tokens: list[Token] = field(default_factory=list)
    comments: list[Token] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def scan(source: Source) -> Scan:
    """Cut a source into raw tokens; `NL` tokens stand for line ends outside of text."""
    scanner = _Scanner(source)
    scanner.run()
    return Scan(scanner.tokens, scanner.comments, scanner.diagnostics)


class _Scanner:
    """The state of one scan. `open` holds the brackets and the texts whose hole we are in."""

    def __init__(self, source: Source) -> None:
        self.source, self.text = source, source.text
        self.pos = 1 if self.text.startswith("\ufeff") else 0
        self.tokens: list[Token] = []
        self.comments: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.open: list[Text | str] = []
        self.too_deep = False

    def run(self) -> None:
        """Scan to the end, and close what was left open there."""
        while True:
            while self.pos < len(self.text):
                match = _MASTER.match(self.text, self.pos)
                assert match is not None
                assert match.lastgroup is not None
                self.pos = match.end()
                self.take(match.lastgroup, match.start(), match.group())
            holes = [item for item in self.open if isinstance(item, Text)]
            if not holes:
                return
            self.leave_hole_unclosed(holes[-1])

    def take(self, kind: str, start: int, value: str) -> None:
        """Handle one match of the master expression."""
        match kind:
            case "SPACE":
                pass
            case "NAME":
                self.emit("NAME", start, value)
            case "PLAIN":
                previous = self.tokens[-1] if self.tokens else None
                has_prefix = previous is not None and previous.end_pos == start
                if has_prefix or len(value) > MAX_TEXT_CHARS:
                    self.take_text(start, '"')
                else:
                    self.emit("STRING", start, value)
            case "OP":
                self.take_operator(start, value)
            case "NL":
                self.take_line_end(start, value)
            case "NUMBER":
                self.take_number(start, value)
            case "COMMENT":
                self.comments.append(self.token("COMMENT", start, value))
            case "QUOTE":
                self.take_text(start, value)
            case _:
                self.take_strange(start, value)

    # --- plain tokens -----------------------------------------------------------------------------

    def token(self, kind: str, start: int, value: str) -> Token:
        """A token at a place in the source."""
        return Token(kind, value, start_pos=start, end_pos=start + len(value))

    def emit(self, kind: str, start: int, value: str) -> None:
        """Add a token."""
        self.tokens.append(self.token(kind, start, value))

    def report(
        self,
        code: str,
        start: int,
        end: int,
        headline: str,
        label: str,
        help: str,
        fix: str | None = None,
    ) -> None:
        """Add a diagnostic about a range of characters, and what they should be."""
        span = Span(self.source, start, end)
        helps = (help,) if help else ()
        mended = Fix(span, fix) if fix is not None else None
        self.diagnostics.append(
            Diagnostic(code, headline, (Label(span, label),), helps, fix=mended)
        )

    def take_operator(self, start: int, value: str) -> None:
        """Add an operator, and keep track of brackets."""
        kind = OPERATORS[value]
        if kind == "_COLON" and self.open and isinstance(self.open[-1], Text):
            self.take_format(start)
            return
        if kind in OPENERS:
            self.push(value, start)
        elif kind in CLOSERS and self.open:
            top = self.open[-1]
            if isinstance(top, Text):
                if kind == "_RBRACE":
                    self.close_hole(top, start)
                    return
            else:
                self.open.pop()
        self.emit(kind, start, value)

    def take_format(self, start: int) -> None:
        """Add what stands behind a colon in a hole: a format, up to the brace that closes the hole."""
        spec = _SPEC.match(self.text, self.pos)
        if spec is None:
            self.emit("_COLON", start, ":")
            return
        self.pos = spec.end()
        self.emit("FORMAT", start, ":" + spec.group())

    def push(self, item: Text | str, start: int) -> None:
        """Open a bracket or a hole; too many are reported once."""
        self.open.append(item)
        if len(self.open) > MAX_NESTING and not self.too_deep:
            self.too_deep = True
            self.report(
                "SGL0021",
                start,
                start + 1,
                f"brackets nest deeper than {MAX_NESTING}",
                "too deep from here on",
                "bind the inner part to a name first",
            )

    def take_line_end(self, start: int, value: str) -> None:
        """End a line, unless a hole of a triple-quoted text goes on; a hole of `"..."` can't."""
        holes = [item for item in self.open if isinstance(item, Text)]
        if not holes:
            self.emit("NL", start, value)
            return
        if len(holes[-1].quote) == 1:
            self.pos = start
            self.leave_hole_unclosed(holes[-1])

    def take_number(self, start: int, value: str) -> None:
        """Add a number; one that isn't a number is reported and stands for 1."""
        if _NUMBER.fullmatch(value) and len(value) <= 40:
            self.emit("NUMBER", start, value)
            return
        end = start + len(value)
        self.report(
            "SGL0010", start, end, f"`{value[:40]}` is not a number", "", "write `12` or `1.5`"
        )
        self.tokens.append(Token("NUMBER", "1", start_pos=start, end_pos=end))

    def take_strange(self, start: int, value: str) -> None:
        """Report characters the language doesn't have, a run of them once, and skip them."""
        if self.open and isinstance(self.open[-1], Text) and _CONVERSION.match(self.text, start):
            self.pos = start + 2
            self.report(
                "SGL0014", start, self.pos, f"no conversion `{self.text[start : self.pos]}`", "",
                "a value is written as it is; `json(x)` writes a text in quotes, a list or a record",
            )  # fmt: skip
            return
        while self.pos < len(self.text) and self.text[self.pos] == value:
            self.pos += 1
        shown = self.text[start : self.pos][:20]
        shown = shown if shown.isprintable() else repr(shown).strip("'")
        self.report(
            "SGL0003",
            start,
            self.pos,
            f"unexpected character `{shown}`",
            "",
            _STRANGE.get(value, "outside of text, only names, numbers and operators stand here"),
        )
        if value in _MEANT:
            self.tokens.append(Token("NAME", _MEANT[value], start_pos=start, end_pos=self.pos))

    # --- text -------------------------------------------------------------------------------------

    def take_text(self, start: int, quote: str) -> None:
        """Begin a text at `start`; a prefix `r` was scanned as a name just before."""
        raw = False
        begin = start
        previous = self.tokens[-1] if self.tokens else None
        if previous is not None and previous.end_pos == start and previous.type == "NAME":
            if previous in ("r", "R"):
                raw, begin = True, start - 1
                self.tokens.pop()
            elif previous in ("f", "F"):
                self.tokens.pop()
                self.report(
                    "SGL0012", start - 1, start, "text has no prefix `f`", "",
                    "every text interpolates `{name}`: leave the `f` out", fix="",
                )  # fmt: skip
        self.pos = start + len(quote)
        if self.text.startswith(quote, self.pos) and len(quote) == 1:
            self.pos += 1  # the empty text; three quotes were matched before
            self.emit("STRING", begin, self.text[begin : self.pos])
            return
        text = Text(begin, quote, raw)
        self.scan_body(text, self.pos)

    def scan_body(self, text: Text, part: int) -> None:
        """Scan from `part`, the start of a run of plain characters, to a hole or the end."""
        while self.pos < len(self.text):
            match = _BODY.match(self.text, self.pos)
            if match:
                self.pos = match.end()
                continue
            char = self.text[self.pos]
            if char == "\\":
                self.pos = min(self.pos + 2, len(self.text))
                if len(text.quote) == 1 and self.text[self.pos - 1] in "\r\n":
                    self.pos -= 1
            elif self.text.startswith(text.quote, self.pos):
                self.end_text(text, part, closed=True)
                return
            elif len(text.quote) == 1 and self.text.startswith(("\n", "\r\n"), self.pos):
                break
            elif char == "{" and not text.raw and not self.text.startswith("{{", self.pos):
                self.open_hole(text, part)
                return
            else:
                self.take_brace(text, char)
        self.end_text(text, part, closed=False)

    def take_brace(self, text: Text, char: str) -> None:
        """Pass one character that is plain after all; a lone `}` is reported."""
        doubled = self.text.startswith(char * 2, self.pos)
        if char in "{}" and not text.raw:
            if not doubled:
                self.report(
                    "SGL0005", self.pos, self.pos + 1, "a single `}` in text", "closes nothing",
                    "write `}}` for a brace, or mark the text raw: `r\"...\"`",
                )  # fmt: skip
            self.pos += 2 if doubled else 1
        else:
            self.pos += 1

    def open_hole(self, text: Text, part: int) -> None:
        """Add the text before a hole, and go back to scanning tokens."""
        if not text.holes:
            self.tokens.append(Token("_TEXT_BEGIN", text.quote, start_pos=text.start, end_pos=part))
        self.add_part(part)
        text.holes += 1
        text.hole = (self.pos, len(self.tokens), len(self.diagnostics))
        self.emit("_HOLE", self.pos, "{")
        self.push(text, self.pos)
        self.pos += 1

    def add_part(self, part: int) -> None:
        """Add the plain characters between `part` and here."""
        if part < self.pos:
            self.emit("TEXT_PART", part, self.text[part : self.pos])

    def close_hole(self, text: Text, start: int) -> None:
        """End a hole and scan on in its text."""
        self.open.pop()
        self.emit("_END_HOLE", start, "}")
        self.pos = start + 1
        self.scan_body(text, self.pos)

    def leave_hole_unclosed(self, text: Text) -> None:
        """Report a hole that the line, or the file, ended; read on as if its brace were text."""
        start, tokens, diagnostics = text.hole
        while self.open.pop() is not text:
            pass
        del self.tokens[tokens:]
        del self.diagnostics[diagnostics:]
        self.report(
            "SGL0005", start, start + 1, "`{` is never closed",
            "interpolation begins here", "write `{{` for a brace, or close it: `{name}`",
        )  # fmt: skip
        self.pos = start + 1
        text.raw = True
        self.scan_body(text, start)

    def end_text(self, text: Text, part: int, *, closed: bool) -> None:
        """Add the end of a text: one `STRING` token when it has no holes."""
        if not closed:
            self.report(
                "SGL0002", text.start, min(self.pos, text.start + 200), "unterminated text",
                f"`{text.quote}` opens it, nothing closes it",
                'text that spans lines stands in `"""`' if len(text.quote) == 1
                else f"`{text.quote}` ends it",
            )  # fmt: skip
        end = self.pos + (len(text.quote) if closed else 0)
        if end - text.start > MAX_TEXT_CHARS:
            self.report(
                "SGL0022", text.start, text.start + 1,
                f"this text has more than {MAX_TEXT_CHARS} characters", "",
                'read it from a file: `text NAME = file("name.txt")`',
            )  # fmt: skip
        if text.holes:
            self.add_part(part)
            value = text.quote if closed else ""
            self.tokens.append(Token("_TEXT_END", value, start_pos=self.pos, end_pos=end))
        else:
            value = self.text[text.start : end] + ("" if closed else text.quote)
            self.tokens.append(Token("STRING", value, start_pos=text.start, end_pos=end))
        self.pos = end
