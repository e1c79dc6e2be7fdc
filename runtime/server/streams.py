"""What a backend says while it generates, as one stream of events: pieces of text, and the ends of requests.

Pieces that come faster than they are taken are joined. Of each sample the pieces' texts, ids and log probabilities
add up to those of its completion.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..backend import Backend, GenReply, GenRequest
from ..executor.concurrency import cancel_all
from ..executor.streaming import TextStream
from .loop_box import LoopBox
from .model import ServedModel
from .refusal import too_slow

Top = tuple[tuple[tuple[int, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """More of one sample of one request. `text` may lag behind `ids`: it is what is certain to stay.

    `reasoning`: more of what is thought before it.
    """

    request: int
    sample: int
    text: str
    ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    top: Top = ()
    reasoning: str = ""

    def joined(self, more: Piece) -> Piece:
        """This piece and the one after it."""
        return replace(
            self,
            text=self.text + more.text,
            ids=self.ids + more.ids,
            logprobs=self.logprobs + more.logprobs,
            top=self.top + more.top,
            reasoning=self.reasoning + more.reasoning,
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """A request has ended; all its pieces came before."""

    request: int
    reply: GenReply


Event = Piece | Ended


async def events(
    backend: Backend,
    requests: Sequence[GenRequest],
    model: ServedModel,
    box: LoopBox,
    within_s: float,
) -> AsyncGenerator[Event]:
    """Ask for all requests at once, and tell of each as it goes on. Any task may take the next event.

    Raises BackendError or Refusal of the first that fails, and Refusal (504) after `within_s` seconds.
    """
    desk = _Desk(model, box)
    clock = asyncio.get_running_loop().call_later(within_s, desk.put, too_slow(within_s))
    tasks = [asyncio.ensure_future(desk.ask(backend, n, each)) for n, each in enumerate(requests)]
    try:
        left = len(tasks)
        while left:
            for event in await desk.next():
                left -= isinstance(event, Ended)
                yield event
    finally:
        clock.cancel()
        await cancel_all(tasks)


class _Desk:
    """Where events wait until they are taken."""

    def __init__(self, model: ServedModel, box: LoopBox) -> None:
        self._model, self._box = model, box
        self._events: list[Event | BaseException] = []
        self._has_some = asyncio.Event()

    async def ask(self, backend: Backend, number: int, request: GenRequest) -> None:
        """Ask for one request; its pieces, its end or its error are put here."""
        samples = [_Sample(self._model, request, number, n) for n in range(len(request.seeds))]
        request = replace(
            request,
            on_tokens=lambda sample, ids: self._box.put(partial(self._hear, samples[sample], ids)),
            on_logprobs=lambda sample, values, top: self._box.put(
                partial(samples[sample].score, values, top)
            ),
            on_reasoning=lambda sample, text: self._box.put(
                partial(self.put, Piece(number, sample, "", reasoning=text))
            ),
        )
        try:
            reply = await backend.generate(request)
        except Exception as error:
            self.put(error)
            return
        for sample, done in zip(samples, reply.completions, strict=True):
            self.put(sample.rest(done.text, done.ids, done.logprobs, done.top_logprobs))
        self.put(Ended(number, reply))

    async def next(self) -> list[Event]:
        """All that has come since; waits for something. Raises BackendError."""
        await self._has_some.wait()
        self._has_some.clear()
        found, self._events = self._events, []
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return _joined(each for each in found if not isinstance(each, BaseException))

    def _hear(self, sample: _Sample, ids: tuple[int, ...]) -> None:
        if not sample.is_over:
            self.put(sample.more(ids))

    def put(self, event: Event | BaseException) -> None:
        """Add an event, or the error with which it all ends."""
        self._events.append(event)
        self._has_some.set()


class _Sample:
    """One sample of one request while it grows."""

    def __init__(self, model: ServedModel, request: GenRequest, number: int, sample: int) -> None:
        self._stream = TextStream(model.target.tokenizer, request.sampling, request.ids)
        self._number, self._sample = number, sample
        self._told, self._scored = 0, 0
        self._scores: list[tuple[tuple[float, ...], Top]] = []
        self.is_over = False

    def score(self, values: tuple[float, ...], top: Top) -> None:
        """Log probabilities of the ids that come next."""
        self._scores.append((values, top))

    def more(self, ids: tuple[int, ...]) -> Piece:
        """The piece that new ids are."""
        scores, self._scores = self._scores, []
        logprobs = tuple(value for values, _ in scores for value in values)
        top = tuple(each for _, tops in scores for each in tops)
        self._told += len(ids)
        self._scored += len(logprobs)
        return Piece(self._number, self._sample, self._stream.feed(ids), ids, logprobs, top)

    def rest(self, text: str, ids: tuple[int, ...], logprobs: tuple[float, ...], top: Top) -> Piece:
        """The last piece: what of the completion was not told."""
        self.is_over = True
        return Piece(
            self._number,
            self._sample,
            self._stream.finish(text),
            ids[self._told :],
            logprobs[self._scored :],
            top[self._scored :],
        )


def _joined(found: Iterable[Event]) -> list[Event]:
    """Pieces of one sample as one, in the place of the first; ends stay behind the pieces of their request."""
    places: dict[tuple[int, int], int] = {}
    events: list[Event] = []
    for event in found:
        key = (event.request, event.sample) if isinstance(event, Piece) else (event.request, -1)
        before = events[places[key]] if key in places else None
        if isinstance(event, Piece) and isinstance(before, Piece):
            events[places[key]] = before.joined(event)
        else:
            places[key] = len(events)
            events.append(event)
    return events
