"""Grammars whose rules never come back to themselves, as one regular expression: the same texts, told to more.

A leaf.
"""

from __future__ import annotations

import ast
import re

from .ebnf import ROOT, Chars, Choice, EbnfError, Name, Rules, Term, Times, checked_rules

MOST_CHARACTERS = 32_768
"""Of the expression: a rule is written out wherever it is named."""


def flat_pattern(grammar: str) -> str:
    """The expression of a grammar. Raises EbnfError: it can't be kept, is recursive, or comes out too long."""
    return _Flattening(checked_rules(grammar)).rule(ROOT)


class _Flattening:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[str, str] = {}
        self._open: list[str] = []

    def rule(self, name: str) -> str:
        """The expression of a rule, in brackets."""
        if name in self._open:
            raise EbnfError(f"rule `{name}` comes back to itself, which no regular expression says")
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self._term(self._rules[name])
            self._open.pop()
        return self._known[name]

    def _term(self, term: Term) -> str:
        match term:
            case Chars(shown) if shown.startswith('"'):
                found = _text(shown)
            case Chars(shown):
                found = shown
            case Name(name):
                found = self.rule(name)
            case Choice(ways):
                found = f"({'|'.join(''.join(map(self._term, way)) for way in ways)})"
            case Times(inside, least, most):
                bound = "" if most is None else str(most)
                found = f"({self._term(inside)}){{{least},{bound}}}"
        if len(found) > MOST_CHARACTERS:
            raise EbnfError(f"written out it has more than {MOST_CHARACTERS} characters")
        return found


def _text(shown: str) -> str:
    """A text between quotes as an expression that matches it alone."""
    try:
        text = ast.literal_eval(shown)
    except (SyntaxError, ValueError):
        raise EbnfError(f"{shown} has an escape that nobody knows") from None
    return re.escape(str(text))
