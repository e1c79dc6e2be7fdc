"""The engine end to end on a tiny model: what it computes, what it counts, and how requests end."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import BackendError, GenRequest, PrefillRequest, SelectRequest
from sglc.runtime.backends.engine import EngineBackend

from .asking import ask, gen, ids_of, is_coin_toss, prompt, select

Make = Callable[..., EngineBackend]


def reference(folder: Path, ids: tuple[int, ...], tokens: int) -> tuple[int, ...]:
    """Greedy decoding without any engine."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    all_ids = list(ids)
    with torch.inference_mode():
        for _ in range(tokens):
            all_ids.append(int(model(input_ids=torch.tensor([all_ids])).logits[0, -1].argmax()))
    return tuple(all_ids[len(ids) :])


def test_greedy_text_is_the_models(make_backend: Make, tiny: Path) -> None:
    ids = prompt(1, 20)
    (reply,) = ask(make_backend(), gen(ids, 12))
    expected = reference(tiny, ids, 12)
    assert reply.completions[0].ids == expected or is_coin_toss(
        tiny, ids, reply.completions[0].ids, expected
    )
    assert reply.completions[0].finish == "length"


def test_thirty_two_requests_of_thirty_two_tokens_take_at_most_forty_decode_forwards(
    make_backend: Make,
) -> None:
    backend = make_backend()
    replies = ask(backend, *(gen(prompt(i, 20), 32) for i in range(32)))
    assert all(len(ids) == 32 for ids in ids_of(replies))
    assert backend.engine.times.forwards <= 40
    assert sum(r.usage.decoded for r in replies) == 32 * 31


def test_a_shared_prefix_is_computed_once_though_all_arms_arrive_together(
    make_backend: Make,
) -> None:
    shared = prompt(1, 600)
    arms = [gen(shared + prompt(10 + i, 5), 4) for i in range(12)]
    usage = [reply.usage for reply in ask(make_backend(chunked_prefill_size=64), *arms)]
    apart = 0  # random arms may share a first token or two with each other
    assert 600 + 12 * 5 - 12 <= sum(u.prefilled for u in usage) <= 600 + 12 * 5 + apart
    assert all(u.prompt == u.cached + u.prefilled and u.replayed == 0 for u in usage)


def test_without_waiting_for_siblings_it_is_computed_by_each(make_backend: Make) -> None:
    shared = prompt(1, 600)
    arms = [gen(shared + prompt(10 + i, 5), 4) for i in range(3)]
    backend = make_backend(wait_for_siblings=False, chunked_prefill_size=2000)
    busy = gen(prompt(99, 1800), 1)  # while the engine computes it, all arms arrive
    usage = [reply.usage for reply in ask(backend, busy, *arms)[1:]]
    assert sum(u.prefilled for u in usage) == 3 * 605
    assert ids_of(ask(backend, *arms)) == ids_of(ask(make_backend(), *arms))


def test_nothing_is_shared_without_the_cache(make_backend: Make) -> None:
    backend = make_backend(disable_radix_cache=True)
    for _ in range(2):
        (reply,) = ask(backend, gen(prompt(1, 50), 4))
        assert (reply.usage.cached, reply.usage.prefilled) == (0, 50)


def test_samples_share_one_prefill(make_backend: Make) -> None:
    (reply,) = ask(make_backend(), gen(prompt(1, 100), 8, seeds=range(5), temperature=1.0))
    u = reply.usage
    assert (u.prompt, u.cached, u.prefilled, u.replayed, u.decoded) == (100, 0, 100, 0, 5 * 7)
    assert len({c.ids for c in reply.completions}) > 1


def test_a_prompt_with_all_its_keys_and_values_is_sampled_from_at_once(make_backend: Make) -> None:
    """Also where it ends in the middle of what is cached: the pool keeps every last hidden state."""
    backend = make_backend()
    ids = prompt(1, 60)
    first = ask(backend, gen(ids, 8))
    forwards = backend.engine.times.forwards
    again = ask(backend, gen(ids, 1))[0]
    inside = ask(backend, gen(ids[:30], 1))[0]
    assert (again.usage.cached, again.usage.prefilled, again.usage.replayed) == (60, 0, 0)
    assert (inside.usage.cached, inside.usage.prefilled, inside.usage.replayed) == (30, 0, 0)
    assert backend.engine.times.forwards == forwards
    assert again.completions[0].ids == ids_of(first)[0][:1]
    assert inside.completions[0].ids == ids_of(ask(make_backend(), gen(ids[:30], 1)))[0]


def test_generated_tokens_stay_cached_but_the_last(make_backend: Make) -> None:
    backend = make_backend()
    ids = prompt(1, 20)
    made = ids_of(ask(backend, gen(ids, 10)))[0]
    usage = ask(backend, gen((*ids, *made, 7), 1))[0].usage
    assert (usage.cached, usage.prefilled) == (20 + 9, 2)


def scores_by_hand(folder: Path, ids: tuple[int, ...], choice: tuple[int, ...]) -> list[float]:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*ids, *choice]])).logits[0].log_softmax(-1)
    return [logits[len(ids) - 1 + i, token].item() for i, token in enumerate(choice)]


def test_select_scores_a_tree_of_choices_in_one_extend(make_backend: Make, tiny: Path) -> None:
    backend = make_backend()
    ids = prompt(1, 40)
    choices = ((1,), (1, 2, 3), (1, 2, 4), (5, 6), (5, 6), (9, 8, 7, 6))
    (reply,) = select(backend, SelectRequest(ids, choices))
    for choice, found in zip(choices, reply.logprobs, strict=True):
        assert found == pytest.approx(scores_by_hand(tiny, ids, choice), abs=2e-3)
    assert reply.usage.prefilled == 40 + len({(1,), (1, 2), (5,), (9,), (9, 8), (9, 8, 7)})
    assert backend.engine.times.forwards == 1
    (again,) = select(backend, SelectRequest(ids, choices))
    assert (again.usage.prefilled, again.usage.cached, backend.engine.times.forwards) == (0, 40, 1)
    assert again.logprobs == reply.logprobs


