"""One HTTP server that remote backends talk to: JSON in and out, event streams, retries, errors as BackendError.

Imports httpx (extra `remote`), so it is imported by the remote backends alone.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import httpx

from ..backend import BackendError, Transient

RETRIED = frozenset({429, 502, 503, 504})
"""Answers that say: not now."""
DELAYS = (0.2, 1.0)
"""Seconds before the second and the third try."""

_TOO_LONG = (
    "context length",
    "too long",
    "maximum context",
    "exceeds the model",
    "longer than the model",
)
_BAD_CONSTRAINT = ("regex", "grammar", "json_schema", "json schema", "ebnf", "guided", "structured")


class Server:
    """A server by its address. Safe for concurrent calls; a client is made for each event loop that asks."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 600.0,
        verify: str | bool | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._timeout = httpx.Timeout(timeout, connect=10.0)
        self._verify: Any = True if verify is None else _certificates(verify)
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON, and return the JSON of the answer. Raises BackendError."""
        return await self._request("POST", path, body)

    async def post_text(self, path: str) -> str:
        """Send nothing, and return the text of the answer. Raises BackendError."""
        try:
            answer = await self._open().post(path)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if not answer.is_success:
            raise refusal(answer.status_code, {"error": answer.text.strip()})
        return answer.text

    async def get(self, path: str) -> Any:
        """Return the JSON at a path. Raises BackendError."""
        return await self._request("GET", path, None)

    def get_now(self, path: str, timeout: float = 5.0) -> Any:
        """As `get`, for code outside an event loop. Raises BackendError."""
        try:
            answer = httpx.get(
                self.base_url + path, headers=self._headers, timeout=timeout, verify=self._verify
            )
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        return self._read(answer)

    async def events(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Send JSON, and yield the objects of an event stream until `[DONE]`. Raises BackendError."""
        try:
            async with self._open().stream("POST", path, json=body) as answer:
                if answer.status_code != httpx.codes.OK:
                    await answer.aread()
                    self._read(answer)
                async for line in answer.aiter_lines():
                    data = line.removeprefix("data:").strip()
                    if data == "[DONE]":
                        return
                    if line.startswith("data:") and data:
                        yield self._event(data)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    async def close(self) -> None:
        """Requests after this fail with 3106."""
        self._is_closed = True
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    async def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        for delay in (*DELAYS, None):
            try:
                answer = await self._open().request(method, path, json=body)
            except httpx.ConnectError as error:
                if delay is None:
                    raise self._unreachable(error) from error
            except httpx.HTTPError as error:
                raise self._unreachable(error) from error
            else:
                if answer.status_code not in RETRIED or delay is None:
                    return self._read(answer)
            await asyncio.sleep(delay)
        raise AssertionError("the last try returns or raises")

    def _open(self) -> httpx.AsyncClient:
        if self._is_closed:
            raise BackendError("3106", f"the connection to {self.base_url} was closed")
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
            self._client = httpx.AsyncClient(
                base_url=self.base_url,
                headers=self._headers,
                timeout=self._timeout,
                limits=limits,
                verify=self._verify,
            )
            self._loop = loop
        return self._client

    def _read(self, answer: httpx.Response) -> Any:
        try:
            content = answer.json()
        except ValueError:
            content = {"error": answer.text.strip()[:200]}
            if answer.is_success:
                raise BackendError(
                    "3105", f"{self.base_url} answered with something that is not JSON"
                ) from None
        if not answer.is_success:
            raise refusal(answer.status_code, content)
        return content

    def _event(self, data: str) -> dict[str, Any]:
        try:
            event = json.loads(data)
        except ValueError:
            raise BackendError(
                "3105", f"{self.base_url} streamed something that is not JSON"
            ) from None
        if "error" in event:
            raise refusal(400, event)
        return event

    def _unreachable(self, error: httpx.HTTPError) -> BackendError:
        what = str(error) or type(error).__name__
        return BackendError(
            "3105",
            f"{self.base_url} can't be reached: {what}",
            "`--base-url` names a running server",
            transient="timeout" if isinstance(error, httpx.TimeoutException) else "connection",
        )


def _certificates(verify: str | bool) -> ssl.SSLContext | bool:
    """What httpx checks a server's certificate against; a path names a file of certificates."""
    return ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify


def refusal(status: int, content: Any) -> BackendError:
    """The error that a server's answer stands for. Servers wrap their messages in several ways."""
    message = _message(content) or f"status {status}"
    words = message.lower()
    if any(phrase in words for phrase in _TOO_LONG):
        return BackendError(
            "3101", message, "a shorter text, or a model with a longer context, fits"
        )
    if any(phrase in words for phrase in _BAD_CONSTRAINT):
        return BackendError(
            "3102", message, "the server's own documentation says which constraints it takes"
        )
    if status in (401, 403):
        return BackendError(
            "3105", f"the server refuses the key: {message}", "an API key can be given"
        )
    return BackendError(
        "3105", f"the server answered {status}: {message}", transient=transience(status)
    )


def transience(status: int) -> Transient | None:
    """Why a refused request may succeed later; None where it would be refused again."""
    if status in (408, 504):
        return "timeout"
    if status == 429:
        return "rate limit"
    return "overloaded" if status in (409, 502, 503) or status >= 500 else None


def _message(content: Any) -> str:
    """The text of an error: `{"error": {"message": ...}}`, `{"error": ...}`, `{"message": ...}`, `{"detail": ...}`."""
    while isinstance(content, dict):
        fields = cast("dict[str, Any]", content)
        content = fields.get("error") or fields.get("message") or fields.get("detail")
    return content if isinstance(content, str) else "" if content is None else json.dumps(content)
