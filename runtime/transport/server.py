"""One HTTP server: JSON in and out, event streams, every failure as a BackendError that says whether to ask again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from ..backend import BackendError
from .address import certificates, check_address, context
from .decoding import decoded, loosely
from .event_stream import Event, read_events
from .lanes import ONE, Lanes
from .pace import Pace
from .policy import Policy
from .redaction import Redaction
from .refusals import refusal, status_within
from .tries import Tries

T = TypeVar("T")
DONE = b"[DONE]"


class Server:
    """A server by its address. Safe for concurrent calls; a client is made for each event loop that asks.

    `headers` go with every request. `verify`: a file of certificates, or False for none. Raises BackendError (3105) for
    an address or a header that can't be sent.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        policy: Policy | None = None,
        pace: Pace | None = None,
        verify: str | bool | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {name: value.strip() for name, value in (headers or {}).items()}
        self._hide = Redaction(self._headers, self._base_url)
        self.base_url = self._hide.url
        check_address(self._base_url, self._headers, self.base_url)
        self._policy, self._pace = policy or Policy(), pace or Pace()
        self._verify: Any = True if verify is None else certificates(verify)
        self._lanes: Lanes | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    async def post(
        self, path: str, body: Mapping[str, Any], kind: type[T], *, tokens: int = 0
    ) -> T:
        """Send JSON, and return the JSON of the answer, as what `kind` says. Raises BackendError.

        `tokens`: what the request counts for in rate limits.
        """
        return decoded(await self._request("POST", path, body, tokens), kind, self.base_url)

    async def get(self, path: str, kind: type[T]) -> T:
        """The JSON at a path. Raises BackendError."""
        return decoded(await self._request("GET", path, None, 0), kind, self.base_url)

    async def get_text(self, path: str) -> str:
        """The text at a path. Raises BackendError."""
        return (await self._request("GET", path, None, 0)).decode("utf-8", "replace")

    async def post_text(self, path: str) -> str:
        """Send nothing, and return the text of the answer. Raises BackendError."""
        return (await self._request("POST", path, None, 0)).decode("utf-8", "replace")

    def get_now(self, path: str, kind: type[T], *, body: Any = None, seconds: float = 5.0) -> T:
        """As `get`, or `post` with a body, for code outside of coroutines: one try. Raises BackendError."""
        apart = self._apart(seconds)
        ask = apart.get(path, kind) if body is None else apart.post(path, body, kind)
        return _run_apart(lambda: _closing(apart, ask))

    def get_text_now(self, path: str, *, seconds: float = 5.0) -> str:
        """The text at a path, for code outside of coroutines: one try. Raises BackendError."""
        apart = self._apart(seconds)
        return _run_apart(lambda: _closing(apart, apart.get_text(path)))

    def at_origin(self) -> Server:
        """The same server without a path: some answer more beside `/v1` than under it."""
        parts = urlsplit(self._base_url)
        url = f"{parts.scheme}://{parts.netloc}"
        return Server(
            url, headers=self._headers, policy=self._policy, pace=self._pace, verify=self._verify
        )

    async def is_well(self, path: str) -> bool:
        """Whether the server answers at all: once, at once."""
        policy = replace(self._policy, read=5.0, deadline=5.0, tries=1)
        try:
            await self._request("GET", path, None, 0, policy)
        except BackendError as error:
            return error.transient is None and error.code != "3106"  # it refuses, so it is there
        return True

    async def events(
        self, path: str, body: Mapping[str, Any], *, tokens: int = 0
    ) -> AsyncGenerator[Event]:
        """Send JSON, and yield the events of the stream, up to `[DONE]` or its end. Raises BackendError.

        Sent again only as long as nothing has come. Close it (`aclosing`) when you leave it early.
        """
        tries = Tries(self._policy, self._pace)
        has_begun = False
        while True:
            try:
                async with aclosing(self._events_once(path, body, tokens, tries)) as stream:
                    async for event in stream:
                        has_begun = True
                        yield event
                if has_begun:
                    return
                raise BackendError(
                    "3105", "the stream ended before it began", transient="connection"
                )
            except BackendError as error:
                if has_begun:
                    raise
                await tries.again(error)

    async def close(self) -> None:
        """Requests after this fail with 3106."""
        self._is_closed = True
        lanes, self._lanes = self._lanes, None
        if lanes is not None and self._loop is asyncio.get_running_loop():
            await lanes.close()

    def _apart(self, seconds: float) -> Server:
        """The same server, asked once and not for long."""
        return Server(
            self._base_url,
            headers=self._headers,
            policy=replace(self._policy, read=seconds, deadline=seconds, tries=1),
            verify=self._verify,
        )

    # --- one try ----------------------------------------------------------------------------------

    async def _request(
        self, method: str, path: str, body: Any, tokens: int, policy: Policy | None = None
    ) -> bytes:
        tries = Tries(policy or self._policy, self._pace)
        while True:
            try:
                async with self._answer(method, path, body, tokens, tries) as answer:
                    return await self._whole(answer, tries)
            except BackendError as error:
                await tries.again(error)

    async def _events_once(
        self, path: str, body: Any, tokens: int, tries: Tries
    ) -> AsyncGenerator[Event]:
        async with self._answer("POST", path, body, tokens, tries) as answer:
            if not answer.headers.get("content-type", "text/event-stream").startswith(
                "text/event-"
            ):
                raise self._no_stream(await self._whole(answer, tries))
            async for event in read_events(self._chunks(answer, tries), self._policy.most_event):
                data = self._hide.bytes(event.data)
                if data.strip() == DONE:
                    return
                if event.name == "error" or b'"error"' in data:
                    self._raise_error(data, event.name == "error")
                yield Event(event.name, data)

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, body: Any, tokens: int, tries: Tries
    ) -> AsyncIterator[httpx.Response]:
        """The answer whose headers have come; one that refuses is raised."""
        await self._pace.wait(tokens)
        refused: Any = None
        async with self._open().one() as client:
            request = client.build_request(method, self._base_url + path, json=body)
            async with self._bounded(tries):
                answer = await client.send(request, stream=True)
            if answer.is_success:
                yield answer
            else:
                refused = loosely(await self._whole(answer, tries))
            await answer.aclose()
        if not answer.is_success:
            raise refusal(answer.status_code, refused, answer.headers)

    async def _whole(self, answer: httpx.Response, tries: Tries) -> bytes:
        data = bytearray()
        async for chunk in self._chunks(answer, tries):
            data += chunk
            if len(data) > self._policy.most_bytes:
                raise BackendError(
                    "3105",
                    f"{self.base_url} answered with more than {self._policy.most_bytes} bytes",
                )
        return self._hide.bytes(bytes(data))

    async def _chunks(self, answer: httpx.Response, tries: Tries) -> AsyncIterator[bytes]:
        chunks = answer.aiter_bytes()
        while True:
            async with self._bounded(tries):
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
            yield chunk

    @asynccontextmanager
    async def _bounded(self, tries: Tries) -> AsyncIterator[None]:
        """What httpx and the clock may raise in here becomes a BackendError. Chains of causes would show requests."""
        try:
            async with asyncio.timeout(tries.left):
                yield
        except TimeoutError:
            seconds = self._policy.deadline
            raise BackendError(
                "3105",
                f"{self.base_url} gave no whole answer in {seconds:g} s",
                "a longer deadline waits longer",
                transient="timeout",
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise self._unreachable(error) from None

    def _open(self) -> Lanes:
        if self._is_closed:
            raise BackendError("3106", f"the connection to {self.base_url} was closed")
        loop = asyncio.get_running_loop()
        if self._lanes is None or self._loop is not loop:
            self._lanes, self._loop = Lanes(self._client), loop
        return self._lanes

    def _client(self) -> httpx.AsyncClient:
        """One connection to the server."""
        return httpx.AsyncClient(
            headers={"Accept-Encoding": "identity", **self._headers},
            timeout=httpx.Timeout(self._policy.read, connect=self._policy.connect, pool=None),
            limits=ONE,
            verify=context(self._verify),
        )

    # --- what went wrong ---------------------------------------------------------------------------

    def _no_stream(self, data: bytes) -> BackendError:
        content = loosely(data)
        if isinstance(content, dict) and "error" in content:
            return refusal(status_within(content), content)
        return BackendError(
            "3105", f"{self.base_url} answered at once where a stream was asked for"
        )

    def _raise_error(self, data: bytes, is_named: bool) -> None:
        content = loosely(data)
        if is_named or (isinstance(content, dict) and content.get("error")):
            raise refusal(status_within(content), content)

    def _unreachable(self, error: Exception) -> BackendError:
        what = self._hide(str(error) or type(error).__name__)
        if isinstance(error, httpx.DecodingError):
            return BackendError(
                "3105", f"{self.base_url} packed its answer in a way of its own: {what}"
            )
        return BackendError(
            "3105",
            f"{self.base_url} can't be reached: {what}",
            "`--base-url` names a running server",
            transient="timeout" if isinstance(error, httpx.TimeoutException) else "connection",
        )


async def _closing(server: Server, ask: Coroutine[Any, Any, T]) -> T:
    try:
        return await ask
    finally:
        await server.close()


def _run_apart(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The result of a coroutine, in a thread of its own: the one that asks may run a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(make())).result()
