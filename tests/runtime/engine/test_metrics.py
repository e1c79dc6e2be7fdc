"""Metrics: tokens by origin, latencies, and why a prefix missed."""

from collections.abc import Callable

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.metrics import percentiles

from .asking import ask, gen, prompt

Make = Callable[..., EngineBackend]


def test_tokens_are_counted_by_origin(make_backend: Make) -> None:
    backend = make_backend()
    for _ in range(2):
        ask(backend, gen(prompt(1, 40), 5))
    metrics = backend.metrics()
    assert metrics.requests == 2
    tokens = metrics.tokens
    assert (tokens["prompt"], tokens["cached"], tokens["prefilled"], tokens["decoded"]) == (
        80,
        40,
        40,
        8,
    )
    assert metrics.hit_rate == 0.5
    assert metrics.slots_held == metrics.slots_cached == 44
    assert metrics.slots_locked == 0


def test_latencies_and_times_add_up(make_backend: Make) -> None:
    backend = make_backend()
    ask(backend, *(gen(prompt(i, 40), 5) for i in range(4)))
    metrics = backend.metrics()
    assert 0 < metrics.latency_s["ttft"]["p50"] <= metrics.latency_s["ttft"]["p99"]
    assert metrics.latency_s["tpot"]["p50"] > 0
    assert 0 < metrics.bookkeeping < 1
    assert metrics.as_dict()["times_s"]["forward"] > 0


def test_what_is_lost_to_a_preemption_and_computed_again_is_counted_apart(
    make_backend: Make,
) -> None:
    """Whole pages alone enter the tree: what stands behind the last of them is lost."""
    backend = make_backend(page_size=16, preempt_every=5)
    ask(backend, gen(prompt(1, 20), 30))
    metrics = backend.metrics()
    tokens = metrics.tokens
    assert metrics.preempted > 0
    assert tokens["recomputed"] > 0
    assert tokens["prefilled"] - tokens["recomputed"] == 20
    assert tokens["decoded"] == 29
    calm = make_backend(page_size=16)
    ask(calm, gen(prompt(1, 20), 30))
    assert calm.metrics().tokens["recomputed"] == 0


def test_a_miss_has_its_reason(make_backend: Make) -> None:
    backend = make_backend(kv_cache_tokens=100)
    ask(backend, gen(prompt(1, 60), 2))
    assert (backend.metrics().tokens["missed_new"], backend.metrics().tokens["missed_evicted"]) == (
        60,
        0,
    )
    ask(backend, gen(prompt(2, 60), 2))
    ask(backend, gen(prompt(1, 60), 2))
    assert (backend.metrics().tokens["missed_new"], backend.metrics().tokens["missed_evicted"]) == (
        120,
        60,
    )


def test_percentiles() -> None:
    assert percentiles(range(1, 101)) == {"p50": 51, "p95": 96, "p99": 100}
    assert percentiles([]) == {"p50": 0.0, "p95": 0.0, "p99": 0.0}
