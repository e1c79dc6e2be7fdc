"""Bodies of requests in the lines of logs: where they are found, in which form, and what is never taken for one."""

import json

import pytest

from sglc.compiler.lint.logs.any_value import plain
from sglc.compiler.lint.logs.bodies import path_to_body
from sglc.compiler.lint.logs.formats import calls_in
from sglc.compiler.lint.logs.lines import Lines
from sglc.compiler.lint.logs.logged import Logged
from sglc.compiler.lint.logs.usage import usage_of

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def calls(*lines: object) -> list[Logged]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return [found for found in calls_in(text) if isinstance(found, Logged)]


@pytest.mark.parametrize(
    "line",
    [
        BODY,
        {"a": {"b": {"request": BODY}}},
        {"a": json.dumps({"payload": json.dumps(BODY)})},
        f"12:00 INFO client sent {json.dumps(BODY)} in 2 s",
        f"12:00 DEBUG Request options: { ({'method': 'post', 'json_data': BODY})!r}",
    ],
)
def test_a_body_is_found_wherever_it_is(line: object) -> None:
    (found,) = calls(line)
    assert found.body["messages"] == BODY["messages"]


def test_an_answer_is_no_body() -> None:
    assert path_to_body({"response": BODY, "output": BODY}) is None
    assert calls({"generations": [BODY], "result": BODY}) == []


def test_what_stands_around_a_body_completes_it() -> None:
    inner = {"messages": BODY["messages"]}
    line = {"modelId": "claude-x", "input": inner, "modelParameters": {"tool_choice": "none"}}
    (found,) = calls(line)
    assert (found.body["model"], found.body["tool_choice"]) == ("claude-x", "none")


def test_a_server_that_tells_of_a_request_twice_is_heard_once() -> None:
    lines = Lines()
    told = "obj=GenerateReqInput(rid='a', text='It\\'s {on}', input_ids=None)"
    assert lines.data_in(f"[10:00] Receive: {told}") == {"prompt": "It's {on}"}
    assert lines.data_in(f"[10:01] Finish: {told}, out={{}}") is None


def test_breakpoints_that_stand_alone_mark_the_block_in_front() -> None:
    point = {"cachePoint": {"type": "default"}}
    (found,) = calls(
        {
            "modelId": "m",
            "system": [{"text": "a"}, point],
            "messages": [{"role": "user", "content": [{"text": "b"}]}],
        }
    )
    assert found.body["system"] == [{"text": "a", **point}]


def test_events_of_one_span_are_one_call() -> None:
    lines = [
        {"event.name": f"gen_ai.{role}.message", "span_id": span, "body": {"content": role + span}}
        for span in ("1", "2")
        for role in ("system", "user")
    ]
    found = calls(*lines)
    assert [[m["content"] for m in each.body["messages"]] for each in found] == [
        ["system1", "user1"],
        ["system2", "user2"],
    ]


def test_boxes_of_collectors_are_opened() -> None:
    inner = {"values": [{"key": "n", "value": {"intValue": "3"}}]}
    assert plain({"arrayValue": {"values": [{"kvlistValue": inner}]}}) == [{"n": 3}]
    assert plain({"text": "x"}) == {"text": "x"}


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ({"usage": {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}}, 4),
        ({"response": {"usageMetadata": {"promptTokenCount": 9, "cachedContentTokenCount": 5}}}, 5),
        (
            {
                "output": {
                    "outputBodyJson": {"usage": {"inputTokens": 2, "cacheReadInputTokens": 7}}
                }
            },
            7,
        ),
        (
            {
                "response_body": json.dumps(
                    {"usage": {"input_tokens": 9, "cache_read_input_tokens": 0}}
                )
            },
            0,
        ),
        ({"usage": {"prompt_tokens": 9}}, None),
    ],
)
def test_what_was_read_is_said_in_many_words(line: dict[str, object], read: int | None) -> None:
    assert usage_of(line)[0] == read
