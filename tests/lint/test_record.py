"""Recording: a client's requests as a log, without keys."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fake_servers import OpenAIServer, running

from sglc import recorded
from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint
from sglc.ir.target import Target

REPLY = {
    "id": "x",
    "choices": [],
    "usage": {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}},
}
BODY = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Where?"}]}
URL = "https://models.example.org/v1/chat/completions"


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=REPLY)


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_client_of_httpx(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    with recorded(httpx.Client(transport=httpx.MockTransport(answer)), log) as client:
        assert (
            client.post(URL, json=BODY, headers={"authorization": "Bearer secret"}).json() == REPLY
        )
        client.get("https://models.example.org/v1/models")
    (entry,) = lines(log)
    assert entry["request"] == BODY
    assert entry["usage"] == REPLY["usage"]
    assert "secret" not in log.read_text()


def test_the_same_for_asyncio(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"

    async def ask() -> None:
        async with recorded(
            httpx.AsyncClient(transport=httpx.MockTransport(answer)), log
        ) as client:
            await client.post(URL, json=BODY)

    asyncio.run(ask())
    assert len(lines(log)) == 1


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(OpenAIServer(Target.estimating())) as url:
        yield f"{url}/v1"


def test_a_client_of_openai_in_one_line(tmp_path: Path, server: str) -> None:
    """As it makes its own client, whichever library it stands on."""
    openai = pytest.importorskip("openai")
    log = tmp_path / "calls.jsonl"
    client = recorded(openai.OpenAI(api_key="secret", base_url=server), log)
    for n in range(4):
        head = f"It is 10:0{n}. " + "Keep to the rules. " * 60
        client.chat.completions.create(
            model="small",
            max_tokens=1,
            messages=[{"role": "system", "content": head}, {"role": "user", "content": "?"}],
        )
    assert [f.code for f in lint([log], Config()).findings] == ["PFX101"]
    assert "secret" not in log.read_text()


def test_the_same_of_openai_for_asyncio(tmp_path: Path, server: str) -> None:
    openai = pytest.importorskip("openai")
    log = tmp_path / "calls.jsonl"

    async def ask() -> None:
        async with recorded(openai.AsyncOpenAI(api_key="secret", base_url=server), log) as client:
            await client.completions.create(model="small", max_tokens=1, prompt="Where?")

    asyncio.run(ask())
    assert [entry["request"]["prompt"] for entry in lines(log)] == ["Where?"]  # type: ignore[index]


def test_other_clients_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no client of httpx"):
        recorded(object(), tmp_path / "calls.jsonl")
