"""Reasoning apart from the answer, over `/v1/chat/completions`: asked for, streamed and counted apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.target import ChatTemplate, Target
from sglc.runtime.server.model import ServedModel
from sglc.runtime.server.service import Service

from .conftest import ask, post, streamed

PATH = "/v1/chat/completions"
REASONS = Path(__file__).parents[2] / "ir" / "target" / "templates" / "reasons.jinja"
BODY: dict[str, Any] = {
    "model": "tiny",
    "messages": [{"role": "user", "content": "the thin king?"}],
    "max_tokens": 6,
    "max_thinking_tokens": 9,
    "seed": 3,
    "separate_reasoning": True,
    "structured_outputs": {"regex": "[0-9]{2}"},
}


@pytest.fixture
def thinker(make_service: Callable[..., Service]) -> Service:
    """The tiny model behind a template that shows reasoning."""
    service = make_service()
    model = service.model
    template = ChatTemplate(REASONS.read_text("utf-8"))
    target = Target("tiny", model.target.tokenizer, template)
    return Service(service.backend, ServedModel("tiny", target, 2048, "tiny", model.limits))


def test_the_constraint_begins_behind_the_reasoning(thinker: Service) -> None:
    found = post(thinker, PATH, BODY)
    message = found["choices"][0]["message"]
    assert message["reasoning_content"]
    assert len(message["content"]) == 2
    assert message["content"].isdigit()
    details = found["usage"]["completion_tokens_details"]
    assert 0 < details["reasoning_tokens"] <= 9
    assert found["usage"]["completion_tokens"] > details["reasoning_tokens"]


def test_a_stream_says_the_same_apart(thinker: Service) -> None:
    whole = post(thinker, PATH, {**BODY, "n": 2})
    pieces: dict[int, dict[str, str]] = {0: {}, 1: {}}
    for event in streamed(thinker, PATH, {**BODY, "n": 2}):
        for choice in event["choices"]:
            said = pieces[choice["index"]]
            for name, text in choice["delta"].items():
                if isinstance(text, str) and name != "role":
                    assert name != "reasoning_content" or not said.get("content")
                    said[name] = said.get(name, "") + text
    for choice in whole["choices"]:
        for name in ("content", "reasoning_content"):
            assert pieces[choice["index"]][name] == choice["message"][name]


def test_without_being_asked_nothing_is_taken_apart(thinker: Service) -> None:
    plain = {name: v for name, v in BODY.items() if name not in ("separate_reasoning",)}
    assert "reasoning_content" not in post(thinker, PATH, plain)["choices"][0]["message"]
    off = {**plain, "chat_template_kwargs": {"enable_thinking": False}}
    assert "reasoning_content" not in post(thinker, PATH, off)["choices"][0]["message"]


def test_history_may_hold_reasoning(thinker: Service) -> None:
    turns = [
        {"role": "user", "content": "1+1?"},
        {"role": "assistant", "content": "2", "reasoning_content": "One and one."},
        {"role": "user", "content": "Sure?"},
    ]
    assert post(thinker, PATH, {**BODY, "messages": turns})["choices"]


def test_what_can_t_be_done_is_refused(
    thinker: Service, make_service: Callable[..., Service]
) -> None:
    for service, changes in (
        (make_service(), {}),
        (thinker, {"chat_template_kwargs": {"enable_thinking": "yes"}}),
        (thinker, {"chat_template_kwargs": {"other": 1}}),
        (thinker, {"max_thinking_tokens": -7}),
    ):
        assert ask(service, "POST", PATH, json={**BODY, **changes}).status_code == 400
