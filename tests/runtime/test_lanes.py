"""Connections: one for each request under way, used again, closed when too many are at rest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sglc.runtime.backend import BackendError
from sglc.runtime.transport import lanes
from sglc.runtime.transport.policy import Policy
from sglc.runtime.transport.server import Server

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Counting:
    """A server that keeps its connections, and counts them."""

    def __init__(self) -> None:
        self.opened = self.closed = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        while head := await _head(reader):
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )  # fmt: skip
            await reader.readexactly(length)
            await asyncio.sleep(0.01)
            writer.write(ANSWER)
        self.closed += 1
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def ask(question: Callable[[Server, Counting], Awaitable[None]]) -> Counting:
    counting = Counting()

    async def main() -> None:
        listening = await asyncio.start_server(counting.answer, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        server = Server(f"http://127.0.0.1:{port}", policy=Policy(tries=1))
        await question(server, counting)
        await server.close()
        await asyncio.sleep(0.05)
        listening.close()

    asyncio.run(asyncio.wait_for(main(), 30))
    return counting


async def post(server: Server) -> None:
    assert await server.post("/x", {"a": 1}, dict[str, Any]) == {}


def test_one_after_the_other_has_one_connection() -> None:
    async def question(server: Server, counting: Counting) -> None:
        for _ in range(5):
            await post(server)
        assert counting.opened == 1

    counting = ask(question)
    assert (counting.opened, counting.closed) == (1, 1)


def test_as_many_as_are_under_way_and_all_are_closed() -> None:
    async def question(server: Server, counting: Counting) -> None:
        for _ in range(3):
            await asyncio.gather(*(post(server) for _ in range(12)))
        assert counting.opened == 12

    assert ask(question).closed == 12


def test_too_many_at_rest_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_AT_REST", 3)

    async def question(server: Server, counting: Counting) -> None:
        await asyncio.gather(*(post(server) for _ in range(8)))
        await asyncio.sleep(0.05)
        assert counting.closed == 5
        await asyncio.gather(*(post(server) for _ in range(3)))
        assert counting.opened == 8

    ask(question)


def test_a_call_that_is_given_up_leaves_its_lane_usable() -> None:
    async def question(server: Server, _: Counting) -> None:
        task = asyncio.ensure_future(post(server))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await post(server)

    assert ask(question).opened == 2


@pytest.mark.parametrize("steps", range(24))
def test_a_call_given_up_at_any_step_holds_nobody_up(steps: int) -> None:
    async def question(server: Server, _: Counting) -> None:
        task = asyncio.ensure_future(post(server))
        for _step in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(post(server), 20)

    assert ask(question).opened >= 1


def test_a_deadline_at_any_moment_holds_nobody_up() -> None:
    async def question(server: Server, counting: Counting) -> None:
        for tenths in range(40):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(post(server), tenths / 10_000)
            await asyncio.wait_for(post(server), 20)
        assert counting.opened >= 1

    ask(question)


def test_after_the_end_nobody_asks() -> None:
    async def question(server: Server, _: Counting) -> None:
        await post(server)
        await server.close()
        with pytest.raises(BackendError) as closed:
            await post(server)
        assert closed.value.code == "3106"

    ask(question)
