"""Decides, token by token, when a generation ends and what of it stays in the prompt.

Shared by the engine and the mock, so that a stop means the same everywhere.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Literal, NamedTuple

from ..sampling import Sampling
from .parts import Part
from .patterns import SearchTime, StopPattern
from .tokenizer import Tokenizer

Finish = Literal["eos", "stop", "length", "constraint", "aborted"]


Matched = str | int | None
"""What ended a generation: the stop string, the stop pattern, or the id of the end or stop token."""


class Stopped(NamedTuple):
    """A finished generation: all ids, those that stay in the prompt, their text, why it ended, and on what."""

    ids: tuple[int, ...]
    kept: tuple[int, ...]
    text: str
    finish: Finish
    matched: Matched = None


class StopTracker:
    """Follows one generation. Text is decoded as it comes; each token looks only at its own surroundings.

    `prompt_ids`: what the generation continues. An end token, a stop token and a stop string do not stay
    in the prompt; where a stop string begins inside a token, the ids before that token stay and
    what is left of it is encoded again. A generation of no tokens is finished from the start. `time`: what its
    patterns may take, shared by the samples of a request.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        sampling: Sampling,
        prompt_ids: Sequence[int] = (),
        time: SearchTime | None = None,
    ) -> None:
        """Raises PatternError."""
        self._tokenizer = tokenizer
        self._sampling = sampling
        self._end_ids = frozenset[int]() if sampling.ignore_eos else tokenizer.eos_ids
        self._all_ends = self._end_ids | frozenset(sampling.stop_token_ids)
        self._time = time or SearchTime()
        self._patterns = tuple(StopPattern(text, self._time) for text in sampling.stop_regex)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ids: list[int] = []
        self._text = ""
        self._whole_at: list[
            int
        ] = []  # per token: length of the text after it, -1 inside a character
        self._cut: int | None = None  # where a stop string begins
        self._finish: Finish | None = "length" if sampling.max_tokens == 0 else None
        self._matched: Matched = None
        self._drop_space = tokenizer.strips_first_space and set(prompt_ids) <= set(
            tokenizer.bos_ids
        )

    @property
    def finish(self) -> Finish | None:
        """Why it ended; None while it goes on."""
        return self._finish

    @property
    def text(self) -> str:
        """The text so far, without a character whose bytes are incomplete; it only ever grows, until a stop."""
        return self._text if self._cut is None else self._text[: self._cut]

    @property
    def may_end(self) -> bool:
        """Whether the next token may end the generation; while `min_tokens` says no, mask `end_ids`."""
        return len(self._ids) >= self._sampling.min_tokens

    @property
    def end_ids(self) -> frozenset[int]:
        """The tokens that end this generation by themselves."""
        return self._all_ends

    def feed(self, token: int) -> bool:
        """Take the next token; returns whether the generation is finished. Raises PatternError."""
        if self._finish is not None:
            raise ValueError("this generation is finished")
        may_end = self.may_end
        self._ids.append(token)
        if may_end and token in self._all_ends:
            self._finish = "eos" if token in self._end_ids else "stop"
            self._matched = token
            return True
        before = len(self._text)
        self._time.add_token()
        self._decode(token)
        if may_end and self._find_stop(before):
            self._finish = "stop"
        if self._finish is None and len(self._ids) == self._sampling.max_tokens:
            self._finish = "length"
        return self._finish is not None

    def end(self, finish: Finish) -> None:
        """End it from outside: its constraint is complete, or it was aborted."""
        self._finish = self._finish or finish

    def completion(self) -> Stopped:
        """What came of it. An unfinished generation counts as aborted."""
        finish = self._finish or "aborted"
        kept, text = self._kept(), self._final_text()
        return Stopped(tuple(self._ids), kept, text, finish, self._matched)

    def _decode(self, token: int) -> None:
        piece = self._decoder.decode(self._tokenizer.token_bytes(token))
        if self._drop_space and piece:
            piece, self._drop_space = piece.removeprefix(" "), False
        self._text += piece
        has_rest = bool(self._decoder.getstate()[0])
        self._whole_at.append(-1 if has_rest else len(self._text))

    def _find_stop(self, before: int) -> bool:
        """Look for stops that were not there before character `before`, and cut at the first."""
        if not self._sampling.stop and not self._patterns:
            return False
        is_first = len(self._ids) == max(self._sampling.min_tokens + 1, 1)
        texts = ((_find(self._text, stop, before), stop) for stop in self._sampling.stop)
        patterns = (
            (pattern.find(self._text, before, is_first=is_first), pattern.text)
            for pattern in self._patterns
        )
        found = [(start, stop) for start, stop in (*texts, *patterns) if start >= 0]
        self._cut, self._matched = min(found, key=lambda each: each[0], default=(None, None))
        return self._cut is not None

    def _kept(self) -> tuple[int, ...]:
        if self._cut is not None:
            return self._until(self._cut)
        return tuple(self._ids[: len(self._whole_at)])

    def _until(self, cut: int) -> tuple[int, ...]:
        """The ids of the text before `cut`: as generated up to the token that it falls into."""
        whole = [n for n, end in enumerate(self._whole_at) if 0 <= end <= cut]
        count = whole[-1] + 1 if whole else 0
        start = self._whole_at[count - 1] if count else 0
        rest = Part(self._text[start:cut], literal=False)
        again = self._tokenizer.encode((rest,), continuation=True)
        return tuple(self._ids[:count]) + again

    def _final_text(self) -> str:
        if self._cut is not None:
            return self._text[: self._cut]
        return self._text + self._decoder.decode(b"", final=True)


def _find(text: str, stop: str, before: int) -> int:
    """Where `stop` first ends after character `before`; an empty stop never does."""
    return text.find(stop, max(0, before - len(stop) + 1)) if stop else -1
