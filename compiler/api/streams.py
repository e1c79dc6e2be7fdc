"""Text that is read while it is written: by threads and by coroutines, without polling.

A stream is a list that only grows, until it is closed. Each reader has a place of its own in it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from ...runtime.trace.records import CallRecord


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text. `name` is the variable that it belongs to, empty for what the program wrote.

    `is_main`: it is part of the prompt whose stream this is; an arm's is not. `is_last`: the variable is whole.
    `call`: the record of its call as far as it had come then.
    """

    text: str
    name: str = ""
    is_main: bool = True
    is_last: bool = False
    call: CallRecord | None = None

    def is_wanted(self, name: str | None) -> bool:
        """Whether a reader of `name`, or of the whole prompt, gets it."""
        return self.is_main if name is None else self.name == name


class TextStream:
    """A growing list of chunks. `close` ends it, with an error or without."""

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._error: BaseException | None = None
        self._is_closed = False
        self._changed = threading.Condition()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    def write(
        self, text: str, name: str = "", is_main: bool = True, call: CallRecord | None = None
    ) -> None:
        """Append a chunk, from any thread."""
        if text:
            self._add(Chunk(text, name, is_main, call=call))

    def end(self, name: str, is_main: bool = True, call: CallRecord | None = None) -> None:
        """A variable is whole: who reads it alone is done."""
        self._add(Chunk("", name, is_main, is_last=True, call=call))

    def _add(self, chunk: Chunk) -> None:
        with self._changed:
            self._chunks.append(chunk)
            self._wake()

    def latest(self, name: str) -> Chunk | None:
        """What was said last of a variable that a call binds; None when nothing was."""
        with self._changed:
            said = (each for each in reversed(self._chunks) if each.name == name and each.call)
            return next(said, None)

    def close(self, error: BaseException | None = None) -> None:
        """Nothing follows. Readers get what there is, then the error."""
        with self._changed:
            self._is_closed, self._error = True, self._error or error
            self._wake()

    def _wake(self) -> None:
        self._changed.notify_all()
        for loop, turn in self._waiting:
            loop.call_soon_threadsafe(_give, turn)
        self._waiting.clear()

    def read(self, name: str | None = None) -> Iterator[Chunk]:
        """The chunks, all of them or those of one variable up to its end, which has no text; waits for the next."""
        at = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda at=at: len(self._chunks) > at or self._is_closed)
                new, at = self._chunks[at:], len(self._chunks)
                done = self._is_closed and not new
            for chunk in new:
                if chunk.is_wanted(name):
                    yield chunk
                    if chunk.is_last and name is not None:
                        return
            if done:
                break
        if self._error is not None:
            raise self._error

    async def read_async(self, name: str | None = None) -> AsyncIterator[Chunk]:
        """As `read`, for coroutines of any loop."""
        at = 0
        while True:
            with self._changed:
                new, at = self._chunks[at:], len(self._chunks)
                done = self._is_closed and not new
                turn = None if new or done else self._turn()
            for chunk in new:
                if chunk.is_wanted(name):
                    yield chunk
                    if chunk.is_last and name is not None:
                        return
            if done:
                break
            if turn is not None:
                await turn
        if self._error is not None:
            raise self._error

    def _turn(self) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append((loop, turn))
        return turn


def _give(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
