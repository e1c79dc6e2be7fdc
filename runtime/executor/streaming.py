"""Generated tokens as text while they come: what is certain to stay is handed on, never more.

A token may end inside a character, and its text may turn out to begin a stop string; such text is
held back until it is decided. The deltas of a finished call add up to its text exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...ir.sampling import Sampling
from ...ir.target import StopTracker, Tokenizer
from ..trace.records import CallRecord


@dataclass(frozen=True, slots=True)
class Delta:
    """New text of one sample of one call; `done` comes once, last.

    The first delta of a call has no text: `before` is then the text of its prompt. `is_main`: the call is on
    the prompt line of the program that was started, not in an arm and not in a program that it called. `call`: the
    call's record as far as it has come; until `done` this sample is the only one in it, and how it ends, and what of
    its prompt was cached, is not known.
    """

    row: int
    path: tuple[str, ...]
    site: str
    indices: tuple[int, ...]
    name: str
    sample: int
    text: str
    done: bool = False
    before: str | None = None
    is_main: bool = True
    call: CallRecord | None = None


Listener = Callable[[Delta], None]
"""Called on the event loop, in order for each sample."""


class TextStream:
    """Turns the ids of one sample into deltas of text."""

    def __init__(self, tokenizer: Tokenizer, sampling: Sampling, prompt: tuple[int, ...]) -> None:
        self._tracker = StopTracker(tokenizer, sampling, prompt)
        self._stops = [stop for stop in sampling.stop if stop]
        self._is_blind = bool(sampling.stop_regex)  # a pattern may reach back any distance
        self._sent = 0

    def feed(self, ids: tuple[int, ...]) -> str:
        """The text that is now certain."""
        if self._is_blind:
            return ""
        for token in ids:
            if self._tracker.finish is None:
                self._tracker.feed(token)
        text = self._tracker.text
        held = max((overlap(text, stop) for stop in self._stops), default=0)
        return self._advance(text, len(text) - held)

    def finish(self, text: str) -> str:
        """The rest of the call's text."""
        return self._advance(text, len(text))

    def _advance(self, text: str, end: int) -> str:
        delta, self._sent = text[self._sent : end], max(self._sent, end)
        return delta


def overlap(text: str, stop: str) -> int:
    """How many last characters of `text` begin `stop`."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if stop.startswith(text[-length:]):
            return length
    return 0
