"""`/generate` and its neighbours: SGLang's protocol as its front end was recorded to speak it."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from sglc.runtime.server.service import Service

from .conftest import ask, events_of, post

AS_SENT: dict[str, Any] = {
    "skip_special_tokens": True, "spaces_between_special_tokens": True, "max_new_tokens": 12, "min_new_tokens": 0,
    "n": 1, "stop": [], "stop_token_ids": [], "stop_regex": [], "temperature": 0.0, "top_p": 1.0, "top_k": -1,
    "min_p": 0.0, "frequency_penalty": 0.0, "presence_penalty": 0.0, "ignore_eos": False, "regex": None,
    "json_schema": None,
}  # fmt: skip
"""What the front end sends with every gen."""


def body(text: Any = "the thin king", **sampling: Any) -> dict[str, Any]:
    """A request as the front end makes it."""
    return {"text": text, "sampling_params": {**AS_SENT, **sampling}}


def test_a_generation_has_text_ids_and_meta_info(make_service: Callable[..., Service]) -> None:
    service = make_service()
    found = post(service, "/generate", body())
    meta = found["meta_info"]
    assert service.model.target.tokenizer.decode(found["output_ids"]).startswith(found["text"])
    assert meta["prompt_tokens"] == len(service.model.encode("the thin king"))
    assert meta["completion_tokens"] == len(found["output_ids"])
    assert meta["finish_reason"]["type"] in ("length", "stop")
    again = post(service, "/generate", body())
    assert again["text"] == found["text"]
    assert again["meta_info"]["cached_tokens"] == meta["prompt_tokens"]
    by_ids = {"input_ids": list(service.model.encode("the thin king")), "sampling_params": AS_SENT}
    assert post(service, "/generate", by_ids)["text"] == found["text"]


def test_lists_and_samples_are_answered_with_lists(make_service: Callable[..., Service]) -> None:
    service = make_service()
    assert len(post(service, "/generate", body(["a", "the thin king"]))) == 2
    assert len(post(service, "/generate", body(["a"]))) == 1
    sampled = post(service, "/generate", body(temperature=1.0, n=3))
    assert len({each["text"] for each in sampled}) > 1
    each_its_own = {
        "text": ["a", "b"],
        "sampling_params": [{"max_new_tokens": 1}, {"max_new_tokens": 3}],
    }
    lengths = [
        r["meta_info"]["completion_tokens"] for r in post(service, "/generate", {**each_its_own})
    ]
    assert lengths[0] == 1
    assert lengths[1] <= 3


def test_no_new_tokens_warm_a_prompt(make_service: Callable[..., Service]) -> None:
    service = make_service()
    found = post(service, "/generate", body(max_new_tokens=0))
    assert (found["text"], found["output_ids"]) == ("", [])
    assert found["meta_info"]["finish_reason"] == {"type": "length", "length": 0}
    assert post(service, "/generate", body())["meta_info"]["cached_tokens"] > 0


def test_choices_are_scored_from_where_they_begin(make_service: Callable[..., Service]) -> None:
    service = make_service()
    start = post(service, "/generate", body(max_new_tokens=0))["meta_info"]["prompt_tokens"] - 2
    texts = ["the thin king" + choice for choice in (" in", " an", "ly")]
    scored = {"return_logprob": True, "return_text_in_logprobs": True, "logprob_start_len": start}
    asked = {**body(texts, max_new_tokens=0), **scored}
    for text, found in zip(texts, post(service, "/generate", asked), strict=True):
        ids = service.model.encode(text)
        rows = found["meta_info"]["input_token_logprobs"]
        assert [row[1] for row in rows] == list(ids[start:])
        assert rows[0][0] is None
        assert all(row[0] < 0 for row in rows[1:])
        assert "".join(row[2] for row in rows) == service.model.target.tokenizer.decode(ids[start:])
        assert found["meta_info"]["output_token_logprobs"] == []


def test_streams_are_cumulative(make_service: Callable[..., Service]) -> None:
    service = make_service()
    asked = {**body(max_new_tokens=40, ignore_eos=True), "stream": True, "return_logprob": True}
    *events, last = events_of(ask(service, "POST", "/generate", json=asked).text)
    assert last == "[DONE]"
    texts = [each["text"] for each in events]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert len(events) > 3
    for each in events:
        assert (
            len(each["meta_info"]["output_token_logprobs"])
            == each["meta_info"]["completion_tokens"]
        )
    assert events[0]["meta_info"]["finish_reason"] is None
    assert events[-1]["meta_info"]["finish_reason"] == {"type": "length", "length": 40}
    assert texts[-1] == post(service, "/generate", body(max_new_tokens=40, ignore_eos=True))["text"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sampling_params": {}},
        {"text": "a", "input_ids": [1]},
        body(temperature="hot"),
        body(foo=1),
        body(regex="("),
        body(json_schema="{"),
        body(json_schema="3"),
        body(n=0),
        body(n=1.5),
        body(regex="a", ebnf="b"),
        {**body(), "image_data": "x"},
        {**body(["a", "b"]), "stream": True},
        {**body(["a", "b"]), "return_logprob": [True]},
        {"input_ids": [1, [2]]},
        {"text": []},
    ],
)
def test_what_can_not_be_is_refused(make_service: Callable[..., Service], wrong: Any) -> None:
    found = ask(make_service(), "POST", "/generate", json=wrong)
    assert found.status_code == 400, found.text
    assert found.json()["error"]["message"]


def test_the_server_tells_of_itself_and_forgets_when_told(
    make_service: Callable[..., Service],
) -> None:
    service = make_service()
    post(service, "/generate", body())
    assert ask(service, "GET", "/get_model_info").json()["model_path"] == service.model.path
    said = ask(service, "GET", "/server_info").json()
    assert said["metrics"]["tokens"]["prefilled"] > 0
    assert said["limits"]["waiting"] == 1024
    assert ask(service, "POST", "/flush_cache").text == "Cache flushed.\n"
    assert post(service, "/generate", body())["meta_info"]["cached_tokens"] == 0
    assert ask(service, "GET", "/health").json() == {"status": "ok"}
    assert [m["id"] for m in ask(service, "GET", "/v1/models").json()["data"]] == ["tiny"]
    assert ask(service, "GET", "/v1/models/tiny").status_code == 200
    assert ask(service, "GET", "/v1/models/other").status_code == 404
    assert ask(service, "GET", "/nothing").json()["error"]["code"] == "not_found"
