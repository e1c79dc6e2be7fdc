"""The backend for OpenAI's API, against servers that speak as vLLM, as OpenAI and as a chat."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from fake_servers import OpenAIServer, running

from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part, Target
from sglc.runtime.backend import BackendError, GenRequest, PrefillRequest, PromptText, SelectRequest
from sglc.runtime.backends.answer_schemas import answer_schema
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.transport.policy import Policy

TARGET = Target.estimating()
AT_ONCE = Policy(tries=3, first_delay=0.0)
T = TypeVar("T")
TEXT = "<|im_start|>user\nSay something about rivers.<|im_end|>\n<|im_start|>assistant\n"
TURNS = (("user", "Say something about rivers.", False), ("assistant", "", True))


def ids_of(text: str) -> tuple[int, ...]:
    return TARGET.tokenizer.encode((Part(text, True),))


PROMPT = ids_of(TEXT)
GREEDY = Sampling(max_tokens=12)


def ask(
    server: OpenAIServer, question: Callable[[OpenAIBackend], Awaitable[T]], **options: Any
) -> T:
    """The answer to one question, the backend closed after it."""

    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", TARGET, **options)
        _ = backend.capabilities  # as the executor asks, before the first call

        async def main() -> T:
            try:
                return await question(backend)
            finally:
                await backend.close()

        return asyncio.run(asyncio.wait_for(main(), 20))


def gen(sampling: Sampling = GREEDY, seeds: tuple[int, ...] = (7,), **more: Any) -> GenRequest:
    more.setdefault("prompt_text", PromptText(TEXT, TURNS))
    return GenRequest(PROMPT, sampling, seeds, **more)


def mocked(request: GenRequest) -> Any:
    return asyncio.run(MockBackend(TARGET).generate(request)).completions


@pytest.mark.parametrize(
    "changes", [{}, {"stop": ("e", " t")}, {"max_tokens": 400}, {"min_tokens": 6, "stop": ("e",)}]
)
def test_with_token_ids_a_generation_is_the_mock_s_to_the_token(changes: dict[str, Any]) -> None:
    server = OpenAIServer(TARGET)
    request = gen(GREEDY.merged(**changes))
    (ours,) = ask(server, lambda backend: backend.generate(request)).completions
    (theirs,) = mocked(request)
    assert (ours.ids, ours.kept, ours.text) == (theirs.ids, theirs.kept, theirs.text)
    assert server.asked[0][1]["prompt"] == list(PROMPT)


def test_without_token_ids_the_text_is_the_same_and_is_encoded_once() -> None:
    server = OpenAIServer(TARGET, owner="somebody")
    request = gen(GREEDY.merged(stop=("e",)))
    (ours,) = ask(server, lambda backend: backend.generate(request)).completions
    (theirs,) = mocked(request)
    assert ours.text == theirs.text
    assert ours.kept == TARGET.tokenizer.encode((Part(ours.text, False),), continuation=True)
    assert server.asked[0][1]["prompt"] == TEXT


def test_what_a_server_can_do_depends_on_what_it_says_it_is() -> None:
    async def capabilities(backend: OpenAIBackend) -> Any:
        return backend.capabilities

    vllm = ask(OpenAIServer(TARGET), capabilities)
    assert vllm.token_ids
    assert vllm.prefill
    assert vllm.constraints == {"regex", "json", "grammar", "type", "call", "before_call"}
    other = ask(OpenAIServer(TARGET, owner="system"), capabilities)
    assert not other.token_ids
    assert not other.prefill
    assert other.constraints == {"json", "type"}
    chat = ask(OpenAIServer(TARGET), capabilities, chat=True)
    assert chat.chat
    assert not chat.scores


def test_cached_tokens_are_the_server_s_own_account() -> None:
    async def twice(backend: OpenAIBackend) -> Any:
        await backend.generate(gen())
        return await backend.generate(gen())

    assert ask(OpenAIServer(TARGET), twice).usage.cached == len(PROMPT) - 1
    silent = ask(OpenAIServer(TARGET, reports_cache=False), twice).usage
    assert (silent.prompt, silent.cached) == (len(PROMPT), 0)


def test_each_sample_has_its_own_seed() -> None:
    server = OpenAIServer(TARGET)
    request = gen(Sampling(temperature=1.0, max_tokens=5), (11, 12, 13))
    ours = ask(server, lambda backend: backend.generate(request)).completions
    assert [each.ids for each in ours] == [each.ids for each in mocked(request)]
    assert sorted(body["seed"] for _, body in server.asked) == [11, 12, 13]


@pytest.mark.parametrize(
    ("owner", "api"), [("vllm", "completions"), ("system", "completions"), ("vllm", "chat")]
)
def test_a_stream_says_the_same(owner: str, api: Any) -> None:
    seen: list[int] = []
    request = gen(on_tokens=lambda sample, ids: seen.extend(ids))
    reply = ask(
        OpenAIServer(TARGET, owner=owner),
        lambda backend: backend.generate(request),
        chat=api == "chat",
    )
    (theirs,) = mocked(gen())
    assert reply.completions[0].text == theirs.text
    if reply.completions[0].ids == theirs.ids:
        assert tuple(seen) == theirs.ids
    else:
        assert TARGET.tokenizer.decode(seen) == theirs.text
    assert reply.usage.prompt == len(PROMPT)


def test_a_chat_is_asked_with_turns() -> None:
    server = OpenAIServer(TARGET)
    (ours,) = ask(server, lambda backend: backend.generate(gen()), chat=True).completions
    assert server.asked[0] == (
        "/v1/chat/completions",
        server.asked[0][1]
        | {"messages": [{"role": "user", "content": "Say something about rivers."}]},
    )
    assert ours.text == mocked(gen())[0].text


def test_a_turn_that_has_begun_is_continued_where_the_server_can() -> None:
    server = OpenAIServer(TARGET)
    begun = gen(prompt_text=PromptText("", (TURNS[0], ("assistant", "Rivers", True))))
    ask(server, lambda backend: backend.generate(begun), chat=True)
    assert server.asked[0][1]["continue_final_message"]
    with pytest.raises(BackendError, match="continue a turn that has begun"):
        ask(
            OpenAIServer(TARGET, owner="system"),
            lambda backend: backend.generate(begun),
            chat=True,
        )


@pytest.mark.parametrize(
    ("turns", "message"),
    [((), "raw completion"), ((("user", "Half a", True),), "inside a user turn")],
)
def test_what_no_chat_can_do_is_an_error_with_a_way_out(turns: Any, message: str) -> None:
    request = gen(prompt_text=PromptText("", turns))
    with pytest.raises(BackendError, match=message) as caught:
        ask(OpenAIServer(TARGET), lambda backend: backend.generate(request), chat=True)
    assert caught.value.code == "3104"
    assert caught.value.help


@pytest.mark.parametrize(
    "changes", [{"top_k": 5}, {"min_tokens": 3}, {"ignore_eos": True}, {"top_logprobs": 2}]
)
def test_a_parameter_that_the_server_does_not_know_is_never_left_away(
    changes: dict[str, Any],
) -> None:
    request = gen(GREEDY.merged(**changes))
    with pytest.raises(BackendError) as caught:
        ask(OpenAIServer(TARGET, owner="system"), lambda backend: backend.generate(request))
    assert caught.value.code == "3104"


def test_more_stops_than_the_api_takes_and_patterns_are_applied_here() -> None:
    server = OpenAIServer(TARGET)
    request = gen(
        Sampling(max_tokens=60, stop=("zq", "qz", "xj", "jx", "e"), stop_regex=("[aio]",))
    )
    (ours,) = ask(server, lambda backend: backend.generate(request)).completions
    assert ours.text == mocked(request)[0].text
    assert len(server.asked[0][1]["stop"]) == 4


@pytest.mark.parametrize(
    ("constraint", "pattern"),
    [
        (Constraint("type", "int"), r"-?\d+"),
        (Constraint("type", "{a: int}"), r'\{"a": -?\d+\}'),
        (Constraint("json", '{"type": "boolean"}'), "true|false"),
    ],
)
def test_a_constraint_is_sent_by_the_server_s_own_name(
    constraint: Constraint, pattern: str
) -> None:
    server = OpenAIServer(TARGET)
    request = gen(Sampling(max_tokens=200), constraint=constraint)
    reply = ask(server, lambda backend: backend.generate(request))
    assert re.fullmatch(pattern, reply.completions[0].text)
    assert "regex" in server.asked[0][1]["structured_outputs"]


OBJECT = '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'
BEYOND = '{"type": "object", "patternProperties": {"^x": {"type": "integer"}}}'


@pytest.mark.parametrize(
    ("constraint", "pattern"),
    [
        (Constraint("type", "int"), r"-?\d+"),
        (Constraint("type", "bool"), "true|false"),
        (Constraint("type", '"yes" | "no"'), "yes|no"),
        (Constraint("type", "{a: bool, b: bool}"), r'\{"a": (true|false), "b": (true|false)\}'),
        (Constraint("type", "bool?"), "true|false"),
        (Constraint("json", OBJECT), r'\{"a": -?\d+\}'),
        (Constraint("json", '{"type": "boolean"}'), "true|false"),
    ],
)
@pytest.mark.parametrize("is_chat", [True, False])
def test_a_service_that_knows_schemas_alone_is_asked_for_an_object(
    constraint: Constraint, pattern: str, is_chat: bool
) -> None:
    server = OpenAIServer(TARGET, owner="system")
    request = gen(Sampling(max_tokens=200), constraint=constraint)
    (done,) = ask(server, lambda backend: backend.generate(request), chat=is_chat).completions
    asked = server.asked[-1][1]["response_format"]["json_schema"]
    assert asked["strict"]
    assert asked["schema"]["type"] == "object"
    assert asked["schema"]["additionalProperties"] is False
    assert re.fullmatch(pattern, done.text)


def test_canonical_output_is_promised_only_where_it_can_be_kept() -> None:
    server = OpenAIServer(TARGET, owner="system")
    with pytest.raises(BackendError, match="no canonical form"):
        ask(server, lambda backend: backend.generate(gen(constraint=Constraint("json", BEYOND))))
    with pytest.raises(BackendError, match="can't promise"):
        ask(server, lambda backend: backend.generate(gen(constraint=Constraint("regex", "a+"))))
    assert server.asked == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"value":3}', "3"),
        ('{ "value" : 3 }', "3"),
        ('{"value": "3"}', '{"value": "3"}'),
        ('{"value": 3', '{"value": 3'),
        ("3", "3"),
        ('{"other": 3}', '{"other": 3}'),
    ],
)
def test_an_answer_is_unwrapped_or_left_as_it_is(text: str, read: str) -> None:
    asked = answer_schema(Constraint("type", "int"))
    assert asked is not None
    assert asked.text_of(text) == read


@pytest.mark.parametrize("owner", ["vllm", "system"])
def test_a_chat_chooses_by_an_answer_that_is_one_of_the_choices(owner: str) -> None:
    server = OpenAIServer(TARGET, owner=owner)
    request = SelectRequest(
        PROMPT, CHOICES, prompt_text=PromptText(TEXT, TURNS), choice_texts=TEXTS
    )
    reply = ask(server, lambda backend: backend.select(request), chat=True)
    assert reply.chosen in (0, 1, 2)
    assert reply.logprobs == ()


def test_a_chat_that_chooses_something_else_is_an_error() -> None:
    class Deaf(OpenAIServer):
        """Does not keep to schemas."""

        def _constraint(self, body: Any) -> None:
            return None

    request = SelectRequest(
        PROMPT, CHOICES, prompt_text=PromptText(TEXT, TURNS), choice_texts=TEXTS
    )
    with pytest.raises(BackendError, match="none of the choices"):
        ask(Deaf(TARGET, owner="system"), lambda backend: backend.select(request), chat=True)


CHOICES = (ids_of("yes"), ids_of("not at all"), ids_of("no"))
TEXTS = ("yes", "not at all", "no")


@pytest.mark.parametrize("owner", ["vllm", "older vllm", "system"])
def test_choices_are_scored(owner: str) -> None:
    """By what may come next, where the server tells that; else by the echo."""
    alone = None if owner == "system" else ids_of("<|endoftext|>")
    request = SelectRequest(
        PROMPT, CHOICES, alone, prompt_text=PromptText(TEXT), choice_texts=TEXTS
    )
    server = OpenAIServer(TARGET, owner=owner.split()[-1], names_next=owner == "vllm")
    ours = ask(server, lambda backend: backend.select(request))
    theirs = asyncio.run(MockBackend(TARGET).select(request))
    for mine, expected in (
        (ours.logprobs, theirs.logprobs),
        (ours.unconditional, theirs.unconditional),
    ):
        assert [pytest.approx(each) for each in expected] == list(mine)


WORDED = tuple(map(ids_of, ("yes", "yes, it is", "no", "not at all", "not at any time")))


def test_what_may_come_next_is_asked_where_choices_part() -> None:
    """The prompt is in the cache for all of them; an echoed prompt would be computed once for each choice."""
    server = OpenAIServer(TARGET)
    nodes = {choice[:at] for choice in WORDED for at in range(len(choice))}
    partings = [
        n
        for n in nodes
        if len({c[: len(n) + 1] for c in WORDED if c[: len(n)] == n and c != n}) > 1
    ]

    async def warm_then_select(backend: OpenAIBackend) -> Any:
        await backend.prefill(PrefillRequest(PROMPT))
        return await backend.select(SelectRequest(PROMPT, WORDED))

    usage = ask(server, warm_then_select).usage
    asked = [body for _, body in server.asked[1:]]
    single = [body["prompt"] for body in asked if "allowed_token_ids" not in body]
    assert len(partings) > 1
    assert all([*PROMPT, *node] in single for node in partings)
    assert len({tuple(body["prompt"]) for body in asked}) == len(asked)
    assert not any(body.get("echo") for body in asked)
    assert usage.prefilled <= len(nodes) + sum(map(len, nodes))


@pytest.mark.parametrize("count", [2, pytest.param(8, marks=pytest.mark.slow)])
@pytest.mark.parametrize("masks", [False, True])
@pytest.mark.parametrize("alone", [None, (), ids_of("<|endoftext|>")])
def test_a_choice_without_siblings_is_decoded_and_scored_as_token_by_token(
    masks: bool, alone: tuple[int, ...] | None, count: int
) -> None:
    """Wherever the model turns off, and where a server tells only of what it may choose among."""
    source = random.Random(11)
    for _ in range(count):
        heads = [tuple(source.sample(range(3, 9), source.randint(1, 3))) for _ in range(4)]
        choices = tuple(
            dict.fromkeys(
                h + tuple(source.choices(range(3, 9), k=source.randint(0, 20))) for h in heads
            )
        )
        request = SelectRequest(PROMPT, choices, alone)
        server = OpenAIServer(TARGET, masks=masks)
        ours = ask(server, lambda backend, request=request: backend.select(request))
        theirs = asyncio.run(MockBackend(TARGET).select(request))
        for mine, expected in (
            (ours.logprobs, theirs.logprobs),
            (ours.unconditional, theirs.unconditional),
        ):
            assert [pytest.approx(each) for each in expected] == list(mine)


def test_a_server_that_masks_is_asked_for_rows_once() -> None:
    server = OpenAIServer(TARGET, masks=True)
    request = SelectRequest(PROMPT, (ids_of("not at all"), ids_of("yes")))

    async def twice(backend: OpenAIBackend) -> list[bool]:
        await backend.select(request)
        before = len(server.asked)
        await backend.select(request)
        return ["allowed_token_ids" in body for _, body in server.asked[before:]]

    assert not any(ask(server, twice))


def test_more_choices_than_a_request_may_name_are_asked_in_several() -> None:
    choices = tuple((token,) for token in range(3, 253))
    server = OpenAIServer(TARGET)
    ours = ask(server, lambda backend: backend.select(SelectRequest(PROMPT, choices)))
    assert sorted(len(body["logprob_token_ids"]) for _, body in server.asked) == [50, 100, 100]
    assert len(ours.logprobs) == 250


def test_a_server_that_passes_named_tokens_over_is_asked_about_them_once() -> None:
    server = OpenAIServer(TARGET, names_next=False)
    request = SelectRequest(PROMPT, CHOICES)

    async def twice(backend: OpenAIBackend) -> Any:
        await backend.select(request)
        before = len(server.asked)
        await backend.select(request)
        return [body for _, body in server.asked[before:]]

    assert [body.get("echo") for body in ask(server, twice)] == [True] * len(CHOICES)


def test_a_server_that_does_not_echo_says_so_with_a_way_out() -> None:
    request = SelectRequest(PROMPT, CHOICES, prompt_text=PromptText(TEXT), choice_texts=TEXTS)
    server = OpenAIServer(TARGET, echoes=False, names_next=False)
    with pytest.raises(BackendError, match="score choices") as caught:
        ask(server, lambda backend: backend.select(request))
    assert caught.value.code == "3104"
    assert "union of literals" in caught.value.help


def test_a_prompt_and_a_choice_that_share_a_token_are_not_scored_askew() -> None:
    text = TEXT + "Yes, a prom"
    request = SelectRequest(
        ids_of(text), CHOICES, prompt_text=PromptText(text), choice_texts=("pt", "x", "y")
    )
    with pytest.raises(BackendError, match="into one token"):
        ask(OpenAIServer(TARGET, owner="system"), lambda backend: backend.select(request))


def test_a_prompt_is_warmed_by_asking_for_one_token() -> None:
    server = OpenAIServer(TARGET)

    async def warm_then_ask(backend: OpenAIBackend) -> Any:
        await backend.prefill(PrefillRequest(PROMPT))
        return await backend.generate(gen())

    assert ask(server, warm_then_ask).usage.cached == len(PROMPT) - 1
    assert server.asked[0][1]["max_tokens"] == 1


def test_a_long_prompt_and_an_unknown_model_are_errors_with_the_server_s_words() -> None:
    with pytest.raises(BackendError, match="maximum context") as caught:
        ask(OpenAIServer(TARGET, context=3), lambda backend: backend.generate(gen()))
    assert caught.value.code == "3101"
    with pytest.raises(BackendError, match="does not exist") as caught:
        ask(OpenAIServer(TARGET), lambda backend: backend.generate(gen()), model="other")
    assert caught.value.code == "3105"


@pytest.mark.parametrize("chat", [False, True], ids=["completions", "chat"])
def test_log_probabilities(chat: bool) -> None:
    """One for each token; a chat tells no ids, so its text is encoded again."""
    compared = 0
    for seed in range(10):
        request = gen(Sampling(temperature=1.0, max_tokens=5, logprobs=True), (seed,))
        (theirs,) = mocked(request)
        (ours,) = ask(
            OpenAIServer(TARGET), lambda backend, r=request: backend.generate(r), chat=chat
        ).completions
        assert ours.text == theirs.text
        if ours.ids == theirs.ids:
            compared += 1
            assert ours.logprobs == pytest.approx(theirs.logprobs)
            assert len(ours.logprobs) == len(ours.ids)
    assert compared == 10 if not chat else compared >= 5


def test_without_a_limit_an_answer_goes_on_to_its_end() -> None:
    """A completion that is told none ends after 16 tokens, so it is told what the context leaves."""
    request = gen(Sampling(max_tokens=-1, temperature=1.0), (3,))
    (theirs,) = mocked(replace(request, sampling=request.sampling.merged(max_tokens=4096)))
    assert len(theirs.ids) > 16
    server = OpenAIServer(TARGET)
    (ours,) = ask(server, lambda backend: backend.generate(request)).completions
    assert (ours.ids, ours.finish) == (theirs.ids, theirs.finish)
    assert server.asked[0][1]["max_tokens"] == 4096 - len(PROMPT)
    with pytest.raises(BackendError, match="without a limit"):
        ask(OpenAIServer(TARGET, owner="system"), lambda backend: backend.generate(request))


def test_nobody_there() -> None:
    backend = OpenAIBackend("http://127.0.0.1:9/v1", TARGET, policy=AT_ONCE)
    assert backend.capabilities.constraints == {"json", "type"}
    with pytest.raises(BackendError, match="can't be reached"):
        asyncio.run(backend.generate(gen()))
