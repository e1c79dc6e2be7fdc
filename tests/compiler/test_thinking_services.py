"""Reasoning from chat services: one request gives it with the answer, and it stands apart as everywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from accounts import calls, run_traced
from example_programs import Example
from fake_anthropic import AnthropicServer
from fake_servers import OpenAIServer, running
from plan_writer import TARGET

from sglc.compiler.driver.compilation import Build, Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.target import ChatTemplate, Target
from sglc.runtime.backends.anthropic import AnthropicBackend
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.plan.errors import RunError

CHAT = Target("chat", TARGET.tokenizer, ChatTemplate.chatml())
SOURCE = """
program p(question: str) -> {answer: str, thought: str, more: str}:
    user: question
    assistant: answer = gen(thinking="on", max_thinking_tokens=2000, max_tokens=6)
    user: "And?"
    assistant: more = gen(thinking="off", max_tokens=5)
    return {answer, thought: answer.thinking, more}
"""
ROW = {"question": "2+2?"}


def built(folder: Path, source: str = SOURCE) -> Build:
    """The program, for a service that is asked with turns."""
    path = folder / "p.sgl"
    path.write_text(source, "utf-8")
    module, _ = load(path)
    return compile_module(module, Options(), Choice(CHAT))


def ran(folder: Path, backend: Any) -> tuple[Any, list[dict[str, Any]]]:
    """What the row gave, and its calls."""
    path = folder / "t.jsonl"
    (result,) = run_traced(built(folder), Example("p", (ROW, ROW)), backend, path)
    return result, calls(path)


@pytest.mark.parametrize("owner", ["vllm", "sglang", "llamacpp"])
def test_a_chat_is_asked_once_for_both(owner: str, tmp_path: Path) -> None:
    server = OpenAIServer(CHAT, owner=owner)
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", CHAT, model="small", chat=True, dialect=owner)
        result, found = ran(tmp_path, backend)
    assert result.error is None, result.error
    assert result.result["thought"] == "I think."
    assert [call["name"] for call in found] == ["answer.thinking", "answer", "more"]
    assert [call["texts"][0] for call in found] == [
        "I think.",
        result.result["answer"],
        result.result["more"],
    ]
    asked = [body for path, body in server.asked if path.endswith("/chat/completions")]
    assert len(asked) == 2
    assert asked[0]["chat_template_kwargs"]["enable_thinking"] is True
    assert asked[0]["max_tokens"] == 2006
    assert asked[1]["chat_template_kwargs"]["enable_thinking"] is False
    assert [message["role"] for message in asked[1]["messages"]] == ["user", "assistant", "user"]
    assert asked[1]["messages"][1]["content"] == result.result["answer"]


def test_anthropic_gives_its_blocks_of_thinking(tmp_path: Path) -> None:
    server = AnthropicServer(CHAT)
    with running(server) as url:
        backend = AnthropicBackend(CHAT, model="claude-opus-4-8", base_url=url)
        result, found = ran(tmp_path, backend)
    assert result.error is None, result.error
    assert (result.result["thought"], len(found)) == ("I think.", 3)
    first, second = (body for path, body in server.asked if path == "/v1/messages")
    assert first["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert first["max_tokens"] == 2006
    assert "thinking" not in second


def test_fewer_tokens_than_the_service_takes_are_refused(tmp_path: Path) -> None:
    source = SOURCE.replace("2000", "10")
    server = AnthropicServer(CHAT)
    with running(server) as url:
        backend = AnthropicBackend(CHAT, model="claude-opus-4-8", base_url=url)
        path = tmp_path / "t.jsonl"
        made = built(tmp_path, source)
        (result,) = run_traced(made, Example("p", (ROW, ROW)), backend, path)
    assert result.error is not None
    assert result.error.code == "SGL3104"
    assert "1024" in result.error.message
    assert not [path for path, _ in server.asked if path == "/v1/messages"]


def test_a_service_that_keeps_reasoning_to_itself_is_refused_before_the_first_call(
    tmp_path: Path,
) -> None:
    server = OpenAIServer(CHAT, owner="openai")
    with running(server) as url:
        backend = OpenAIBackend(f"{url}/v1", CHAT, model="small", chat=True, dialect="hosted")
        with pytest.raises(RunError, match="keep reasoning apart"):
            ran(tmp_path, backend)
    assert not [path for path, _ in server.asked if path.endswith("/chat/completions")]
