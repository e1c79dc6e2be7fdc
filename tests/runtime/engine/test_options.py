"""Options at their limits: what they mean there, and what is refused at the door, by name."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from sglc.ir.sampling import RANGES, Constraint, Sampling
from sglc.runtime.backend import (
    BackendError,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectRequest,
)
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.sampler import Row, Sampler

from .asking import ask, gen, ids_of, prompt
from .test_pressure import check_nothing_leaked

Make = Callable[..., EngineBackend]
NAN, INF = float("nan"), float("inf")


def refused(backend: EngineBackend, request: GenRequest) -> BackendError:
    with pytest.raises(BackendError) as caught:
        ask(backend, request)
    return caught.value


def test_what_is_out_of_range_is_refused_by_its_name(make_backend: Make) -> None:
    backend = make_backend()
    wrong: list[tuple[str, Any]] = [
        (name, value) for name in RANGES for value in (NAN, INF, -INF, -1e300)
    ]
    wrong += [
        *(("temperature", value) for value in (1e-38, 1e-300, 1e300, -1.0)),
        *(("repetition_penalty", value) for value in (0.0, -1.0, 1e9)),
        *(("top_p", value) for value in (1.1, -0.1)),
        *(("min_p", value) for value in (5.0, -0.1)),
        *(("frequency_penalty", value) for value in (1e38, -2.1)),
        *(("top_logprobs", value) for value in (60_000, -1)),
        *(("top_k", value) for value in (-5,)),
        *(("stop_regex", value) for value in (("(",), ("a" * 1001,))),
        *(("stop", value) for value in (("x",) * 257,)),
    ]
    for name, value in wrong:
        changes: dict[str, Any] = {"max_tokens": 4, name: value}
        error = refused(backend, GenRequest(prompt(1, 5), Sampling(**changes), (1,)))
        assert (error.code, f"`{name}`" in error.message) == ("3207", True), (name, value, error)
    assert backend.engine.scheduler.counters.steps == 0


WRONG_TYPES: list[tuple[str, Any]] = [
    ("max_tokens", None), ("max_tokens", 1.5), ("max_tokens", True), ("max_tokens", "4"), ("temperature", "hot"),
    ("temperature", None), ("top_k", 2.0), ("ignore_eos", 1), ("stop", (5,)), ("stop", "x"), ("stop_token_ids", ("a",)),
    ("stop_token_ids", (True,)), ("stop_regex", (b"a",)), ("seed", "a"), ("logprobs", "yes"), ("thinking", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG_TYPES, ids=str)
def test_what_is_of_another_type_is_refused_by_its_name(
    make_backend: Make, name: str, value: Any
) -> None:
    changes: dict[str, Any] = {"max_tokens": 4, name: value}
    error = refused(make_backend(), GenRequest(prompt(1, 5), Sampling(**changes), (1,)))
    assert (error.code, f"`{name}`" in error.message) == ("3207", True)


def test_samples_times_patterns_are_bounded(make_backend: Make) -> None:
    backend, patterns = make_backend(), tuple(f"a{{{n}}}b" for n in range(128))
    fine = GenRequest(prompt(1, 9), Sampling(max_tokens=2, stop_regex=patterns), tuple(range(32)))
    assert len(ids_of(ask(backend, fine))[0]) == 2
    error = refused(backend, replace(fine, seeds=tuple(range(33))))
    assert error.code == "3207"
    assert "128 patterns of `stop_regex` are too many for 33 samples" in error.message


def test_seeds_and_ids_that_are_no_numbers_are_refused(make_backend: Make) -> None:
    backend, fine = make_backend(), prompt(1, 5)
    for seeds in (("a",), (1.5,), (None,)):
        request = GenRequest(fine, Sampling(max_tokens=2), seeds)  # type: ignore[arg-type]
        assert refused(backend, request).code == "3207"
    for ids in (("a",), (None, 3), ((1, 2), (3, 4)), ((1, 2), 3), (1.5, 2), ({},)):
        request = GenRequest(ids, Sampling(max_tokens=2), (1,))  # type: ignore[arg-type]
        assert refused(backend, request).code == "3108"


@pytest.mark.parametrize(
    "wrong",
    [
        Constraint("xml", "<a>"),  # type: ignore[arg-type]
        Constraint("json", '{"type": "integer"}', "loose"),  # type: ignore[arg-type]
        Constraint("type", "list["),
        Constraint("type", "list[" * 2000 + "int" + "]" * 2000),
        Constraint("type", None),  # type: ignore[arg-type]
        Constraint("regex", b"a"),  # type: ignore[arg-type]
        Constraint("regex", "\ud800"),
        Constraint("json", '{"enum": ["\\ud800"]}'),
        Constraint("json", '{"enum": ["\\ud800"]}', "free"),
        Constraint("json", '{"properties": {"\\udc00": {"type": "integer"}}}'),
    ],
    ids=repr,
)
def test_what_is_no_constraint_is_refused(make_backend: Make, wrong: Constraint) -> None:
    backend = make_backend()
    assert refused(backend, gen(prompt(1, 5), 3, constraint=wrong)).code == "3102"
    with pytest.raises(BackendError) as caught:
        asyncio.run(backend.prepare(wrong, 10.0))
    assert caught.value.code == "3102"


@pytest.mark.parametrize("wrong", [320, 10**6, 2**40, 2**70, -1])
def test_ids_that_are_none_of_the_models_are_refused(make_backend: Make, wrong: int) -> None:
    backend, ids = make_backend(), (*prompt(1, 4), wrong)
    assert refused(backend, gen(ids, 3)).code == "3108"
    assert refused(backend, gen(prompt(1, 5), 3, stop_token_ids=(wrong,))).code == "3108"
    fine = prompt(1, 4)
    for request in (
        SelectRequest(ids, ((1,),)),
        SelectRequest(fine, (ids,)),
        SelectRequest(fine, ((1,),), unconditional=ids),
    ):
        with pytest.raises(BackendError, match="none of the model's"):
            asyncio.run(backend.select(request))
    with pytest.raises(BackendError, match="none of the model's"):
        asyncio.run(backend.prefill(PrefillRequest(ids)))
    assert backend.engine.scheduler.counters.steps == 0


def test_choices_that_do_not_fit_are_refused_at_the_door(make_backend: Make) -> None:
    """By how many slots they need: their beginnings, each once; and by what copies of a long prompt would take."""
    backend, ids = make_backend(kv_cache_tokens=200), prompt(1, 20)
    fine = tuple((n, m, 7) for n in range(10) for m in range(7))
    asyncio.run(backend.select(SelectRequest(ids, fine)))
    many = tuple((n, m, 7) for n in range(10) for m in range(18))
    told: dict[int, str] = {}
    for choices in ((*many, (5, 18, 7)), many):
        with pytest.raises(BackendError) as caught:
            asyncio.run(backend.select(SelectRequest(ids, choices)))
        assert caught.value.code == "3103"
        told[len(choices)] = caught.value.message
    assert told == {
        181: "181 choices after 20 tokens need 211 slots or more, and there are 200",
        180: "180 choices after 20 tokens need 210 slots or more, and there are 200",
    }
    with pytest.raises(BackendError, match=r"160 sequences of up to 22 tokens don't fit into 200"):
        asyncio.run(backend.select(SelectRequest(ids, many[:160])))
    steps = backend.engine.scheduler.counters.steps
    door = replace(backend._door, context=10**6, capacity=10**6)
    with pytest.raises(BackendError, match="9000 choices after 2000 tokens need 18000000 ids"):
        door.selection(
            SelectRequest((1,) * 2000, tuple((n % 300, n // 300, 1) for n in range(9000)))
        )
    assert backend.engine.scheduler.counters.steps == steps


def test_hints_that_mean_nothing_change_nothing(make_backend: Make) -> None:
    backend, asked = make_backend(), gen(prompt(1, 30), 8)
    (wanted,) = ids_of(ask(backend, asked))
    for ids in ((2**40,), (-1,), (), prompt(1, 30), prompt(9, 9)):
        for number in (0, -1, 10**9):
            backend.hint(Retain(ids, number, number))
            backend.hint(Release(ids, number, number))
        assert ids_of(ask(backend, asked)) == [wanted]
    check_nothing_leaked(backend)


def test_no_tokens_are_an_empty_answer(make_backend: Make) -> None:
    """Alone, beside others, for several samples, under a grammar, with guesses: at once, without a step for them."""
    for options in ({}, {"overlap_on_cpu": True}, {"speculative_tokens": 3}):
        backend = make_backend(**options)
        empty = [
            gen(prompt(1, 20), 0),
            gen(prompt(1, 20), 0, seeds=(1, 2, 3), temperature=1.0, logprobs=True),
            gen(prompt(2, 20), 0, constraint=Constraint("regex", "[a-z]{4}")),
            gen(prompt(2, 20), 0, min_tokens=5, stop=("a",)),
        ]
        replies = ask(backend, gen(prompt(3, 20), 12), *empty)
        assert len(replies[0].completions[0].ids) == 12
        for reply in replies[1:]:
            for completion in reply.completions:
                assert (completion.ids, completion.text, completion.finish) == ((), "", "length")
            assert reply.usage.decoded == 0
        check_nothing_leaked(backend)


@pytest.mark.parametrize("backend_name", ["xgrammar", "llguidance", "outlines"])
def test_ignoring_the_end_a_bounded_grammar_ends_itself(
    make_backend: Make, backend_name: str
) -> None:
    pytest.importorskip({"outlines": "outlines_core"}.get(backend_name, backend_name))
    backend = make_backend(grammar_backend=backend_name)
    bounded = [r"[0-9]{3}", r"[a-c]{2,5}", r"(ab|abc)", r""]
    requests = [
        gen(prompt(n, 9), 40, constraint=Constraint("regex", pattern), temperature=t)
        for n, (pattern, t) in enumerate((p, t) for p in bounded for t in (0.0, 1.0))
    ]
    requests.append(gen(prompt(5, 9), 30, constraint=Constraint("type", '"yes" | "no"')))
    *found, word = (reply.completions[0] for reply in ask(backend, *requests))
    longest = ["000", "00000", "abc", ""]
    for n, done in enumerate(found):
        assert done.finish == "constraint", done
        assert "<|end|>" not in done.text
        if bounded[n // 2] != r"(ab|abc)":
            assert len(done.text) == len(longest[n // 2])  # the end was not chosen
        else:
            assert done.text in ("ab", "abc")
    assert word.text in ("yes", "no")
    (open_ended,) = ask(backend, gen(prompt(1, 9), 25, constraint=Constraint("regex", "[a-z]+")))
    assert open_ended.completions[0].finish == "length"
    assert len(open_ended.completions[0].ids) == 25


def test_log_probabilities_under_a_constraint_are_the_models_own(make_backend: Make) -> None:
    """Those of the text that came, as a select scores it; the likeliest of all may be what the grammar forbids."""
    backend, ids = make_backend(), prompt(1, 20)
    sampled: dict[str, Any] = {"logprobs": True, "top_logprobs": 3}
    (reply,) = ask(backend, gen(ids, 6, constraint=Constraint("regex", "[x-z]{9}"), **sampled))
    done = reply.completions[0]
    scored = asyncio.run(backend.select(SelectRequest(ids, (done.ids,)))).logprobs[0]
    assert done.logprobs == pytest.approx(scored, abs=1e-4)
    assert len(done.top_logprobs) == len(done.ids) == 6
    assert any(done.ids[n] not in dict(top) for n, top in enumerate(done.top_logprobs))
    assert all(math.isfinite(value) for top in done.top_logprobs for _, value in top)
    (free,) = ask(backend, gen(ids, 1, **sampled))
    first, wanted = dict(done.top_logprobs[0]), dict(free.completions[0].top_logprobs[0])
    assert first == pytest.approx(wanted, abs=1e-4)


def test_log_probabilities_are_as_many_as_the_tokens(make_backend: Make) -> None:
    """Also where the grammar leaves nothing, and where the end may not come yet."""
    for least in (0, 9):
        for temperature in (0.0, 1.0):
            constraint = Constraint("regex", "[a-c]{3}")
            request = gen(
                prompt(1, 9),
                20,
                constraint=constraint,
                logprobs=True,
                min_tokens=least,
                temperature=temperature,
                ignore_eos=False,
            )
            done = ask(make_backend(), request)[0].completions[0]
            assert len(done.logprobs) == len(done.ids)
            assert len(done.text) == 3


def plain(logits: list[float], s: Sampling) -> list[float]:
    """What the documentation says of `top_p`, `top_k`, `min_p` and the temperature, written down plainly."""
    shares = torch.softmax(torch.tensor(logits, dtype=torch.float64) / s.temperature, 0)
    ranked = sorted(range(len(logits)), key=lambda i: -shares[i])
    kept: list[int] = []
    total = 0.0
    for rank, token in enumerate(ranked):
        share = float(shares[token])
        is_in = (total < s.top_p or s.top_p == 1) and (s.top_k <= 0 or rank < s.top_k)
        if rank == 0 or (is_in and share >= s.min_p * float(shares[ranked[0]])):
            kept.append(token)
        total += share
    return [float(shares[i]) if i in kept else 0.0 for i in range(len(logits))]


@pytest.mark.parametrize(
    "changes",
    [
        {"top_p": 0.0},
        {"top_p": 1.0, "top_k": 50},
        {"top_p": 1.0, "min_p": 1e-9},
        {"top_p": 1e-12},
        {"min_p": 1.0},
        {"min_p": 0.0},
        {"top_k": 0},
        {"top_k": 10**7},
        {"temperature": 1e-6},
        {"temperature": 100.0},
        {"temperature": 100.0, "top_p": 0.5, "min_p": 0.9},
    ],
    ids=str,
)
def test_filters_at_their_limits_keep_what_they_say(changes: dict[str, Any]) -> None:
    sampling = Sampling(**{"temperature": 1.0, **changes})
    logits = torch.randn(60, generator=torch.Generator().manual_seed(3)) * 3
    shares = plain(logits.tolist(), sampling)
    sampler, count = Sampler(60), 400
    rows = [Row(sampling, seed) for seed in range(count)]
    drawn = [each.token for each in sampler.sample(logits.repeat(count, 1), rows)]
    assert all(shares[token] > 0 for token in drawn)
    likely = max(range(60), key=lambda i: shares[i])
    expected = shares[likely] / sum(shares)
    assert abs(drawn.count(likely) / count - expected) < 0.1


@pytest.mark.parametrize("name", ["frequency_penalty", "presence_penalty", "repetition_penalty"])
def test_penalties_at_their_limits_stay_finite(make_backend: Make, name: str) -> None:
    """Against repetition nothing comes twice; for repetition one token comes for ever."""
    backend, allowed = make_backend(), RANGES[name]
    for value in (allowed.least, allowed.most):
        for temperature in (0.0, 1.0):
            changes: dict[str, Any] = {name: value, "temperature": temperature}
            request = gen(prompt(1, 9), 30, **changes)
            assert len(ids_of(ask(backend, request))[0]) == 30
    (low,) = ids_of(ask(backend, gen(prompt(1, 9), 30, presence_penalty=2.0)))
    (none,) = ids_of(ask(backend, gen(prompt(1, 9), 30)))
    assert len(set(low)) >= len(set(none))


def test_a_pattern_that_takes_too_long_ends_its_request_alone(make_backend: Make) -> None:
    backend, beside = make_backend(), gen(prompt(2, 20), 60)
    (wanted,) = ids_of(ask(make_backend(), beside))
    slow = gen(prompt(1, 20), 200, stop_regex=(r"(?s)(.|..)+(?!)",))

    async def run() -> list[Any]:
        calls = [backend.generate(request) for request in (slow, beside)]
        return await asyncio.gather(*calls, return_exceptions=True)

    error, reply = asyncio.run(run())
    assert isinstance(error, BackendError)
    assert error.code == "3207"
    assert "takes too long" in error.message
    assert reply.completions[0].ids == wanted
    check_nothing_leaked(backend)


def test_what_ended_it_is_in_the_completion(make_backend: Make) -> None:
    backend = make_backend()
    text = ask(backend, gen(prompt(4, 20), 30))[0].completions[0].text
    stop = next(c for c in text[3:] if c.isascii() and c.isprintable() and c not in text[:3])
    (reply,) = ask(backend, gen(prompt(4, 20), 30, stop=("\x00never", stop)))
    assert (reply.completions[0].finish, reply.completions[0].matched) == ("stop", stop)
