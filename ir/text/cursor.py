"""A place in IR text and the small things that stand there: words, marks, names, JSON, types.

The parser's lower half: it knows spellings and spans, not ops.
"""

from __future__ import annotations

import json
import re

from ..diagnostic import CompileFailed, Diagnostic, Label
from ..span import Source, Span
from ..types import Type, parse_type_at
from ..values.limits import MAX_DEPTH, EvalError, Json, bounded_value

MAX_SOURCE = 32 * 1024 * 1024  # characters of one IR text

_SPACE = re.compile(r"(?:\s|[;#][^\n]*)*")
_WORD = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(r"->|[][(){}=:,@]")
_VALUE = re.compile(r"%[\w.]+|_(?!\w)")
_SYMBOL = re.compile(r"@[\w.]+")
_SHOWN = re.compile(r"\S{1,20}")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class Cursor:
    """Reads a text from the front; every failure is a `CompileFailed` with a span."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._text = source.text
        self._at = 0
        self.end_of_last = 0
        if len(self._text) > MAX_SOURCE:
            raise self.failure("1007", f"an IR text of more than {MAX_SOURCE} characters")
        self._skip()

    # --- failing --------------------------------------------------------------------------------

    def failure(self, code: str, headline: str, span: Span | None = None) -> CompileFailed:
        """The error at `span`, or at what stands here."""
        if span is None:
            found = _SHOWN.match(self._text, self._at)
            span = Span(self.source, self._at, found.end() if found else self._at)
        return CompileFailed([Diagnostic(f"SGL{code}", headline, (Label(span),))])

    def unexpected(self, wanted: str) -> CompileFailed:
        """The error for something else than `wanted`."""
        found = _SHOWN.match(self._text, self._at)
        shown = f"`{found.group()}`" if found else "the end of the text"
        return self.failure("1001", f"expected {wanted}, found {shown}")

    def since(self, start: int) -> Span:
        """The span from `start` to the end of what was read last."""
        return Span(self.source, start, max(start, self.end_of_last))

    # --- reading --------------------------------------------------------------------------------

    @property
    def at(self) -> int:
        """The offset of what comes next."""
        return self._at

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._text)

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _advance(self, end: int) -> None:
        self._at = self.end_of_last = end
        self._skip()

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._advance(found.end())
        return found.group()

    def peek(self, text: str) -> bool:
        """Whether this word or mark comes next."""
        pattern = _WORD if text[0].isalpha() else _MARK
        found = pattern.match(self._text, self._at)
        return found is not None and found.group() == text

    def take(self, text: str) -> bool:
        """Read this word or mark if it comes next."""
        if not self.peek(text):
            return False
        self._advance(self._at + len(text))
        return True

    def expect(self, text: str) -> None:
        """Read this word or mark."""
        if not self.take(text):
            raise self.unexpected(f"`{text}`")

    def word(self, wanted: str = "a word") -> str:
        """Read any word."""
        found = self._take(_WORD)
        if found is None:
            raise self.unexpected(wanted)
        return found

    def value_name(self) -> str | None:
        """Read `%name` (without the percent sign) or `_`, if one comes next."""
        found = self._take(_VALUE)
        return found.removeprefix("%") if found else None

    def symbol(self) -> str:
        """Read `@name` or `@"name"`."""
        found = self._take(_SYMBOL)
        if found is not None:
            return found[1:]
        self.expect("@")
        return self.string()

    def field_name(self) -> str:
        """Read a word or a quoted name."""
        return self._take(_WORD) or self.string()

    def number(self) -> int:
        """Read an integer."""
        value = self.json()
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.failure("1004", "expected an integer", self.since(self.end_of_last))
        return value

    def string(self) -> str:
        """Read a JSON string."""
        if not self._text.startswith('"', self._at):
            raise self.unexpected("a string")
        value = self.json()
        assert isinstance(value, str)
        return value

    def json(self) -> Json:
        """Read a JSON constant."""
        start = self._at
        try:
            value, end = _DECODER.raw_decode(self._text, self._at)
            bounded_value(value)
        except json.JSONDecodeError as error:
            if error.pos == start:
                raise self.unexpected("a constant") from None
            raise self.failure("1004", f"not a constant: {error.msg}") from None
        except (EvalError, RecursionError):
            raise self.failure("1007", f"a constant nested deeper than {MAX_DEPTH}") from None
        except ValueError as error:
            raise self.failure("1004", f"not a constant: {error}") from None
        self._advance(end)
        return value

    def type(self) -> Type:
        """Read a type."""
        try:
            kind, end = parse_type_at(self._text, self._at)
        except ValueError as error:
            raise self.failure("1008", str(error)) from None
        self._advance(end)
        return kind

    def starts_json(self) -> bool:
        """Whether a JSON constant comes next."""
        here = self._text[self._at : self._at + 1]
        if here in ("", "_"):
            return False
        return (
            here in '"[{-0123456789' or self.peek("true") or self.peek("false") or self.peek("null")
        )

    def starts_value(self) -> bool:
        """Whether `%name` or `_` comes next."""
        return _VALUE.match(self._text, self._at) is not None

    def starts_operand(self) -> bool:
        """Whether a value or a constant comes next."""
        return self.starts_value() or self.starts_json() or self.peek("(")
