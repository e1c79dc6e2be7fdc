"""The backend for Anthropic's API, against a service with its cache's rules; bodies are held to the official types."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from fake_anthropic import AnthropicServer
from fake_servers import running
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part, Target
from sglc.ir.target.rules import rules_for
from sglc.runtime.backend import (
    BackendError,
    GenRequest,
    PromptText,
    SelectRequest,
    SharedPlace,
)
from sglc.runtime.backends.anthropic import AnthropicBackend
from sglc.runtime.backends.anthropic_requests import Blocks
from sglc.runtime.backends.breakpoints import choose_places

TARGET = Target.estimating()
RULES = rules_for("anthropic")
T = TypeVar("T")
TURNS = (
    ("system", "Be brief.", False),
    ("user", "Say something about rivers.", False),
    ("assistant", "", True),
)


def ids_of(text: str) -> tuple[int, ...]:
    return TARGET.tokenizer.encode((Part(text, True),))


def ask(
    server: AnthropicServer,
    question: Callable[[AnthropicBackend], Awaitable[T]],
    model: str = "claude-opus-4-8",
    **options: Any,
) -> T:
    """The answer to one question, the backend closed after it."""

    async def main(url: str) -> T:
        backend = AnthropicBackend(TARGET, model=model, base_url=url, **options)
        try:
            return await question(backend)
        finally:
            await backend.close()

    with running(server) as url:
        return asyncio.run(asyncio.wait_for(main(url), 20))


def gen(sampling: Sampling = Sampling(max_tokens=12), **more: Any) -> GenRequest:  # noqa: B008
    more.setdefault("prompt_text", PromptText("", TURNS))
    return GenRequest(ids_of("Say something about rivers."), sampling, (7,), **more)


def test_turns_go_as_blocks_and_system_turns_apart() -> None:
    server = AnthropicServer(TARGET)
    ask(server, lambda b: b.generate(gen()), api_key="sk-ant-123456")
    ((path, body),) = server.asked
    assert path == "/v1/messages"
    assert body == {
        "model": "claude-opus-4-8",
        "max_tokens": 12,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Say something about rivers."}]}
        ],
    }
    assert server.headers[0]["x-api-key"] == "sk-ant-123456"
    assert server.headers[0]["anthropic-version"]


def test_a_stream_says_the_same() -> None:
    seen: list[int] = []
    whole = ask(AnthropicServer(TARGET), lambda b: b.generate(gen()))
    request = gen(on_tokens=lambda sample, ids: seen.extend(ids))
    streamed = ask(AnthropicServer(TARGET), lambda b: b.generate(request))
    assert streamed.completions == whole.completions
    assert TARGET.tokenizer.decode(seen) == whole.completions[0].text
    assert streamed.usage.prompt == whole.usage.prompt


@pytest.mark.parametrize(
    ("constraint", "pattern"),
    [
        (Constraint("type", "int"), r"-?\d+"),
        (Constraint("type", '"yes" | "no"'), "yes|no"),
        (Constraint("type", "{a: bool}"), r'\{"a": (true|false)\}'),
        (Constraint("json", '{"type": "boolean"}'), "true|false"),
    ],
)
def test_types_are_asked_for_as_a_schema(constraint: Constraint, pattern: str) -> None:
    server = AnthropicServer(TARGET)
    request = gen(Sampling(max_tokens=200), constraint=constraint)
    (done,) = ask(server, lambda b: b.generate(request)).completions
    assert re.fullmatch(pattern, done.text)
    assert server.asked[0][1]["output_config"]["format"]["type"] == "json_schema"


def test_a_choice_is_an_answer() -> None:
    texts = ("yes", "no")
    request = SelectRequest(
        ids_of("x"),
        tuple(map(ids_of, texts)),
        prompt_text=PromptText("", TURNS),
        choice_texts=texts,
    )
    assert ask(AnthropicServer(TARGET), lambda b: b.select(request)).chosen in (0, 1)
    deaf = AnthropicServer(TARGET, answers=["perhaps"])
    with pytest.raises(BackendError, match="none of the choices"):
        ask(deaf, lambda b: b.select(request))


def test_a_turn_that_has_begun_is_continued_by_older_models() -> None:
    begun = PromptText("", (*TURNS[:2], ("assistant", "It is", True)))
    server = AnthropicServer(TARGET)
    ask(server, lambda b: b.generate(gen(prompt_text=begun)), model="claude-sonnet-4-5")
    assert server.asked[0][1]["messages"][-1]["role"] == "assistant"

    async def can(backend: AnthropicBackend) -> bool:
        return backend.capabilities.continues

    models = ("claude-3-haiku", "claude-sonnet-4-5", "claude-opus-4-6", "claude-opus-5", "claude-x")
    found = [ask(AnthropicServer(TARGET), can, model=model) for model in models]
    assert found == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 0.5}, "how to sample"),
        ({"seed": 3}, "how to sample"),
        ({"top_p": 0.5}, "`top_p`"),
        ({"min_tokens": 3}, "`min_tokens`"),
        ({"logprobs": True}, "`logprobs`"),
    ],
)
def test_what_has_no_word_there_is_an_error(changes: dict[str, Any], message: str) -> None:
    server = AnthropicServer(TARGET)
    request = gen(Sampling(max_tokens=4, **changes))
    with pytest.raises(BackendError, match=message) as caught:
        ask(server, lambda b: b.generate(request))
    assert caught.value.code == "3104"
    assert server.asked == []


@pytest.mark.parametrize(
    ("turns", "message"),
    [((), "raw completion"), ((TURNS[1], TURNS[0], TURNS[1]), "system turn behind")],
)
def test_turns_that_can_t_be_said(turns: Any, message: str) -> None:
    with pytest.raises(BackendError, match=message):
        ask(AnthropicServer(TARGET), lambda b: b.generate(gen(prompt_text=PromptText("", turns))))


def test_stops_of_white_space_alone_are_applied_here() -> None:
    server = AnthropicServer(TARGET, answers=["one\ntwo"])
    request = gen(Sampling(max_tokens=12, stop=("\n", "zz")))
    (done,) = ask(server, lambda b: b.generate(request)).completions
    assert done.text == "one"
    assert server.asked[0][1]["stop_sequences"] == ["zz"]


# --- marks ----------------------------------------------------------------------------------------

TEXT = "A long text that many questions are asked about. " * 12
PLACE = SharedPlace(1, len(TEXT), 2000, 3)


def marked(body: Any) -> list[str]:
    """The ends of the blocks that are marked."""
    blocks = [*body.get("system", []), *(b for m in body["messages"] for b in m["content"])]
    return [block["text"][-12:] for block in blocks if "cache_control" in block]


def test_a_place_that_others_share_is_marked_and_found_there() -> None:
    server = AnthropicServer(TARGET)

    def about(question: str) -> GenRequest:
        turns = (TURNS[0], ("user", TEXT + question, False))
        return gen(prompt_text=PromptText("", turns, (PLACE,)))

    async def three(backend: AnthropicBackend) -> list[Any]:
        return [await backend.generate(about(q)) for q in ("Who?", "When?", "Why?")]

    replies = ask(server, three)
    assert all(marked(body) == [TEXT[-12:]] for _, body in server.asked)
    assert [bool(reply.usage.cached) for reply in replies] == [False, True, True]


def test_calls_that_come_together_wait_for_the_first() -> None:
    server = AnthropicServer(TARGET)

    async def together(backend: AnthropicBackend) -> list[Any]:
        texts = [
            PromptText("", (TURNS[0], ("user", f"{TEXT}Question {n}?", False)), (PLACE,))
            for n in range(6)
        ]
        return await asyncio.gather(*(backend.generate(gen(prompt_text=text)) for text in texts))

    replies = ask(server, together)
    assert sum(not reply.usage.cached for reply in replies) == 1


def test_a_leader_that_fails_hands_on() -> None:
    server = AnthropicServer(TARGET, failures=[400])

    async def together(backend: AnthropicBackend) -> list[Any]:
        text = PromptText("", (TURNS[0], ("user", f"{TEXT}Why?", False)), (PLACE,))
        calls = (backend.generate(gen(prompt_text=text)) for _ in range(3))
        return await asyncio.gather(*calls, return_exceptions=True)

    replies = ask(server, together)
    assert sum(isinstance(reply, BackendError) for reply in replies) == 1
    assert len(server.asked) == 3


def test_static_prefixes_may_be_kept_longer() -> None:
    static = SharedPlace(0, 9, 1500, 9, is_static=True)
    server = AnthropicServer(TARGET)
    turns = (TURNS[0], ("user", TEXT + "Why?", False))
    text = PromptText("", turns, (static, PLACE))
    ask(server, lambda b: b.generate(gen(prompt_text=text)), lifetime="1h")
    body = server.asked[0][1]
    assert body["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}


def block(place: SharedPlace) -> int:
    return place.turn


def at(turn: int, tokens: int, reads: int = 0, is_read: bool = False) -> SharedPlace:
    return SharedPlace(turn, 1, tokens, reads, is_read=is_read)


@pytest.mark.parametrize(
    ("places", "chosen"),
    [
        ([at(0, 900, 5)], []),  # below the minimum
        ([at(0, 2000, 1)], [0]),
        ([at(0, 2000, 0)], []),  # nobody reads it
        ([at(0, 2000, 0, True)], [0]),  # nobody will, but it is read now
        ([at(0, 2000, 0, True), at(5, 4000, 2)], [5]),  # found from the mark behind it
        ([at(0, 2000, 0, True), at(21, 4000, 2)], [0, 21]),  # too far before it
        ([at(n, 2000 * (n + 1), 9 - n) for n in range(8)], [0, 1, 2, 3]),
    ],
)
def test_which_places_are_marked(places: list[SharedPlace], chosen: list[int]) -> None:
    found = choose_places(RULES, "claude-opus-4-8", places, block)
    if len(places) < 8:
        assert [place.turn for place in found] == chosen
    else:
        assert len(found) == 4


def test_a_smaller_minimum_of_the_model_counts() -> None:
    assert choose_places(RULES, "claude-opus-5", [at(0, 600, 5)], block)
    assert not choose_places(RULES, "claude-opus-4-5", [at(0, 3000, 5)], block)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 9000), st.integers(0, 6), st.booleans()),
        max_size=12,
    )
)
def test_the_rules_hold_whatever_the_places(given_places: list[tuple[int, int, int, bool]]) -> None:
    ordered = sorted(given_places)
    turns, tokens = sorted(p[0] for p in ordered), sorted(p[1] for p in ordered)
    places = [at(t, n, p[2], p[3]) for t, n, p in zip(turns, tokens, ordered, strict=True)]
    found = choose_places(RULES, "claude-opus-4-8", places, block)
    assert len(found) <= 4
    assert all(place.tokens >= 1024 for place in found)
    written = [place for place in places if place.is_read and place.tokens >= 1024]
    if written:
        last = written[-1]
        assert any(0 <= mark.turn - last.turn <= 20 for mark in found)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("ab \n", max_size=12), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=8),
)
def test_blocks_are_the_text_and_none_is_blank(
    texts: list[str], cuts: list[tuple[int, int]]
) -> None:
    turns = [("user", text, False) for text in texts]
    places = [SharedPlace(n, min(at_, len(texts[n])), 1, 1) for n, at_ in cuts if n < len(texts)]
    blocks = Blocks(turns, sorted(set(places), key=lambda p: (p.turn, p.offset))).marked({})
    assert ["".join(block["text"] for block in shown) for shown in blocks] == texts
    for text, shown in zip(texts, blocks, strict=True):
        assert all(block["text"].strip() for block in shown) or not text.strip()
