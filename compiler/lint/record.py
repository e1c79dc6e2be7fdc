"""Recording: the requests that a program sends to models, as a log that lint reads.

`recorded(client, path)` wraps an OpenAI or Anthropic client, or a client of httpx, in one line; `sglc record`
does the same for a whole program. Only bodies, a few headers and the counted tokens are kept, never keys.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
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
        except (ValueError, httpx.RequestNotRead, RecursionError):
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
    except (ValueError, AttributeError, httpx.ResponseNotRead):
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
    inner: Any = (
        client
        if isinstance(client, httpx.Client | httpx.AsyncClient)
        else getattr(client, "_client", None)
    )
    recorder = Recorder(path)
    if isinstance(inner, httpx.Client):
        inner._transport = RecordingTransport(inner._transport, recorder)
        inner._mounts = {
            k: RecordingTransport(t, recorder) if t else None for k, t in inner._mounts.items()
        }
    elif isinstance(inner, httpx.AsyncClient):
        inner._transport = AsyncRecordingTransport(inner._transport, recorder)
        inner._mounts = {
            k: AsyncRecordingTransport(t, recorder) if t else None for k, t in inner._mounts.items()
        }
    else:
        raise TypeError(
            f"`{type(client).__name__}` has no client of httpx inside that can be recorded"
        )
    return client


def record_everything(path: Path | str) -> None:
    """Keep the requests of every client of httpx that this process makes from now on."""
    recorder = Recorder(path)
    sync_init, async_init = httpx.Client.__init__, httpx.AsyncClient.__init__

    def client_init(self: httpx.Client, *args: Any, **kwargs: Any) -> None:
        sync_init(self, *args, **kwargs)
        self._transport = RecordingTransport(self._transport, recorder)

    def async_client_init(self: httpx.AsyncClient, *args: Any, **kwargs: Any) -> None:
        async_init(self, *args, **kwargs)
        self._transport = AsyncRecordingTransport(self._transport, recorder)

    httpx.Client.__init__, httpx.AsyncClient.__init__ = client_init, async_client_init  # type: ignore[method-assign]
