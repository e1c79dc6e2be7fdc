"""Thousands of requests over two keys, with clients that go away and bodies that are none: all get their own answer."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.server.keys import Key, Keys
from sglc.runtime.server.service import Service

from .conftest import running

KEYS = Keys([Key("a", "a" * 20), Key("b", "b" * 20)])
AT_A_TIME = 24
BROKEN: list[bytes] = [
    b"", b"{", b"[]", b"null", b'{"prompt": 5}', b"\xff", b'{"prompt": "a", "n": -1}', b'{"prompt": [99999]}',
    b"[" * 5000,
    b'{"prompt": "a", "max_tokens": 1e99}', b'{"prompt": "a", "temperature": NaN}',
    b'{"prompt": "a", "structured_outputs": {"regex": "("}}',
]  # fmt: skip
PROMPTS = ["the thin king", "another inn", "the theory in the inn, and another"]


@pytest.mark.parametrize(
    "count",
    [pytest.param(300, marks=pytest.mark.slow), pytest.param(10_000, marks=pytest.mark.soak)],
)
def test_many_requests_of_two_callers(make_service: Callable[..., Service], count: int) -> None:
    service = make_service(KEYS)
    with running(service) as url:
        expected = asyncio.run(_expected(url))
        outcomes = asyncio.run(_soak(url, expected, count))
        assert outcomes["wrong"] == outcomes["500"] == 0, outcomes
        assert sum(outcomes.values()) == count
        asyncio.run(_idle(service))
        assert asyncio.run(_expected(url)) == expected, "it still serves as it did"
    backend = service.backend
    assert isinstance(backend, EngineBackend)
    metrics = backend.metrics()
    assert metrics.slots_locked == 0
    assert metrics.slots_held == metrics.slots_cached
    assert (service.gate.inside, service.gate.waiting) == (0, 0)


def _body(prompt: str, **more: Any) -> dict[str, Any]:
    return {"model": "tiny", "prompt": prompt, "max_tokens": 6, "temperature": 0, **more}


def _key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name * 20}"}


async def _expected(url: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        found = [
            await client.post("/v1/completions", json=_body(p), headers=_key("a")) for p in PROMPTS
        ]
    return {
        prompt: each.json()["choices"][0]["text"]
        for prompt, each in zip(PROMPTS, found, strict=True)
    }


async def _soak(url: str, expected: dict[str, str], count: int) -> Counter[str]:
    outcomes, gate, chance = Counter[str](), asyncio.Semaphore(AT_A_TIME), random.Random(5)
    limits = httpx.Limits(max_connections=AT_A_TIME + 4)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:

        async def one(kind: float, name: str, prompt: str, broken: bytes) -> None:
            async with gate:
                outcomes[await _one(client, kind, name, prompt, broken, expected)] += 1

        work = [
            one(chance.random(), chance.choice("ab"), chance.choice(PROMPTS), chance.choice(BROKEN))
            for _ in range(count)
        ]
        await asyncio.gather(*work)
    return outcomes


async def _one(
    client: httpx.AsyncClient,
    kind: float,
    name: str,
    prompt: str,
    broken: bytes,
    expected: dict[str, str],
) -> str:
    """One request of some kind, and what came of it."""
    if kind < 0.15:
        headers = {**_key(name), "content-type": "application/json"}
        status = (await client.post("/v1/completions", content=broken, headers=headers)).status_code
        return "refused" if 400 <= status < 500 else str(status)
    if kind < 0.3:
        return await _given_up(client, name, prompt)
    if kind < 0.35:
        status = (
            await client.post("/v1/completions", json=_body(prompt), headers=_key("x"))
        ).status_code
        return "locked out" if status == 401 else str(status)
    if kind < 0.6:
        return await _streamed(client, name, prompt, expected)
    found = await client.post("/v1/completions", json=_body(prompt), headers=_key(name))
    return _judged(found.status_code, found.json()["choices"][0]["text"], expected[prompt])


async def _given_up(client: httpx.AsyncClient, name: str, prompt: str) -> str:
    body = _body(prompt, max_tokens=400, ignore_eos=True, stream=True)
    async with client.stream("POST", "/v1/completions", json=body, headers=_key(name)) as answer:
        async for _ in answer.aiter_lines():
            break
    return "given up" if answer.status_code == 200 else str(answer.status_code)


async def _streamed(
    client: httpx.AsyncClient, name: str, prompt: str, expected: dict[str, str]
) -> str:
    text = ""
    async with client.stream(
        "POST", "/v1/completions", json=_body(prompt, stream=True), headers=_key(name)
    ) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: {"):
                text += json.loads(line[6:])["choices"][0]["text"]
    return _judged(answer.status_code, text, expected[prompt])


def _judged(status: int, text: str, expected: str) -> str:
    return (
        "right" if (status, text) == (200, expected) else "wrong" if status == 200 else str(status)
    )


async def _idle(service: Service) -> None:
    for _ in range(500):
        if service.gate.inside == 0:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
