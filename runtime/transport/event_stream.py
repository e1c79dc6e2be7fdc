"""Server-sent events out of bytes as they come, as the standard has them: lines, fields, comments; bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from ..backend import BackendError

BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event: its name, empty where it has none, and its data."""

    name: str
    data: bytes


class EventReader:
    """Takes bytes, gives events. `most`: bytes of one event. Raises BackendError (3105) for a longer one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._started = False

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that end in these bytes."""
        *lines, self._rest = self._split(self._rest + chunk)
        found = [event for line in lines if (event := self._line(line))]
        if self._size + len(self._rest) > self._most:
            raise BackendError(
                "3105", f"the server streamed an event of more than {self._most} bytes"
            )
        return found

    def end(self) -> list[Event]:
        """What is left when the stream has ended: servers forget the empty line after the last event."""
        last = [self._line(self._rest.removesuffix(b"\r")), self._line(b"")]
        return [event for event in last if event]

    def _split(self, data: bytes) -> list[bytes]:
        """Lines, and what comes after the last line end. One that is `\\r` alone may go on as `\\r\\n`."""
        if not self._started:
            if len(data) < len(BOM) and BOM.startswith(data):
                return [data]
            self._started = True
            data = data.removeprefix(BOM)
        held = data[-1:] if data.endswith(b"\r") else b""
        data = data[: len(data) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = data.split(b"\n")
        return [*lines, rest + held]

    def _line(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatched()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
            self._size += len(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatched(self) -> Event | None:
        event = Event(self._name, b"\n".join(self._data)) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event


async def read_events(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[Event]:
    """The events of a stream of bytes. Raises BackendError (3105) for one that is too long."""
    reader = EventReader(most)
    async for chunk in chunks:
        for event in reader.feed(chunk):
            yield event
    for event in reader.end():
        yield event
