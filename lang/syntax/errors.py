"""A syntax error with the tokens that mend it, and how messages name tokens.

Made by `mistakes.py` and `repair.py`, reported by the parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token

from .scanner import CLOSERS, OPENERS, OPERATORS

SHOWN = {kind: text for text, kind in OPERATORS.items()} | {
    "NAME": "a name", "STRING": "text", "NUMBER": "a number", "_NEWLINE": "the end of the line",
    "_INDENT": "an indented block", "_TEXT_BEGIN": "text", "_HOLE": "{", "_END_HOLE": "}",
    "ROLE": "a turn", "AS": "as", "IN": "in", "DEF": "def", "IF": "if", "ELSE": "else",
}  # fmt: skip
_WORDY = frozenset({"a name", "text", "a number", "the end of the line", "an indented block",
                    "a turn"})  # fmt: skip


@dataclass(frozen=True)
class Repair:
    """A message, and (when the line can be mended) the tokens that stand in the line's rest.

    `whole_line`: they stand for the line from its first token on. `fix`: what `start:end` should be.
    """

    code: str
    headline: str
    start: int
    end: int
    label: str = ""
    helps: tuple[str, ...] = ()
    tokens: list[Token] | None = None
    whole_line: bool = False
    fix: str | None = None


def unexpected(token: Token, *helps: str) -> Repair:
    """A token that can't stand where it does, in a line that can't be mended."""
    return Repair(
        "SGL0001", f"unexpected {shown(token)}", token.start_pos or 0, token.end_pos or 0, "", helps
    )


def shown(token: Token) -> str:
    """A token in words, for messages."""
    if token.type in ("STRING", "_TEXT_BEGIN"):
        return "text"
    return f"`{token.value}`" if token.value else quoted(token.type)


def quoted(kind: str) -> str:
    """A kind of token in words."""
    text = SHOWN.get(kind, kind.lower())
    return text if text in _WORDY else f"`{text}`"


def open_brackets(tokens: Sequence[Token]) -> list[str]:
    """The closers of the brackets that are open after some tokens, innermost first."""
    opened: list[str] = []
    for token in tokens:
        if token.type in OPENERS:
            opened.append(OPENERS[token.type])
        elif token.type in CLOSERS and opened:
            opened.pop()
    return opened[::-1]
