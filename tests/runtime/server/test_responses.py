"""`/v1/responses`: the same conversations in other words; the official client reads what comes, whole and streamed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sglc.runtime.server.openai.items import messages_of
from sglc.runtime.server.service import Service

from .conftest import ask, events_of, post
from .test_chat import TIME, WEATHER

PATH = "/v1/responses"
BODY: dict[str, Any] = {
    "model": "tiny",
    "input": "the thin king?",
    "max_output_tokens": 16,
    "temperature": 0,
}
FLAT = {"type": "function", **WEATHER["function"]}
OTHER = {"type": "function", **TIME["function"]}


def streamed(service: Service, body: dict[str, Any]) -> list[Any]:
    found = ask(service, "POST", PATH, json={**body, "stream": True})
    assert found.status_code == 200, found.text
    names = [line[7:] for line in found.text.splitlines() if line.startswith("event: ")]
    events = events_of(found.text)
    assert [event["type"] for event in events] == names
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    return events


def test_items_are_messages() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    made = messages_of(
        "be brief",
        [
            {"role": "user", "content": "a"},
            call,
            call,
            {"type": "function_call_output", "call_id": "c", "output": "5"},
        ],
    )
    assert [each["role"] for each in made] == ["system", "user", "assistant", "tool"]
    assert len(made[2]["tool_calls"]) == 2


def test_a_response_says_what_the_chat_says(make_service: Callable[..., Service]) -> None:
    service = make_service()
    found = post(service, PATH, {**BODY, "instructions": "be brief"})
    turns = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "the thin king?"},
    ]
    chat = post(
        service, "/v1/chat/completions", {"messages": turns, "max_tokens": 16, "temperature": 0}
    )
    assert found["output"][0]["content"][0]["text"] == chat["choices"][0]["message"]["content"]
    assert found["status"] == (
        "incomplete" if chat["choices"][0]["finish_reason"] == "length" else "completed"
    )
    assert found["usage"]["output_tokens"] == chat["usage"]["completion_tokens"]
    assert isinstance(found["usage"]["input_tokens_details"]["cached_tokens"], int)


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"include": ["message.output_text.logprobs"], "top_logprobs": 1},
        {"tools": [FLAT, OTHER], "tool_choice": {"type": "function", "name": "weather"}},
        {"tools": [FLAT, OTHER], "tool_choice": "required", "max_output_tokens": 200},
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": FLAT["parameters"]}}},
    ],
)
def test_a_stream_grows_into_the_whole(
    make_service: Callable[..., Service], extra: dict[str, Any]
) -> None:
    service = make_service()
    whole = post(service, PATH, {**BODY, **extra})
    events = streamed(service, {**BODY, **extra})
    last = events[-1]["response"]
    assert events[-1]["type"] == f"response.{whole['status']}"
    items = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert (
        [i["type"] for i in items]
        == [i["type"] for i in last["output"]]
        == [i["type"] for i in whole["output"]]
    )
    for item, own in zip(items, last["output"], strict=True):
        assert item["id"] == own["id"]
        key = "delta"
        deltas = "".join(
            e[key] for e in events if e["type"].endswith(".delta") and e["item_id"] == item["id"]
        )
        assert deltas == (
            item["arguments"] if item["type"] == "function_call" else item["content"][0]["text"]
        )
    if "text" in extra:
        assert set(json.loads(whole["output"][0]["content"][0]["text"])) == {"sunny"}
    if "include" in extra:
        assert len(whole["output"][0]["content"][0]["logprobs"]) == whole["usage"]["output_tokens"]


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"background": True}, "background"),
        ({"include": ["file_search_call.results"]}, "include"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0]"),
        ({"input": [{"type": "function_call_output", "call_id": "x"}]}, "input[0]"),
        ({"input": []}, "messages"),
        ({"tools": [{"type": "web_search"}]}, "tools"),
        ({"text": {"format": {"type": "xml"}}}, "response_format"),
    ],
)
def test_what_can_not_be_is_refused_by_name(
    make_service: Callable[..., Service], changes: dict[str, Any], param: str
) -> None:
    found = ask(make_service(), "POST", PATH, json={**BODY, **changes})
    assert found.status_code == 400, found.text
    assert found.json()["error"]["param"] == param
