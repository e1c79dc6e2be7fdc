"""The example programs over HTTP: an SGLang server gives what the mock gives, from the cache that was predicted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from accounts import calls, run_traced, warmed
from example_programs import BY_NAME, LIST, ROOT, Example
from fake_servers import OpenAIServer, SGLangServer, running

from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.backends.routing import RoutedBackend
from sglc.runtime.backends.sglang import SGLangBackend

# Random text that must match an expression as a whole does not close its quotes in time.
CUT_SHORT = ("judge",)
# Sampled calls are the server's own; what a constraint's expression allows, the hash model draws token by token.
OF_ITS_OWN = ("vote", "solve", "judge")


def build(example: Example, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.chdir(ROOT)
    return compile_file(example.path.relative_to(ROOT), Options(), "estimate")


def is_as_predicted(call: dict[str, Any], warm: list[dict[str, Any]]) -> bool:
    """A server computes a prompt's last position anew, and has the last token of a choice that it scored.

    A warm-up goes over a connection of its own: what it is still computing when a call arrives is not there yet.
    """
    found, predicted = call.get("cached", 0), call.get("predicted_cached", 0)
    beside = [w for w in warm if w["started"] <= call["ended"] and call["started"] <= w["ended"]]
    return abs(found - predicted) <= 1 or (bool(beside) and found < predicted)


@pytest.mark.parametrize("example", LIST, ids=lambda e: e.name)
def test_every_example_runs_on_sglang(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, path = build(example, monkeypatch), tmp_path / "t.jsonl"
    with running(SGLangServer(made.choice.target)) as url:
        results = run_traced(
            made, example, SGLangBackend(url, made.choice.target, seeds=True), path
        )
    errors = [result.error.code for result in results if result.error]
    assert errors == (["SGL3201"] if example.name in CUT_SHORT else [])
    if example.name not in OF_ITS_OWN:
        asked, warm = calls(path), warmed(path)
        assert asked
        assert [call for call in asked if not is_as_predicted(call, warm)] == []
        expected = run_traced(
            made, example, MockBackend(made.choice.target), tmp_path / "mock.jsonl"
        )
        assert [result.result for result in results] == [result.result for result in expected]


def test_several_endpoints_share_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = BY_NAME["triage"]
    made, path = build(example, monkeypatch), tmp_path / "t.jsonl"
    servers = [SGLangServer(made.choice.target) for _ in range(2)]
    with running(servers[0]) as first, running(servers[1]) as second:
        routed = RoutedBackend([SGLangBackend(url, made.choice.target) for url in (first, second)])
        results = run_traced(made, example, routed, path, rows=2)
    assert [result.error for result in results] == [None, None]
    # Both calls of a row go to one server, which has the document in its cache.
    assert all(server.asked for server in servers)
    later = [call for call in calls(path) if call["kind"] == "gen"]
    assert all(call["cached"] >= call["predicted_cached"] for call in later)


@pytest.mark.parametrize("owner", ["vllm", "system"])
def test_a_completions_server_gives_the_same_text(
    owner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = BY_NAME["ask"]
    made = build(example, monkeypatch)
    with running(OpenAIServer(made.choice.target, owner=owner)) as url:
        backend = OpenAIBackend(f"{url}/v1", made.choice.target)
        results = run_traced(made, example, backend, tmp_path / "t.jsonl")
    expected = run_traced(made, example, MockBackend(made.choice.target), tmp_path / "mock.jsonl")
    assert [(result.result, result.error) for result in results] == [(expected[0].result, None)]


def test_a_chat_is_asked_with_the_turns_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = BY_NAME["ask"]
    made = build(example, monkeypatch)
    server = OpenAIServer(made.choice.target)
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", made.choice.target, chat=True)
        (result,) = run_traced(made, example, backend, tmp_path / "t.jsonl")
    assert result.error is None
    ((path, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == "When is it?"
