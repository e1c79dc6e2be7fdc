"""One HTTP exchange: a body in, an answer out, whole or as server-sent events; it ends when its client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from ..backend import BackendError
from ..executor.concurrency import cancel_all
from ..plan.errors import RunError
from .bodies import decode, encode
from .front import Visit, headers_of
from .limits import Limits
from .log import log_error
from .refusal import ClientGone, Refusal, of_backend, of_run, too_slow
from .streams import Event

T = TypeVar("T")
JSON = "application/json"
EVENTS = "text/event-stream"
_MUCH = 16_384  # bytes; less is read sooner than a thread takes its turn


class Chunks(Protocol):
    """Writes the events of a backend as chunks of a protocol."""

    def of(self, event: Event) -> Iterator[Any]:
        """The chunks that an event makes."""
        ...

    def end(self) -> Iterator[Any]:
        """What comes last."""
        ...


async def read_body(request: Request, kind: type[T], limits: Limits) -> T:
    """The body of a request. Raises Refusal."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != JSON and not said.endswith("+json"):
        raise Refusal(415, "not_json", f"the body is `{said[:80]}`", f"send it as `{JSON}`")
    return decode(await request.body(), kind, limits)


async def off_the_loop(request: Request, work: Callable[[], T]) -> T:
    """What reads a body into requests: tokenizing much text is done beside the loop, so that nobody waits for it."""
    if len(await request.body()) > _MUCH:
        return await asyncio.to_thread(work)
    return work()


def visit_of(request: Request) -> Visit:
    """What is known of a request by now."""
    return request.scope["state"]["visit"]


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(encode(value), status, headers, JSON)


def refused(error: BaseException) -> Response:
    """The answer to what could not be served; anything unknown is a fault of ours."""
    refusal = as_refusal(error)
    return answer(refusal.as_dict(), refusal.status, headers_of(refusal))


def as_refusal(error: BaseException) -> Refusal:
    """What a client is told of an error."""
    match error:
        case Refusal():
            return error
        case BackendError():
            return of_backend(error)
        case RunError():
            return of_run(error)
        case ClientGone():
            return Refusal(499, "client_gone", "the client went away")
        case _:
            log_error("fault", error)
            return Refusal(500, "SGL3999", "this is a defect of sglc, please report it")


async def while_wanted(request: Request, work: Coroutine[Any, Any, T], within_s: float) -> T:
    """Do some work for a client, as long as it is there. Raises ClientGone, Refusal (504)."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientGone if gone.done() else too_slow(within_s)
    finally:
        await cancel_all([task, gone])


async def as_events(
    request: Request, sent: AsyncGenerator[bytes], within_s: float
) -> StreamingResponse:
    """Server-sent events. What fails before the first of them is an answer of its own: it is raised."""
    first = await while_wanted(request, _first(sent), within_s)
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(_resumed(first, sent), headers=headers, media_type=EVENTS)


def event(value: Any, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + encode(value) + b"\n\n"


def named_event(value: dict[str, Any]) -> bytes:
    """One server-sent event that is named after its own `type`."""
    return event(value, value["type"])


async def chunked(
    events: AsyncGenerator[Event],
    chunks: Chunks,
    enter: Callable[[], Any],
    write: Callable[[Any], bytes] = event,
    last: bytes = b"data: [DONE]\n\n",
) -> AsyncGenerator[bytes]:
    """The events of a backend as a protocol's server-sent events, inside of what `enter` holds, and `last`."""
    async with enter(), aclosing(events):
        async for each in events:
            if said := b"".join(map(write, chunks.of(each))):
                yield said
    yield b"".join(map(write, chunks.end())) + last


async def _first(sent: AsyncIterator[bytes]) -> bytes:
    return await anext(sent)


async def _resumed(first: bytes, sent: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The whole stream again; an error in the middle of it is its last event."""
    async with aclosing(sent):
        yield first
        try:
            async for each in sent:
                yield each
        except Exception as error:
            yield event(as_refusal(error).as_dict())


async def _gone(request: Request) -> None:
    receive: Callable[[], Awaitable[Any]] = request.receive
    while (await receive())["type"] != "http.disconnect":
        pass
