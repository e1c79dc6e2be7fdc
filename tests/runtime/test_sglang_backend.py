"""The backend for SGLang's `/generate`, against a server with its recorded quirks; the mock is what it must equal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from fake_servers import SGLangServer, running

from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part, Target
from sglc.runtime.backend import BackendError, GenRequest, PrefillRequest, SelectRequest
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.backends.sglang import SGLangBackend
from sglc.runtime.transport.policy import Policy

TARGET = Target.estimating()
AT_ONCE = Policy(tries=3, first_delay=0.0)
T = TypeVar("T")


def ids_of(text: str) -> tuple[int, ...]:
    return TARGET.tokenizer.encode((Part(text, True),))


PROMPT = ids_of("<|im_start|>user\nSay something about rivers.<|im_end|>\n<|im_start|>assistant\n")
GREEDY = Sampling(max_tokens=12)


def ask(
    server: SGLangServer, question: Callable[[SGLangBackend], Awaitable[T]], **options: Any
) -> T:
    """The answer to one question, the backend closed after it."""

    async def main(url: str) -> T:
        backend = SGLangBackend(url, TARGET, **options)
        try:
            return await question(backend)
        finally:
            await backend.close()

    with running(server) as url:
        return asyncio.run(asyncio.wait_for(main(url), 20))


def gen(sampling: Sampling = GREEDY, seeds: tuple[int, ...] = (7,), **more: Any) -> GenRequest:
    return GenRequest(PROMPT, sampling, seeds, **more)


def mocked(request: GenRequest) -> Any:
    return asyncio.run(MockBackend(TARGET).generate(request))


def generations(server: SGLangServer) -> list[Any]:
    """The bodies that asked for more than the probe of the tokenizer."""
    return [body for _, body in server.asked if "input_ids" in body]


@pytest.mark.parametrize("keeps_end", [True, False])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stop": ("e", " t")},
        {"max_tokens": 400},
        {"stop_regex": (r"[a-e]{2}",)},
        {"min_tokens": 6, "stop": ("e",)},
        {"ignore_eos": True},
        {"logprobs": True, "top_logprobs": 2},
    ],
)
def test_a_generation_is_the_mock_s_to_the_token(changes: dict[str, Any], keeps_end: bool) -> None:
    request = gen(GREEDY.merged(**changes))
    (ours,) = ask(
        SGLangServer(TARGET, keeps_end=keeps_end), lambda backend: backend.generate(request)
    ).completions
    (theirs,) = mocked(request).completions
    if not keeps_end and theirs.finish == "eos":
        theirs = replace(theirs, ids=theirs.ids[:-1])
    assert replace(ours, logprobs=(), top_logprobs=()) == replace(
        theirs, logprobs=(), top_logprobs=()
    )
    if changes.get("logprobs"):
        assert ours.logprobs == pytest.approx(theirs.logprobs[: len(ours.ids)])
        assert [[id for id, _ in top] for top in ours.top_logprobs] == [
            [id for id, _ in top] for top in theirs.top_logprobs[: len(ours.ids)]
        ]


def test_prompts_are_sent_as_ids_and_cached_tokens_come_back() -> None:
    server = SGLangServer(TARGET)

    async def twice(backend: SGLangBackend) -> Any:
        return await backend.generate(gen()), await backend.generate(gen())

    first, second = ask(server, twice)
    assert generations(server)[0]["input_ids"] == list(PROMPT)
    assert (first.usage.prompt, first.usage.prefilled) == (
        len(PROMPT),
        len(PROMPT) - first.usage.cached,
    )
    assert second.usage.cached == len(PROMPT) - 1
    assert first.usage.decoded == len(first.completions[0].ids) - 1


def test_samples_come_as_a_list_and_share_a_request() -> None:
    server = SGLangServer(TARGET)
    reply = ask(
        server,
        lambda backend: backend.generate(gen(Sampling(temperature=1.0, max_tokens=5), (1, 2, 3))),
    )
    assert len(reply.completions) == 3
    (body,) = generations(server)
    assert body["sampling_params"]["n"] == 3


def test_seeds_are_sent_where_the_server_takes_them() -> None:
    server = SGLangServer(TARGET)
    request = gen(Sampling(temperature=1.0, max_tokens=5), (11, 12))
    reply = ask(server, lambda backend: backend.generate(request), seeds=True)
    assert reply.completions == tuple(
        replace(each, logprobs=(), top_logprobs=()) for each in mocked(request).completions
    )
    (body,) = generations(server)
    assert [params["sampling_seed"] for params in body["sampling_params"]] == [11, 12]


def test_a_seed_of_its_own_is_refused_where_it_would_be_ignored() -> None:
    request = gen(Sampling(temperature=1.0, seed=3))
    with pytest.raises(BackendError, match="repeat a sampled call") as caught:
        ask(SGLangServer(TARGET), lambda backend: backend.generate(request))
    assert caught.value.code == "3104"
    assert caught.value.help


@pytest.mark.parametrize("cumulative", [True, False])
def test_a_stream_hands_on_every_id_once(cumulative: bool) -> None:
    seen: list[int] = []
    request = gen(on_tokens=lambda sample, ids: seen.extend(ids))
    reply = ask(
        SGLangServer(TARGET, cumulative=cumulative), lambda backend: backend.generate(request)
    )
    assert tuple(seen) == reply.completions[0].ids == mocked(gen()).completions[0].ids


@pytest.mark.parametrize("cumulative", [True, False])
def test_log_probabilities_come_before_their_tokens(cumulative: bool) -> None:
    seen: list[int] = []
    scores: list[float] = []

    def hear(sample: int, values: tuple[float, ...], tops: object) -> None:
        assert sample == 0
        assert len(scores) == len(seen)
        scores.extend(values)

    request = gen(
        Sampling(max_tokens=6, temperature=0.0, logprobs=True),
        on_tokens=lambda sample, ids: seen.extend(ids),
        on_logprobs=hear,
    )
    server = SGLangServer(TARGET, cumulative=cumulative)
    reply = ask(server, lambda backend: backend.generate(request))
    assert tuple(seen) == reply.completions[0].ids
    assert tuple(scores) == reply.completions[0].logprobs


CHOICES = (ids_of("yes"), ids_of("not at all"), ids_of("no"))


def test_choices_are_scored_token_by_token_and_the_prompt_is_sent_first() -> None:
    server = SGLangServer(TARGET)
    request = SelectRequest(
        PROMPT, CHOICES, TARGET.tokenizer.encode((Part("<|endoftext|>", True),))
    )
    ours = ask(server, lambda backend: backend.select(request))
    theirs = asyncio.run(MockBackend(TARGET).select(request))
    assert [list(map(pytest.approx, each)) for each in theirs.logprobs] == [
        list(each) for each in ours.logprobs
    ]
    assert [list(map(pytest.approx, each)) for each in theirs.unconditional] == [
        list(e) for e in ours.unconditional
    ]
    first, second, _ = generations(server)
    assert first["input_ids"] == list(PROMPT)
    assert first["sampling_params"]["max_new_tokens"] == 0
    assert second["logprob_start_len"] == len(PROMPT) - 1
    assert ours.usage.prompt == len(PROMPT)


def test_without_a_prompt_the_first_token_of_a_choice_has_no_score() -> None:
    request = SelectRequest(PROMPT, CHOICES, ())
    reply = ask(SGLangServer(TARGET), lambda backend: backend.select(request))
    assert [len(each) for each in reply.unconditional] == [len(choice) - 1 for choice in CHOICES]


def test_a_prompt_is_warmed_without_generating() -> None:
    server = SGLangServer(TARGET)

    async def warm_then_ask(backend: SGLangBackend) -> Any:
        return await backend.prefill(PrefillRequest(PROMPT[:-1])), await backend.generate(gen())

    warmed, reply = ask(server, warm_then_ask)
    assert warmed.prompt == len(PROMPT) - 1
    assert reply.usage.cached == len(PROMPT) - 1


@pytest.mark.parametrize(
    ("constraint", "pattern"),
    [
        (Constraint("regex", "[0-9]{3}"), r"\d{3}"),
        (Constraint("type", "int"), r"-?\d+"),
        (Constraint("type", '"yes" | "no (never)"'), r"yes|no \(never\)"),
        (
            Constraint("type", "{a: int, b: list[bool]}"),
            r'\{"a": -?\d+, "b": \[((true|false)(, (true|false))*)?\]\}',
        ),
    ],
)
def test_a_constraint_is_an_expression_of_its_canonical_form(
    constraint: Constraint, pattern: str
) -> None:
    request = gen(Sampling(max_tokens=200), constraint=constraint)
    reply = ask(SGLangServer(TARGET), lambda backend: backend.generate(request))
    assert re.fullmatch(pattern, reply.completions[0].text)


@pytest.mark.parametrize(
    ("server", "request_", "code", "message"),
    [
        (SGLangServer(TARGET, context=4), gen(), "3101", "longer than the model's context"),
        (SGLangServer(TARGET), gen(constraint=Constraint("regex", "(")), "3102", "compile regex"),
    ],
)
def test_refusals_are_errors_with_the_server_s_words(
    server: SGLangServer, request_: GenRequest, code: str, message: str
) -> None:
    with pytest.raises(BackendError, match=message) as caught:
        ask(server, lambda backend: backend.generate(request_), check_tokenizer=False)
    assert caught.value.code == code
    assert caught.value.help


def test_another_tokenizer_is_found_out_before_the_first_call() -> None:
    server = SGLangServer(TARGET)
    server.encode = lambda text: (5, 6, 7)  # type: ignore[method-assign]
    with pytest.raises(BackendError, match="tokenizer is not the one"):
        ask(server, lambda backend: backend.generate(gen()))
    assert not generations(server)


def test_a_busy_server_is_asked_again() -> None:
    server = SGLangServer(TARGET, failures=[503, 429])
    assert ask(server, lambda backend: backend.generate(gen()), policy=AT_ONCE).completions[0].ids
    away = SGLangServer(TARGET, failures=[503] * 3)
    with pytest.raises(BackendError, match="busy"):
        ask(away, lambda backend: backend.generate(gen()), policy=AT_ONCE)


def test_nobody_there() -> None:
    backend = SGLangBackend("http://127.0.0.1:9", TARGET, policy=AT_ONCE)
    with pytest.raises(BackendError, match="can't be reached") as caught:
        asyncio.run(backend.generate(gen()))
    assert caught.value.code == "3105"


def test_a_key_is_sent_and_a_closed_backend_refuses() -> None:
    server = SGLangServer(TARGET)

    async def close_then_ask(backend: SGLangBackend) -> Any:
        await backend.generate(gen())
        await backend.close()
        return await backend.generate(gen())

    with pytest.raises(BackendError) as caught:
        ask(server, close_then_ask, api_key="secret")
    assert caught.value.code == "3106"
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


def test_flushing_empties_the_cache() -> None:
    async def flushed(backend: SGLangBackend) -> Any:
        await backend.generate(gen())
        await backend.flush()
        return await backend.generate(gen())

    assert ask(SGLangServer(TARGET), flushed).usage.cached == 0


def test_one_backend_serves_several_event_loops() -> None:
    with running(SGLangServer(TARGET)) as url:
        backend = SGLangBackend(url, TARGET)
        first = asyncio.run(backend.generate(gen()))
        assert asyncio.run(backend.generate(gen())).completions == first.completions


def test_a_server_says_what_it_is() -> None:
    server = SGLangServer(TARGET)
    assert ask(server, lambda backend: backend.server_info()) == {"version": "0.5.23"}
