"""What a call says while it is under way: new text of each sample, with the record of the call as far as it has come.

Called by `modelcall`. Backends tell new ids from any thread; who listens hears of them on the event loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ....ir.sampling import Sampling
from ...backend import Completion, OnLogprobs
from ..instance import Run
from ..streaming import TextStream

Emit = Callable[[int, str, dict[str, Any]], None]
"""Called with a sample, its new text, and the fields of the call's record so far, in which it is the only sample."""
Tops = tuple[tuple[tuple[int, float], ...], ...]


@dataclass
class _Sample:
    """One sample: its text, and what has been told of it."""

    stream: TextStream
    ids: list[int] = field(default_factory=list[int])
    logprobs: list[float] = field(default_factory=list[float])
    tops: list[Any] = field(default_factory=list[Any])

    def so_far(self) -> dict[str, Any]:
        """The fields of the record; lists of their own, since these grow."""
        return {
            "outputs": [list(self.ids)],
            "logprobs": [list(self.logprobs)] if self.logprobs else [],
            "top_logprobs": [list(self.tops)] if self.tops else [],
        }


class Listening:
    """The samples of one call; silent when nobody listens."""

    def __init__(
        self, run: Run, sampling: Sampling, prompt: tuple[int, ...], samples: int, emit: Emit
    ) -> None:
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._home = threading.get_ident()
        tokenizer, count = run.target.tokenizer, samples if run.listener else 0
        self._samples = [_Sample(TextStream(tokenizer, sampling, prompt)) for _ in range(count)]

    @property
    def on_tokens(self) -> Callable[[int, tuple[int, ...]], None] | None:
        """What the backend calls with new ids, from any thread."""
        return self._told if self._samples else None

    @property
    def on_logprobs(self) -> OnLogprobs | None:
        """What it calls with their log probabilities before that."""
        return self._scored if self._samples else None

    def rest(self, completions: tuple[Completion, ...]) -> list[str]:
        """What is left of the text of each sample."""
        pairs = zip(self._samples, completions, strict=False)
        return [sample.stream.finish(done.text) for sample, done in pairs]

    def _told(self, sample: int, ids: tuple[int, ...]) -> None:
        self._at_home(lambda: self._feed(self._samples[sample], sample, ids))

    def _scored(self, sample: int, logprobs: tuple[float, ...], tops: Tops) -> None:
        self._at_home(lambda: self._note(self._samples[sample], logprobs, tops))

    def _at_home(self, work: Callable[[], None]) -> None:
        if threading.get_ident() == self._home:
            work()
        else:
            self._loop.call_soon_threadsafe(work)

    def _note(self, sample: _Sample, logprobs: tuple[float, ...], tops: Tops) -> None:
        sample.logprobs += logprobs
        sample.tops += map(list, tops)

    def _feed(self, sample: _Sample, number: int, ids: tuple[int, ...]) -> None:
        sample.ids += ids
        text = sample.stream.feed(ids)
        if text:
            self._emit(number, text, sample.so_far())
