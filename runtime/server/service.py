"""What a server is made of, and how it asks its backend for all that one request wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import Request

from ..backend import (
    Backend,
    GenReply,
    GenRequest,
    PrefillRequest,
    SelectReply,
    SelectRequest,
    Usage,
)
from ..executor.concurrency import run_together
from .exchange import visit_of
from .gate import Gate
from .keys import Keys
from .limits import Limits
from .line import Around, Line
from .loop_box import LoopBox
from .meter import Meter
from .model import ServedModel
from .streams import Event, events


@dataclass
class Service:
    """A backend and the model behind it, ready to be asked over HTTP."""

    backend: Backend
    model: ServedModel
    keys: Keys = field(default_factory=Keys)
    logs_text: bool = False

    @property
    def limits(self) -> Limits:
        """What one request may cost."""
        return self.model.limits

    @cached_property
    def gate(self) -> Gate:
        """What bounds the work at a time."""
        return Gate(self.limits)

    @cached_property
    def meter(self) -> Meter:
        """What is counted."""
        return Meter(self.backend, self.gate)

    @cached_property
    def box(self) -> LoopBox:
        """The way from the backend's threads to the server's loop, which must be running."""
        return LoopBox(asyncio.get_running_loop())

    def line(self, request: Request, operation: str) -> Line:
        """The backend as one request sees it."""
        visit = visit_of(request)
        around = Around(self.backend, self.model, self.limits, self.meter, self.logs_text)
        line = Line(around, visit.caller, visit.id, operation)
        visit.account = line.account
        return line

    async def generate(self, line: Line, requests: Sequence[GenRequest]) -> list[GenReply]:
        """Replies to all requests; the first failure is raised. Raises BackendError."""
        if len(requests) == 1:
            return [await line.generate(requests[0])]
        return await run_together([line.generate(each) for each in requests])

    async def score(self, line: Line, requests: Sequence[SelectRequest]) -> list[SelectReply]:
        """Scores for all requests. Raises BackendError."""
        return await run_together([line.score(each) for each in requests])

    async def warm(self, line: Line, ids: tuple[int, ...]) -> Usage:
        """Compute a prompt, of which nothing more is wanted. Raises BackendError."""
        return await line.prefill(PrefillRequest(ids))

    def events(self, line: Line, requests: Sequence[GenRequest]) -> AsyncGenerator[Event]:
        """The replies to all requests as they grow."""
        return events(line, requests, self.model, self.box, self.limits.request_s)
