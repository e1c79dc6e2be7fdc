"""What is sent to OpenAI's API is what the official package's own types say may be sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from fake_servers import OpenAIServer, running
from official_types import Official
from openai.types import completion_create_params as completions
from openai.types.chat import completion_create_params as chats
from pydantic import ValidationError

from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part, Target
from sglc.runtime.backend import (
    BackendError,
    GenRequest,
    PrefillRequest,
    PromptText,
    SelectRequest,
    SharedPlace,
)
from sglc.runtime.backends.openai import OpenAIBackend

TARGET = Target.estimating()
TEXT = "<|im_start|>user\nSay something about rivers.<|im_end|>\n<|im_start|>assistant\n"
TURNS = (("user", "Say something about rivers.", False), ("assistant", "", True))
TEXTS = ("yes", "not at all", "no")


def ids_of(text: str) -> tuple[int, ...]:
    return TARGET.tokenizer.encode((Part(text, True),))


CHOICES = tuple(map(ids_of, TEXTS))


def gen(sampling: Sampling = Sampling(max_tokens=12), **more: Any) -> GenRequest:  # noqa: B008
    return GenRequest(ids_of(TEXT), sampling, (7,), prompt_text=PromptText(TEXT, TURNS), **more)


def ask(
    server: OpenAIServer, question: Callable[[OpenAIBackend], Awaitable[Any]], **options: Any
) -> None:
    """Ask one question of a server that serves as OpenAI does."""

    async def main(backend: OpenAIBackend) -> None:
        await question(backend)
        await backend.close()

    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", TARGET, **options)
        _ = backend.capabilities
        asyncio.run(asyncio.wait_for(main(backend), 20))


CHAT, STREAMED_CHAT = (
    Official(chats.CompletionCreateParamsNonStreaming),
    Official(chats.CompletionCreateParamsStreaming),
)
TEXT_ONLY, STREAMED_TEXT = (
    Official(completions.CompletionCreateParamsNonStreaming),
    Official(completions.CompletionCreateParamsStreaming),
)
SAMPLINGS = [
    Sampling(max_tokens=5),
    Sampling(max_tokens=-1, temperature=0.7, top_p=0.9, stop=("a", "b", "c", "d", "e")),
    Sampling(max_tokens=5, frequency_penalty=0.5, presence_penalty=-0.5, logprobs=True),
    Sampling(max_tokens=5, temperature=1.0, seed=2**40),
]
CONSTRAINTS = [
    None,
    Constraint("type", "int"),
    Constraint("type", '{a: list[str], b: "x" | "y", c: float?}'),
    Constraint("json", '{"type": "object", "properties": {"a": {"type": "string"}}}', "free"),
]


def checked(body: dict[str, Any], path: str) -> None:
    is_chat, is_streamed = path.endswith("/chat/completions"), bool(body.get("stream"))
    kinds = (CHAT, STREAMED_CHAT) if is_chat else (TEXT_ONLY, STREAMED_TEXT)
    kinds[is_streamed].check(body)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("dialect", ["openai", "hosted"])
def test_a_chat(dialect: str, sampling: Sampling, constraint: Any, stream: bool) -> None:
    server = OpenAIServer(TARGET, owner="system")
    listen = (lambda sample, ids: None) if stream else None
    request = gen(sampling, constraint=constraint, on_tokens=listen)
    ask(server, lambda b: b.generate(request), chat=True, dialect=dialect)
    assert server.asked
    for path, body in server.asked:
        checked(body, path)


@pytest.mark.parametrize("sampling", [each for each in SAMPLINGS if each.max_tokens >= 0])
@pytest.mark.parametrize("stream", [False, True])
def test_a_completion(sampling: Sampling, stream: bool) -> None:
    server = OpenAIServer(TARGET, owner="system")
    listen = (lambda sample, ids: None) if stream else None
    ask(server, lambda b: b.generate(gen(sampling, on_tokens=listen)))
    for path, body in server.asked:
        checked(body, path)


def test_a_choice_and_a_score() -> None:
    request = SelectRequest(
        gen().ids, CHOICES, prompt_text=PromptText(TEXT, TURNS), choice_texts=TEXTS
    )
    for is_chat in (False, True):
        server = OpenAIServer(TARGET, owner="system")
        ask(server, lambda b: b.select(request), chat=is_chat)
        for path, body in server.asked:
            checked(body, path)


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("regex", r"[ab]{3}\d"),
        Constraint("grammar", 'root ::= two [ab] digit\ntwo ::= [ab]{2}\ndigit ::= "0" | [1-9]'),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_pattern_is_that_of_a_tool_s_input(stream: bool, constraint: Constraint) -> None:
    """OpenAI's own service holds nothing else to one; a chat of which that is not known refuses the pattern."""
    server = OpenAIServer(TARGET, owner="system")
    listen = (lambda sample, ids: None) if stream else None
    request = gen(constraint=constraint, on_tokens=listen)
    said: list[str] = []

    async def question(backend: OpenAIBackend) -> None:
        assert "regex" in backend.capabilities.constraints
        (done,) = (await backend.generate(request)).completions
        said.append(done.text)

    ask(server, question, chat=True, dialect="hosted")
    ((path, body),) = server.asked
    checked(body, path)
    assert not body.get("stream")
    assert re.fullmatch(r"[ab]{3}\d", said[0])
    with pytest.raises(BackendError, match="can't promise"):
        ask(server, lambda b: b.generate(request), chat=True, dialect="openai")


def test_a_grammar_that_no_pattern_says_is_refused_by_name() -> None:
    server = OpenAIServer(TARGET, owner="system")
    request = gen(constraint=Constraint("grammar", 'root ::= "(" root ")" | "x"'))
    with pytest.raises(BackendError, match="comes back to itself") as refused:
        ask(server, lambda b: b.generate(request), chat=True, dialect="hosted")
    assert refused.value.code == "3102"
    assert server.asked == []


def test_a_warm_up() -> None:
    server = OpenAIServer(TARGET)
    ask(server, lambda b: b.prefill(PrefillRequest(gen().ids)))
    ((path, body),) = server.asked
    checked(body, path)


@pytest.mark.parametrize(
    "change",
    [{"max_tokens": "many"}, {"top_k": 5}, {"messages": [{"role": "user"}]}, {"stop": 3}],
)
def test_what_the_types_do_not_say_fails(change: dict[str, Any]) -> None:
    good = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 3}
    CHAT.check(good)
    with pytest.raises((AssertionError, ValidationError)):
        CHAT.check(good | change)


def test_what_has_no_word_there_is_never_sent() -> None:
    server = OpenAIServer(TARGET, owner="system")
    with pytest.raises(BackendError):
        ask(server, lambda b: b.generate(gen(Sampling(min_p=0.1))), chat=True)
    assert server.asked == []


def test_calls_that_share_a_prefix_carry_the_same_key() -> None:
    server = OpenAIServer(TARGET, owner="system")
    turns = (("user", "A long text. Who?", False), ("assistant", "", True))
    place = SharedPlace(0, 12, 2000, 3)

    async def three(backend: OpenAIBackend) -> None:
        for end in ("Who?", "Why?"):
            shown = (("user", f"A long text. {end}", False), turns[1])
            text = PromptText(TEXT, shown, (place,))
            await backend.generate(replace(gen(), prompt_text=text))
        await backend.generate(gen())

    ask(server, three, chat=True, dialect="hosted")
    keys = [body.get("prompt_cache_key") for _, body in server.asked]
    assert keys[0]
    assert keys == [keys[0], keys[0], None]
    for path, body in server.asked:
        checked(body, path)