def test_select_scores_without_the_prompt_too(make_backend: Make, tiny: Path) -> None:
    ids, choices = prompt(1, 10), ((3, 4), (5,))
    (reply,) = select(make_backend(), SelectRequest(ids, choices, unconditional=(256,)))
    for choice, found in zip(choices, reply.unconditional, strict=True):
        assert found == pytest.approx(scores_by_hand(tiny, (256,), choice), abs=2e-3)
    (bare,) = select(make_backend(), SelectRequest(ids, choices, unconditional=()))
    assert [len(scores) for scores in bare.unconditional] == [1, 0]
    assert bare.unconditional[0] == pytest.approx(scores_by_hand(tiny, (3,), (4,)), abs=2e-3)


def test_prefill_leaves_its_keys_and_values(make_backend: Make) -> None:
    backend = make_backend()
    ids = prompt(1, 70)
    usage = asyncio.run(backend.prefill(PrefillRequest(ids)))
    assert (usage.prompt, usage.prefilled, usage.cached) == (70, 70, 0)
    assert ask(backend, gen((*ids, 1), 1))[0].usage.prefilled == 1


def test_namespaces_do_not_share(make_backend: Make) -> None:
    backend = make_backend()
    ask(backend, gen(prompt(1, 30), 2, namespace="a"))
    assert ask(backend, gen(prompt(1, 30), 2, namespace="b"))[0].usage.cached == 0
    assert ask(backend, gen(prompt(1, 30), 2, namespace="a"))[0].usage.cached == 30


def test_streaming_delivers_every_id_once(make_backend: Make) -> None:
    seen: dict[int, list[int]] = {0: [], 1: []}
    request = GenRequest(
        prompt(1, 10),
        Sampling(max_tokens=9, temperature=1.0, ignore_eos=True),
        (1, 2),
        on_tokens=lambda sample, ids: seen[sample].extend(ids),
    )
    (reply,) = ask(make_backend(), request)
    assert [tuple(seen[i]) for i in (0, 1)] == [c.ids for c in reply.completions]


@pytest.mark.parametrize(
    ("request_of", "code"),
    [
        (lambda: gen(prompt(1, 2040), 16), "3101"),
        (lambda: gen((), 4), "3107"),
        (lambda: gen(prompt(1, 5), 4, constraint=Constraint("regex", "(")), "3102"),
        (lambda: gen(prompt(1, 5), 4, constraint=Constraint("json", "{")), "3102"),
        (lambda: gen(prompt(1, 300), 4), "3103"),
        (lambda: gen(prompt(1, 90), 40), "3103"),
    ],
)
def test_what_cannot_be_served(
    make_backend: Make, request_of: Callable[[], GenRequest], code: str
) -> None:
    backend = make_backend(kv_cache_tokens=100 if code == "3103" else 4000)
    with pytest.raises(BackendError) as caught:
        ask(backend, request_of())
    assert caught.value.code == code
    assert len(ids_of(ask(backend, gen(prompt(2, 5), 3)))[0]) == 3  # and it goes on


def test_an_aborted_request_frees_everything(make_backend: Make) -> None:
    backend = make_backend()
    scheduler = backend.engine.scheduler

    async def run() -> None:
        tasks = [asyncio.create_task(backend.generate(gen(prompt(i, 30), 1500))) for i in range(4)]
        while scheduler.slots.held < 200:
            await asyncio.sleep(0.005)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while scheduler.has_work:
            await asyncio.sleep(0.005)

    asyncio.run(run())
    assert scheduler.cache.locked_tokens == 0
    assert scheduler.slots.held == scheduler.cache.tokens == 4 * 30  # the prompts, and nothing else


def test_closing_fails_what_is_pending(make_backend: Make) -> None:
    backend = make_backend()

    async def run() -> None:
        task = asyncio.create_task(backend.generate(gen(prompt(1, 10), 1500)))
        await asyncio.sleep(0.05)
        await backend.close()
        with pytest.raises(BackendError) as pending:
            await task
        with pytest.raises(BackendError) as late:
            await backend.generate(gen(prompt(1, 10), 4))
        assert pending.value.code == late.value.code == "3106"

    asyncio.run(run())
    assert not backend.engine._thread.is_alive()


def test_a_failing_forward_fails_its_requests_and_no_later_one(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = make_backend()
    model = backend.engine.parts.model
    monkeypatch.setattr(model, "forward", lambda *_: 1 / 0)
    with pytest.raises(BackendError, match="ZeroDivisionError"):
        ask(backend, gen(prompt(1, 10), 4))
    monkeypatch.undo()
    assert len(ids_of(ask(backend, gen(prompt(1, 10), 4)))[0]) == 4


def test_several_engines_in_one_process(make_backend: Make) -> None:
    engines = [make_backend() for _ in range(3)]
    assert len({tuple(ids_of(ask(e, gen(prompt(1, 10), 6)))) for e in engines}) == 1


def test_an_idle_engine_takes_no_time(make_backend: Make) -> None:
    backend = make_backend()
    ask(backend, gen(prompt(1, 10), 2))
    steps = backend.engine.scheduler.counters.steps
    time.sleep(0.05)
    assert backend.engine.scheduler.counters.steps == steps
