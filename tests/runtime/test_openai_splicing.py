"""Values of declared types on a server that tells the next token's alternatives: asked for in parts, of their type."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fake_servers import OpenAIServer, running

from sglc.ir.constrained.shape import parse_output
from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part, Target
from sglc.ir.types import parse_type
from sglc.runtime.backend import GenReply, GenRequest
from sglc.runtime.backends.constraints import characters_of
from sglc.runtime.backends.openai import OpenAIBackend

TARGET = Target.estimating()
PROMPT = TARGET.tokenizer.encode((Part("A note about a lease. As JSON: ", True),))
TYPES = [
    '{kind: "report" | "contract", urgent: bool, pages: int, subject: str}',
    '{pages: int?, subject: str?, seen: bool}',
    '{items: list[{name: str, price: float}], total: float}',
    '{inner: {kind: "a" | "ab" | "abc"}, last: str}',
    '{one: "no" | "not now" | "now"}',
    '"yes" | "no" | "perhaps"',
    '"a" | "ab" | "b"',
    "list[bool]",
    "bool",
]  # fmt: skip


def request(kind: str, style: Any = "spliced", **sampling: Any) -> GenRequest:
    asked = Sampling(max_tokens=3000).merged(**sampling)
    return GenRequest(PROMPT, asked, (7,), Constraint("type", kind, style))


def ask(server: OpenAIServer, *requests: GenRequest) -> list[GenReply]:
    async def main(url: str) -> list[GenReply]:
        backend = OpenAIBackend(f"{url}/v1", TARGET)
        _ = backend.capabilities
        found = [await backend.generate(each) for each in requests]
        await backend.close()
        return found

    with running(server) as url:
        return asyncio.run(asyncio.wait_for(main(url), 60))


@pytest.mark.parametrize("kind", TYPES)
def test_the_value_is_of_its_type(kind: str) -> None:
    (reply,) = ask(OpenAIServer(TARGET), request(kind))
    (done,) = reply.completions
    parse_output(parse_type(kind), done.text)
    assert done.finish != "length"
    assert TARGET.tokenizer.decode(done.kept) == done.text
    assert done.fed is None or 0 <= done.fed < max(1, len(done.ids))


def test_keys_and_punctuation_are_never_decoded() -> None:
    """What is one of some texts is one token; the others are decoded under patterns of their own."""
    server = OpenAIServer(TARGET)
    (reply,) = ask(server, request(TYPES[0]))
    asked = [body for _, body in server.asked]
    patterns = [
        body["structured_outputs"]["regex"] for body in asked if "structured_outputs" in body
    ]
    assert len(patterns) == 2
    assert not any("pages" in pattern or "subject" in pattern for pattern in patterns)
    assert all(body["max_tokens"] == 1 for body in asked if "structured_outputs" not in body)
    assert reply.usage.forced > 0


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [("[1-9]", "123456789"), ("[abc]", "abc"), (r"\d", "0123456789"), ("a|b", "ab"), ("x", "x")],
)
def test_one_of_a_few_characters_is_one_token_without_a_pattern(
    pattern: str, characters: str
) -> None:
    server = OpenAIServer(TARGET)
    asked = GenRequest(PROMPT, Sampling(max_tokens=4), (7,), Constraint("regex", pattern))
    (reply,) = ask(server, asked)
    (done,) = reply.completions
    assert done.text in characters
    assert done.text
    assert done.finish == "eos"
    assert not any("structured_outputs" in body for _, body in server.asked)
    assert len(server.asked) <= 1


@pytest.mark.parametrize("pattern", ["[1-9][0-9]?", "ab|cd", "[^a]", ".", "[1-9]*"])
def test_what_may_be_longer_or_of_many_tokens_is_decoded_under_its_pattern(pattern: str) -> None:
    server = OpenAIServer(TARGET)
    ask(server, GenRequest(PROMPT, Sampling(max_tokens=4), (7,), Constraint("regex", pattern)))
    (body,) = (body for _, body in server.asked)
    assert body["structured_outputs"] == {"regex": pattern}


def test_characters_that_may_be_several_tokens_are_not_asked_for_as_one() -> None:
    assert characters_of("[à-é]") is None
    assert characters_of("[a-é]") is None
    assert characters_of("(") is None


def test_every_prompt_continues_the_one_before() -> None:
    """So the server finds it in its cache."""
    server = OpenAIServer(TARGET)
    ask(server, request(TYPES[0]))
    prompts = [tuple(body["prompt"]) for _, body in server.asked]
    assert all(prompt[: len(PROMPT)] == PROMPT for prompt in prompts)
    assert prompts == sorted(prompts, key=len)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, sampling=r.sampling.merged(temperature=0.7)),
        lambda r: replace(r, sampling=r.sampling.merged(logprobs=True)),
        lambda r: replace(r, sampling=r.sampling.merged(repetition_penalty=1.2)),
        lambda r: replace(r, on_tokens=lambda *_: None),
        lambda r: replace(r, seeds=(1, 2)),
        lambda r: replace(r, constraint=replace(r.constraint, style="canonical")),
    ],
    ids=["sampled", "watched", "penalised", "streamed", "several", "not marked"],
)
def test_what_is_about_single_tokens_is_asked_for_whole(
    change: Callable[[GenRequest], GenRequest],
) -> None:
    server = OpenAIServer(TARGET)
    changed = change(request(TYPES[0]))
    ask(server, changed)
    assert len(server.asked) == len(changed.seeds)
    assert all("kind" in body["structured_outputs"]["regex"] for _, body in server.asked)


def test_a_server_that_passes_named_tokens_over_is_asked_for_the_whole_from_then_on() -> None:
    server = OpenAIServer(TARGET, names_next=False)
    first, second = ask(server, request(TYPES[0]), request(TYPES[0]))
    assert json.loads(first.completions[0].text) == json.loads(second.completions[0].text)
    assert len(server.asked) == 3


@pytest.mark.parametrize("most", range(1, 40, 3))
def test_an_answer_ends_within_its_budget(most: int) -> None:
    (reply,) = ask(OpenAIServer(TARGET), request(TYPES[0], max_tokens=most))
    (done,) = reply.completions
    assert len(done.ids) <= most
    if done.finish == "length":
        with pytest.raises(ValueError, match=r".*"):
            parse_output(parse_type(TYPES[0]), done.text)
    else:
        parse_output(parse_type(TYPES[0]), done.text)
