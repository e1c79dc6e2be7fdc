"""Recording: the requests that a program sends to models, as a log that lint reads.

`recorded(client, path)` wraps an OpenAI or Anthropic client, or a client of httpx, in one line; `sglc record`
does the same for a whole program. Only bodies, a few headers and the counted tokens are kept, never keys. Older
clients of OpenAI and Anthropic stand on httpx, newer ones on httpx2, which has the same classes.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import httpx

HEADERS = ("anthropic-beta", "openai-beta", "x-session-affinity", "anthropic-version")
_PATHS = (
    "chat/completions",
    "/completions",
    "/responses",
    "/messages",
    ":generateContent",
    ":streamGenerateContent",
    "/generate",
    "/converse",
)
_LIBRARIES = ("httpx", "httpx2")
ClientT = TypeVar("ClientT")


class Recorder:
    """Appends calls to a file, one JSON line each; safe to use from several threads."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()

    def keep(self, request: httpx.Request, response: httpx.Response | None) -> None:
        """Keep a request that is one to a model; what can't be kept never disturbs the call."""
        if not any(each in str(request.url) for each in _PATHS):
            return
        try:
            body = json.loads(request.content)
        except (
            ValueError,
            RuntimeError,
        ):  # a body that is no JSON, too deep, or a stream that was not read
            return
        line = json.dumps(self._entry(request, body, response), ensure_ascii=False)
        with self._lock, self.path.open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(line + "\n")

    def _entry(
        self, request: httpx.Request, body: Any, response: httpx.Response | None
    ) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "time": time.time(),
            "url": f"{request.url.host}{request.url.path}",
            "headers": {name: request.headers[name] for name in HEADERS if name in request.headers},
            "request": body,
        }
        usage = _usage(response)
        if usage is not None:
            entry["usage"] = usage
        return entry


def _usage(response: httpx.Response | None) -> Mapping[str, Any] | None:
    """The counted tokens of an answer that came at once."""
    if response is None or "application/json" not in response.headers.get("content-type", ""):
        return None
    try:
        found = response.json().get("usage")
    except (
        ValueError,
        AttributeError,
        RuntimeError,
    ):  # no JSON, no table, a stream that was not read
        return None
    return found if isinstance(found, dict) else None


class RecordingTransport(httpx.BaseTransport):
    """A transport of httpx that keeps what goes through it."""

    def __init__(self, inner: httpx.BaseTransport, recorder: Recorder) -> None:
        self.inner, self.recorder = inner, recorder

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, then keep."""
        request.read()
        response = self.inner.handle_request(request)
        if "application/json" in response.headers.get("content-type", ""):
            response.read()
        self.recorder.keep(request, response)
        return response

    def close(self) -> None:
        """Close the transport inside."""
        self.inner.close()


class AsyncRecordingTransport(httpx.AsyncBaseTransport):
    """The same for asyncio."""

    def __init__(self, inner: httpx.AsyncBaseTransport, recorder: Recorder) -> None:
        self.inner, self.recorder = inner, recorder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, then keep."""
        await request.aread()
        response = await self.inner.handle_async_request(request)
        if "application/json" in response.headers.get("content-type", ""):
            await response.aread()
        self.recorder.keep(request, response)
        return response

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self.inner.aclose()


def recorded(client: ClientT, path: Path | str) -> ClientT:
    """The same client, whose requests are kept in a file from now on. Raises TypeError for other clients."""
    inner: Any = client if _wrapper_of(client) else getattr(client, "_client", None)
    wrapper = _wrapper_of(inner)
    if wrapper is None:
        raise TypeError(
            f"`{type(client).__name__}` has no client of httpx inside that can be recorded"
        )
    recorder = Recorder(path)
    inner._transport = wrapper(inner._transport, recorder)
    inner._mounts = {k: wrapper(t, recorder) if t else None for k, t in inner._mounts.items()}
    return client


def record_everything(path: Path | str) -> None:
    """Keep the requests of every client of httpx that this process makes from now on."""
    recorder = Recorder(path)
    for library in _libraries():
        _record_made(library.Client, RecordingTransport, recorder)
        _record_made(library.AsyncClient, AsyncRecordingTransport, recorder)


def _record_made(kind: Any, wrapper: Any, recorder: Recorder) -> None:
    init = kind.__init__

    def recorded_init(self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self._transport = wrapper(self._transport, recorder)

    kind.__init__ = recorded_init


def _libraries() -> list[Any]:
    return [import_module(name) for name in _LIBRARIES if find_spec(name)]


def _wrapper_of(client: object) -> Any:
    """The transport that keeps what a client sends, and nothing where it is no client of httpx."""
    for library in _libraries():
        if isinstance(client, library.Client):
            return RecordingTransport
        if isinstance(client, library.AsyncClient):
            return AsyncRecordingTransport
    return None
