"""How much of a server's time goes into HTTP and JSON: one run, the time of its threads taken apart.

    python benchmarks/serving.py [--clients 32] [--tokens 64] [--requests 96]

Clients in a process of their own send chats with a shared system prompt, half of them streamed. The share is the
processor time of the server's loop (HTTP, JSON, tokenizing, templates, streams) in that of the whole process.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import threading
import time
from typing import Any

import httpx
import uvicorn

from sglc.compiler.driver.targets import choose_target
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.server.app import make_app
from sglc.runtime.server.model import ServedModel
from sglc.runtime.server.run import Address, listen, url_of
from sglc.runtime.server.service import Service

SYSTEM = "You answer questions about harbours, ships and tides. " * 20


def main() -> None:
    """Serve, be asked, and print what it took."""
    options = _options()
    choice = choose_target(options.model)
    assert choice.folder is not None
    backend = EngineBackend(model_path=choice.folder)
    service = Service(
        backend, ServedModel("model", choice.target, choice.context, str(choice.folder))
    )
    server = _Served(service)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(_ask, (server.url, 4, 4, 4))  # everything is loaded
        _report("streamed", pool, server, options, options.requests, 1.0)
        _report("whole", pool, server, options, options.requests, 0.0)
    server.stop()


class _Served:
    """A server in a thread of its own, whose processor time is known."""

    def __init__(self, service: Service) -> None:
        listener = listen(Address(port=0))
        self.url, self._service = url_of(listener), service
        config = uvicorn.Config(make_app(service), log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._clock = 0
        self._thread = threading.Thread(target=self._run, args=(listener,))
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def _run(self, listener: Any) -> None:
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._server.run(sockets=[listener])

    def loop_s(self) -> float:
        """Processor time of the loop so far."""
        return time.clock_gettime(self._clock)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join()


def _report(
    what: str, pool: Any, server: _Served, options: Any, requests: int, streamed: float
) -> None:
    loop, process, wall = server.loop_s(), time.process_time(), time.perf_counter()
    tokens = pool.apply(_ask, (server.url, options.clients, requests, options.tokens, streamed))
    loop, process, wall = (
        server.loop_s() - loop,
        time.process_time() - process,
        time.perf_counter() - wall,
    )
    share = 100 * loop / process
    print(
        f"{what}: {requests} requests, {tokens} tokens in {wall:.1f} s; loop {loop:.2f} s of {process:.1f} s "
        f"({share:.1f}% of the process, {100 * loop / wall:.1f}% of the wall), "
        f"{1e3 * loop / requests:.2f} ms a request, {1e6 * loop / max(tokens, 1):.0f} us a token"
    )


def _ask(url: str, clients: int, requests: int, tokens: int, streamed: float = 0.5) -> int:
    """Send requests from so many clients; how many tokens came."""
    return asyncio.run(_all(url, clients, requests, tokens, streamed))


async def _all(url: str, clients: int, requests: int, tokens: int, streamed: float) -> int:
    gate = asyncio.Semaphore(clients)
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, timeout=600, limits=limits) as client:

        async def one(number: int) -> int:
            async with gate:
                return await _one(client, number, tokens, number % 100 < streamed * 100)

        return sum(await asyncio.gather(*map(one, range(requests))))


async def _one(client: httpx.AsyncClient, number: int, tokens: int, stream: bool) -> int:
    turns = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"Question {number}: how deep?"},
    ]
    body = {
        "messages": turns,
        "max_tokens": tokens,
        "ignore_eos": True,
        "temperature": 0,
        "stream": stream,
    }
    if not stream:
        answer = await client.post("/v1/chat/completions", json=body)
        return answer.json()["usage"]["completion_tokens"]
    count = 0
    async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        async for line in answer.aiter_lines():
            count += line.startswith("data: {")
    assert count > 1
    return tokens


def _options() -> Any:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--requests", type=int, default=96)
    parser.add_argument("--tokens", type=int, default=64)
    return parser.parse_args()


if __name__ == "__main__":
    main()
