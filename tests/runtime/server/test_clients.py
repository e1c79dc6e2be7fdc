"""Clients that others wrote, over a socket: the official one here, those that bring much with them where they are.

`SGLC_CLIENT_SGLANG`, `SGLC_CLIENT_LANGCHAIN`, `SGLC_CLIENT_DSPY` and `SGLC_CLIENT_VLLM` name the Python that has each.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sglc.runtime.server.service import Service

from .conftest import running
from .test_chat import TURNS, WEATHER

openai = pytest.importorskip("openai")
pydantic = pytest.importorskip("pydantic")
CLIENTS = Path(__file__).parent / "clients"


@pytest.fixture
def client(make_service: Callable[..., Service]) -> Iterator[Any]:
    """The official client of a running server."""
    with (
        running(make_service()) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        yield client


def test_models_and_completions(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["tiny"]
    asked = {"model": "tiny", "prompt": "the thin king", "max_tokens": 12, "temperature": 0}
    whole = client.completions.create(**asked, logprobs=1)
    assert isinstance(whole.usage.prompt_tokens_details.cached_tokens, int)
    text = "".join(
        chunk.choices[0].text for chunk in client.completions.create(**asked, stream=True)
    )
    assert text == whole.choices[0].text
    shaped = client.completions.create(
        **asked, extra_body={"structured_outputs": {"regex": "[ab]{3}"}}
    )
    assert len(shaped.choices[0].text) == 3


def test_chats_streams_and_errors(client: Any) -> None:
    asked: dict[str, Any] = {
        "model": "tiny",
        "messages": TURNS,
        "max_tokens": 20,
        "seed": 1,
        "n": 2,
    }
    whole = client.chat.completions.create(**asked, logprobs=True, top_logprobs=2)
    assert len(whole.choices) == 2
    assert whole.choices[0].logprobs.content[0].top_logprobs
    chunks = list(client.chat.completions.create(**{**asked, "n": 1}, stream=True))
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == whole.choices[0].message.content
    with pytest.raises(openai.NotFoundError, match="no model"):
        client.chat.completions.create(model="other", messages=TURNS)
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="tiny", messages=TURNS, temperature=-1)
    assert refused.value.param == "temperature"
    assert refused.value.request_id


def test_values_of_a_type_and_calls_of_tools(client: Any) -> None:
    class Fact(pydantic.BaseModel):
        sunny: bool

    parsed = client.chat.completions.parse(
        model="tiny", messages=TURNS, response_format=Fact, max_tokens=60
    )
    assert isinstance(parsed.choices[0].message.parsed, Fact)
    choice = {"type": "function", "function": {"name": "weather"}}
    asked = {
        "model": "tiny",
        "messages": TURNS,
        "tools": [WEATHER],
        "tool_choice": choice,
        "max_tokens": 60,
    }
    (call,) = client.chat.completions.create(**asked).choices[0].message.tool_calls
    assert set(json.loads(call.function.arguments)) == {"sunny"}
    with client.chat.completions.stream(**asked) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.tool_calls[0].function.name == "weather"


def test_responses(client: Any) -> None:
    class Fact(pydantic.BaseModel):
        sunny: bool

    asked = {"model": "tiny", "input": "the thin king?", "max_output_tokens": 16, "temperature": 0}
    whole = client.responses.create(**asked)
    assert whole.output_text
    shaped = {**asked, "max_output_tokens": 60, "text_format": Fact}
    with client.responses.stream(**shaped) as stream:
        deltas = "".join(each.delta for each in stream if each.type == "response.output_text.delta")
        assert stream.get_final_response().output_text == deltas
    parsed = client.responses.parse(model="tiny", input="a", text_format=Fact, max_output_tokens=60)
    assert isinstance(parsed.output_parsed, Fact)
    said = [{"role": "user", "content": "a"}, *whole.output, {"role": "user", "content": "b"}]
    assert (
        client.responses.create(model="tiny", input=said, max_output_tokens=4).usage.input_tokens
        > 0
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["sglang_frontend", "langchain_client", "dspy_client", "vllm_bench"]
)
def test_a_client_of_others(make_service: Callable[..., Service], name: str) -> None:
    variable = f"SGLC_CLIENT_{name.partition('_')[0].upper()}"
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"`{variable}` names no Python that has it")
    with running(make_service()) as url:
        script = str(CLIENTS / f"{name}.py")
        done = subprocess.run(
            [python, script, url], capture_output=True, text=True, timeout=300, check=False
        )
    assert done.stdout.splitlines()[-1:] == ["fine"], done.stderr[-3000:]
