"""Servers over a tiny random model, asked in this process without a socket, or over one by real clients."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("fastapi")
uvicorn = pytest.importorskip("uvicorn")

from tiny_models import tiny  # noqa: E402

from sglc.ir.target import ChatTemplate, Target  # noqa: E402
from sglc.runtime.backends.engine import EngineBackend  # noqa: E402
from sglc.runtime.server.app import make_app  # noqa: E402
from sglc.runtime.server.keys import Keys  # noqa: E402
from sglc.runtime.server.limits import Limits  # noqa: E402
from sglc.runtime.server.model import ServedModel  # noqa: E402
from sglc.runtime.server.run import Address, listen, url_of  # noqa: E402
from sglc.runtime.server.service import Service  # noqa: E402

__all__ = ["tiny"]

TEMPLATE = ChatTemplate(
    "{% for m in messages %}<|begin|>{{ m.role }}\n{{ m.content }}"
    "{% for c in m.tool_calls or [] %}[{{ c.function.name }}]{% endfor %}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)


def target_of(folder: Path) -> Target:
    """The tiny model's target, with a chat template."""
    loaded = Target.load(folder)
    return Target("tiny", loaded.tokenizer, TEMPLATE)


@pytest.fixture
def make_service(tiny: Path) -> Iterator[Callable[..., Service]]:
    """Make services over engines that are closed at the end of the test."""
    made: list[EngineBackend] = []

    def make(
        keys: Keys | None = None, options: dict[str, Any] | None = None, **limits: Any
    ) -> Service:
        defaults: dict[str, Any] = {
            "model_path": tiny,
            "dtype": "float32",
            "kv_cache_tokens": 8000,
            "threads": 1,
        }
        made.append(EngineBackend(**{**defaults, **(options or {})}))
        model = ServedModel("tiny", target_of(tiny), 2048, str(tiny), Limits(**limits))
        return Service(made[-1], model, keys or Keys())

    yield make
    for backend in made:
        asyncio.run(backend.close())


@asynccontextmanager
async def client_of(service: Service, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, without a socket between them."""
    transport = httpx.ASGITransport(app=make_app(service), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client


def ask(
    service: Service, method: str, path: str, headers: dict[str, str] | None = None, **sent: Any
) -> httpx.Response:
    """One request and its answer."""

    async def once() -> httpx.Response:
        async with client_of(service) as client:
            return await client.request(method, path, headers=headers, timeout=60, **sent)

    return asyncio.run(once())


def post(service: Service, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    """The JSON of a good answer."""
    found = ask(service, "POST", path, headers, json=body)
    assert found.status_code == 200, found.text
    return found.json()


def events_of(text: str) -> list[Any]:
    """The data of server-sent events; `[DONE]` stays a text."""
    found = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    return [each if each == "[DONE]" else json.loads(each) for each in found]


def streamed(service: Service, path: str, body: Any) -> list[Any]:
    """The events of a good stream, without the mark at its end."""
    found = ask(service, "POST", path, json={**body, "stream": True})
    assert found.status_code == 200, found.text
    *events, last = events_of(found.text)
    assert last == "[DONE]"
    return events


@contextmanager
def running(service: Service, **made: Any) -> Iterator[str]:
    """The address of a server over a socket while it runs, in a thread of its own."""
    listener = listen(Address(port=0))
    config = uvicorn.Config(
        make_app(service, **made), log_config=None, access_log=False, lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
