"""A pattern's automaton with numbered states, which appear as they are reached. A leaf."""

from __future__ import annotations

from functools import lru_cache

from .pattern import compile_pattern
from .regex import EMPTY, NOTHING, Regex, after, is_complete

DEAD = -1
"""No text with this beginning matches."""


class Automaton:
    """Follows texts through one pattern; state 0 is its start."""

    def __init__(self, start: Regex) -> None:
        self._states: list[Regex] = [start]
        self._numbers: dict[Regex, int] = {start: 0, NOTHING: DEAD}
        self._next: list[dict[str, int]] = [{}]

    @classmethod
    def of(cls, pattern: str) -> Automaton:
        """The automaton of a pattern, one for all who ask. Raises RegexError."""
        return _automaton(pattern)

    def after(self, state: int, char: str) -> int:
        """The state after a character, or `DEAD`."""
        known = self._next[state].get(char)
        if known is None:
            known = self._next[state][char] = self._number(after(self._states[state], char))
        return known

    def after_text(self, state: int, text: str) -> int:
        """The state after a text, or `DEAD`."""
        for char in text:
            if state == DEAD:
                break
            state = self.after(state, char)
        return state

    def is_complete(self, state: int) -> bool:
        """Whether the text may end here."""
        return is_complete(self._states[state])

    def is_last(self, state: int) -> bool:
        """Whether nothing may follow."""
        return self._states[state] == EMPTY

    def expression(self, state: int) -> Regex:
        """What may follow, as an expression."""
        return self._states[state]

    def _number(self, state: Regex) -> int:
        if state not in self._numbers:
            self._numbers[state] = len(self._states)
            self._states.append(state)
            self._next.append({})
        return self._numbers[state]


@lru_cache(maxsize=1 << 12)
def _automaton(pattern: str) -> Automaton:
    return Automaton(compile_pattern(pattern))
