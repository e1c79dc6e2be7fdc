"""The six example programs on the mock: what the reference interpreter gives, at the lower bound, as predicted."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import lower_bound as naive
import pytest

from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.ir.meaning.interpret import run as interpret
from sglc.ir.meaning.outcome import SourceCall
from sglc.ir.target import Target
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute, header_of
from sglc.runtime.trace.records import CallRecord, Trace, TraceWriter, read_trace
from sglc.runtime.trace.worlds import worlds

SEED = 3
"""Chosen so that no two arms say the same by chance: then more would be cached than can be predicted."""
EXAMPLES = Path(__file__).parent.parent.parent / "examples"
TARGET = Target.estimating()
TEXT = "The harbour committee met on Tuesday to decide how the new piers should be paid for. " * 4

ARGS: dict[str, dict[str, Any]] = {
    "triage": {"document": TEXT},
    "judge": {"essay": TEXT, "dimensions": ["clarity", "depth", "style", "wit", "length", "tone"]},
    "agent": {"tools": "search(query): finds a page", "task": "Who built the harbour?"},
    "vote": {
        "question": "How many piers are there?",
        "shots": [{"q": "2 + 2?", "a": "4"}, {"q": "3 + 3?", "a": "6"}],
    },
    "ask": {
        "rules": "Answer briefly.",
        "documents": [{"id": "b", "body": TEXT}, {"id": "a", "body": "Piers rot."}],
        "user_name": "Ada",
        "question": "Who pays?",
    },
    "solve": {"problem": "Four piers, two ships each: how many ships?"},
}
HOSTS = {"search": lambda query: f"There are {len(query)} pages about it."}
PROGRAMS = sorted(ARGS)


@cache
def build(name: str, level: int) -> Build:
    return compile_file(EXAMPLES / f"{name}.sgl", Options(level=level), "estimate")


def run(name: str, level: int, path: Path, mock: MockBackend | None = None) -> tuple[Any, Trace]:
    plan, mock = build(name, level).plan, mock or MockBackend(TARGET)
    with path.open("w") as stream:
        sink = TraceWriter(stream, header_of(plan, plan.entry, mock, SEED))
        coming = execute(
            plan,
            plan.entry,
            ARGS[name],
            backend=mock,
            target=TARGET,
            hosts=HOSTS,
            run_seed=SEED,
            trace=sink,
        )
        result = asyncio.run(coming)
    return result, read_trace(path)


def misses(path: Path) -> int:
    """Tokens prefilled beyond the lower bound, by the naive implementation."""
    return naive.measured(path)["prefilled"] - naive.lower_bound(naive.calls_of(path))


Key = tuple[tuple[str, ...], tuple[int, ...], int]


def asked(trace: Trace) -> dict[Key, tuple[Any, ...]]:
    """The transcript of a trace: what each call of the source was asked, and what it answered."""
    found: dict[Key, tuple[Any, ...]] = {}
    for call in trace.calls:
        for sample, answer in enumerate(answers(call)):
            key = ((*call.path, call.site), tuple(call.indices), sample)
            assert key not in found
            found[key] = (tuple(call.prompt), tuple(answer), tuple(call.seeds[sample : sample + 1]))
    return found


def answers(call: CallRecord) -> list[list[int]]:
    return call.outputs if call.kind == "gen" else [call.choices[call.chosen]]


def expected(calls: tuple[SourceCall, ...]) -> Mapping[Key, tuple[Any, ...]]:
    return {
        call.key: (call.asked, call.returned, (call.seed,) if call.kind == "gen" else ())
        for call in calls
    }


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", PROGRAMS)
def test_result_and_transcript_are_the_interpreters(name: str, level: int, tmp_path: Path):
    made = build(name, level)
    outcome = interpret(
        made.module, made.plan.entry, ARGS[name], target=TARGET, hosts=HOSTS, run_seed=SEED
    )
    result, trace = run(name, level, tmp_path / "t")
    assert result == outcome.result
    assert asked(trace) == expected(outcome.transcript)


@pytest.mark.parametrize("name", PROGRAMS)
def test_prefilled_is_the_lower_bound_and_nothing_is_replayed(name: str, tmp_path: Path):
    _, trace = run(name, 1, tmp_path / "t")
    assert misses(tmp_path / "t") == 0
    assert trace.totals.replayed == 0
    found = worlds(trace.requests)
    assert found.lower_bound == found.compiled <= found.cache_alone <= found.stateless


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_cached_prefix_ends_where_the_plan_says(name: str, tmp_path: Path):
    _, trace = run(name, 1, tmp_path / "t")
    for call in trace.calls:
        where = (call.name, call.site, call.indices)
        assert (where, call.cached) == (where, call.predicted_cached)


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_a_cache_it_misses_the_bound(name: str, tmp_path: Path):
    _, trace = run(name, 1, tmp_path / "t", MockBackend(TARGET, cache=False))
    assert (misses(tmp_path / "t") > 0) == (len(trace.calls) > 1)


@pytest.mark.parametrize("name", ["judge", "vote", "solve"])
def test_without_waiting_for_siblings_forks_miss_the_bound(name: str, tmp_path: Path):
    run(name, 1, tmp_path / "t", MockBackend(TARGET, waits=False, prefill=False))
    assert misses(tmp_path / "t") > 0
