"""Where the formatter puts a space between two tokens of a line."""

from __future__ import annotations

from lark import Token

from ..syntax.scanner import CLOSERS, OPENERS

_OPERAND_END = frozenset(
    {"NAME", "STRING", "NUMBER", "_RPAR", "_RSQB", "_RBRACE", "TRUE", "FALSE", "NONE", "ROLE"}
)
_NEVER_BEFORE = frozenset({"_COMMA", "_DOT", "_COLON", "_QUESTION"}) | CLOSERS
_NEVER_AFTER = frozenset({"_DOT", "_AT"}) | frozenset(OPENERS)


class Brackets:
    """The brackets that are open at a place of a line, and what was seen in the innermost one."""

    def __init__(self, inside: str = "") -> None:
        self._open: list[str] = [inside] if inside else []
        self._colon: list[bool] = [False] * len(self._open)
        self._signs: set[int] = set()
        self._previous: Token | None = None

    @property
    def depth(self) -> int:
        """How many brackets are open."""
        return len(self._open)

    @property
    def innermost(self) -> str:
        """The innermost open bracket, or an empty text."""
        return self._open[-1] if self._open else ""

    @property
    def has_annotation(self) -> bool:
        """Whether a colon stands before in the same item: `x: int = 3` in a list of parameters."""
        return bool(self._colon) and self._colon[-1]

    def see(self, token: Token) -> None:
        """Pass a token."""
        if token.type in OPENERS:
            self._open.append(token.type)
            self._colon.append(False)
        elif token.type in CLOSERS and self._open:
            self._open.pop()
            self._colon.pop()
        elif token.type == "_COLON" and self._open:
            self._colon[-1] = True
        elif token.type == "_COMMA" and self._open:
            self._colon[-1] = False
        elif token.type == "MINUS" and self._is_sign():
            self._signs.add(token.start_pos or 0)
        self._previous = token

    def _is_sign(self) -> bool:
        return self._previous is None or self._previous.type not in _OPERAND_END

    def is_sign(self, token: Token) -> bool:
        """Whether a minus that was passed negates what follows it."""
        return token.type == "MINUS" and (token.start_pos or 0) in self._signs


def needs_space(left: Token, right: Token, brackets: Brackets) -> bool:
    """Whether a space stands between two neighbours; `brackets` has passed the left one."""
    if right.type in _NEVER_BEFORE or left.type in _NEVER_AFTER:
        return False
    if brackets.is_sign(left):
        return False
    if "_ASSIGN" in (left.type, right.type):
        return brackets.innermost != "_LPAR" or brackets.has_annotation
    if right.type in ("_LPAR", "_LSQB"):
        return left.type not in _OPERAND_END
    if left.type == "_COLON" and brackets.innermost == "_LSQB":
        return False
    return True
