"""Reasoning apart from the answer, over `/v1/chat/completions`: asked for, streamed and counted apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openai.types.responses import (
    ResponseReasoningItem,
    ResponseReasoningTextDeltaEvent,
    ResponseReasoningTextDoneEvent,
)

from sglc.ir.target import ChatTemplate, Target
from sglc.runtime.server.model import ServedModel
from sglc.runtime.server.openai.items import messages_of
from sglc.runtime.server.service import Service

from .conftest import ask, events_of, post, streamed

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


RESPONSES = "/v1/responses"
ASKED: dict[str, Any] = {
    "model": "tiny",
    "input": "the thin king?",
    "max_output_tokens": 6,
    "temperature": 0,
    "reasoning": {"effort": "medium"},
}


def test_a_response_has_its_reasoning_as_an_item_of_its_own(thinker: Service) -> None:
    found = post(thinker, RESPONSES, ASKED)
    assert [item["type"] for item in found["output"]] == ["reasoning", "message"]
    ResponseReasoningItem.model_validate(found["output"][0])
    thought = found["output"][0]["content"][0]
    assert thought["type"] == "reasoning_text"
    assert thought["text"]
    assert found["usage"]["output_tokens_details"]["reasoning_tokens"] > 0
    for effort in ({"effort": "none"}, {}):
        plain = post(thinker, RESPONSES, {**ASKED, "reasoning": effort})
        assert [item["type"] for item in plain["output"]] == ["message"]
    assert (
        ask(thinker, "POST", RESPONSES, json={**ASKED, "reasoning": {"effort": 3}}).status_code
        == 400
    )


def test_a_streamed_response_says_its_reasoning_first(thinker: Service) -> None:
    whole = post(thinker, RESPONSES, ASKED)
    events = events_of(ask(thinker, "POST", RESPONSES, json={**ASKED, "stream": True}).text)
    official = {
        "response.reasoning_text.delta": ResponseReasoningTextDeltaEvent,
        "response.reasoning_text.done": ResponseReasoningTextDoneEvent,
    }
    for event in events:
        if event["type"] in official:
            official[event["type"]].model_validate(event)
    for kind, at in (("reasoning_text", 0), ("output_text", 1)):
        deltas = [event for event in events if event["type"] == f"response.{kind}.delta"]
        assert {event["output_index"] for event in deltas} <= {at}
        said = whole["output"][at]["content"][0]["text"]
        assert "".join(event["delta"] for event in deltas) == said
        (done,) = (event for event in events if event["type"] == f"response.{kind}.done")
        assert done["text"] == said
    assert [i["type"] for i in events[-1]["response"]["output"]] == ["reasoning", "message"]


def test_reasoning_that_a_client_sends_back_goes_into_its_turn(thinker: Service) -> None:
    first = post(thinker, RESPONSES, ASKED)
    history = [{"role": "user", "content": "the thin king?"}, *first["output"]]
    made = messages_of(None, history)
    assert [message["role"] for message in made] == ["user", "assistant"]
    assert made[1]["reasoning_content"] == first["output"][0]["content"][0]["text"]
    more = [*history, {"role": "user", "content": "and?"}]
    assert post(thinker, RESPONSES, {**ASKED, "input": more})["output"]
