"""Endpoints for tests of the Python front end: scripted backends that record what they are asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plan_writer import TARGET, Script

from sglc.compiler.api.endpoints import Endpoint
from sglc.compiler.driver.targets import Choice
from sglc.runtime.backend import (
    BackendError,
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)


class Recorder(Script):
    """A scripted backend that keeps the requests."""

    def __init__(
        self, answer: Callable[[str], str] = lambda text: " ok", **capabilities: Any
    ) -> None:
        super().__init__(answer, **capabilities)
        self.requests: list[GenRequest | SelectRequest | PrefillRequest] = []

    async def generate(self, request: GenRequest) -> GenReply:
        self.requests.append(request)
        return await super().generate(request)

    async def select(self, request: SelectRequest) -> SelectReply:
        self.requests.append(request)
        return await super().select(request)

    async def prefill(self, request: PrefillRequest) -> Usage:
        self.requests.append(request)
        return await super().prefill(request)

    @property
    def gens(self) -> list[GenRequest]:
        """The gens, in the order in which they were asked."""
        return [request for request in self.requests if isinstance(request, GenRequest)]


class Chat:
    """A chat API: takes turns, gives text, counts its calls. `answers` are given in order."""

    name = "chat"
    capabilities = Capabilities(
        token_ids=False, select=False, prefill=False, chat=True, constraints=frozenset()
    )

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[GenRequest] = []

    async def generate(self, request: GenRequest) -> GenReply:
        self.asked.append(request)
        if not self.answers:
            raise BackendError("3105", "the script of answers is over")
        text = self.answers.pop(0)
        done = Completion((), (), text, "stop")
        return GenReply((done,) * len(request.seeds), Usage(prompt=len(request.ids)))

    async def select(self, request: SelectRequest) -> SelectReply:
        raise BackendError("3104", "no select")

    async def prefill(self, request: PrefillRequest) -> Usage:
        raise BackendError("3104", "no prefill")

    def hint(self, hint: Retain | Release) -> None:
        raise BackendError("3104", "no hints")

    async def close(self) -> None:
        pass


def endpoint(backend: Any) -> Endpoint:
    """An endpoint on a backend of a test, with the estimating target."""
    return Endpoint(backend, Choice(TARGET))
