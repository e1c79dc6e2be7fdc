"""`/v1/completions`: a field means what the engine does with it, whole and streamed; what it can't mean is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from sglc.runtime.server.service import Service

from .conftest import ask, post, streamed

PATH = "/v1/completions"
GREEDY: dict[str, Any] = {
    "model": "tiny",
    "prompt": "the thin king",
    "max_tokens": 12,
    "temperature": 0,
}
FREE: dict[str, Any] = {**GREEDY, "temperature": 1, "ignore_eos": True, "seed": 5}


def test_a_greedy_completion_is_repeatable_and_counted(
    make_service: Callable[..., Service],
) -> None:
    service = make_service()
    first, again = (post(service, PATH, GREEDY) for _ in range(2))
    choice = first["choices"][0]
    assert (first["object"], first["model"]) == ("text_completion", "tiny")
    assert choice["text"] == again["choices"][0]["text"]
    ids = service.model.encode("the thin king")
    for found, cached in ((first, 0), (again, len(ids))):
        usage = found["usage"]
        assert usage["prompt_tokens"] == len(ids)
        assert usage["prompt_tokens_details"]["cached_tokens"] == cached
        assert usage["total_tokens"] == len(ids) + usage["completion_tokens"]


def test_ids_and_lists_of_prompts_keep_their_order(make_service: Callable[..., Service]) -> None:
    service = make_service()
    texts = ["the thin king", "another", "the thin king"]
    ids = [list(service.model.encode(text)) for text in texts]
    by_text = post(service, PATH, {**GREEDY, "prompt": texts})["choices"]
    by_ids = post(service, PATH, {**GREEDY, "prompt": ids})["choices"]
    alone = post(service, PATH, {**GREEDY, "prompt": ids[1]})["choices"]
    assert [each["index"] for each in by_text] == [0, 1, 2]
    assert [each["text"] for each in by_text] == [each["text"] for each in by_ids]
    assert by_text[0]["text"] == by_text[2]["text"]
    assert by_text[1]["text"] == alone[0]["text"]


def test_samples_differ_and_a_seed_repeats_them(make_service: Callable[..., Service]) -> None:
    service = make_service()
    found = [post(service, PATH, {**FREE, "n": 4})["choices"] for _ in range(2)]
    texts = [[each["text"] for each in choices] for choices in found]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) > 1
    other = post(service, PATH, {**FREE, "n": 4, "seed": 6})["choices"]
    assert [each["text"] for each in other][:3] == texts[0][1:], "sample k has the seed and k"
    unseeded = {**FREE, "seed": None}
    assert (
        post(service, PATH, unseeded)["choices"][0]["text"]
        != post(service, PATH, unseeded)["choices"][0]["text"]
    )


@pytest.mark.parametrize(
    "extra", [{}, {"n": 3}, {"prompt": ["a", "the thin"], "n": 2}, {"logprobs": 2}, {"echo": True}]
)
def test_a_stream_adds_up_to_the_whole(
    make_service: Callable[..., Service], extra: dict[str, Any]
) -> None:
    service = make_service()
    whole = post(service, PATH, {**FREE, **extra})
    chunks = streamed(service, PATH, {**FREE, **extra, "stream_options": {"include_usage": True}})
    *chunks, last = chunks
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]
    for choice in whole["choices"]:
        own = [c for chunk in chunks for c in chunk["choices"] if c["index"] == choice["index"]]
        assert "".join(each["text"] for each in own) == choice["text"]
        assert [each["finish_reason"] for each in own][-1] == choice["finish_reason"]
        assert all(each["finish_reason"] is None for each in own[:-1])
        if choice["logprobs"]:
            for name in ("tokens", "token_logprobs", "text_offset"):
                said = [v for each in own if each["logprobs"] for v in each["logprobs"][name]]
                assert (
                    said == pytest.approx(choice["logprobs"][name])
                    if name == "token_logprobs"
                    else said
                )


def test_a_stream_comes_in_pieces_with_their_log_probabilities(
    make_service: Callable[..., Service],
) -> None:
    chunks = streamed(
        make_service(), PATH, {**FREE, "max_tokens": 60, "logprobs": 1, "return_token_ids": True}
    )
    said = [c for chunk in chunks for c in chunk["choices"] if c["finish_reason"] is None]
    assert len(said) > 3
    assert all(len(c["logprobs"]["token_logprobs"]) == len(c["token_ids"]) for c in said)


def test_logprobs_are_the_models_and_the_first_alternative_is_the_greedy_choice(
    make_service: Callable[..., Service],
) -> None:
    found = post(make_service(), PATH, {**GREEDY, "logprobs": 3})["choices"][0]["logprobs"]
    for token, value, top in zip(
        found["tokens"], found["token_logprobs"], found["top_logprobs"], strict=True
    ):
        assert value <= 0
        assert max(top.values()) == pytest.approx(value)
        assert token in top


def test_echo_scores_the_prompt_as_the_engine_does(make_service: Callable[..., Service]) -> None:
    service = make_service()
    body = {**GREEDY, "max_tokens": 0, "echo": True, "logprobs": 0}
    found = post(service, PATH, body)["choices"][0]
    assert found["text"] == "the thin king"
    values = found["logprobs"]["token_logprobs"]
    assert values[0] is None
    assert len(values) == len(service.model.encode("the thin king"))
    native = {
        "text": "the thin king",
        "sampling_params": {"max_new_tokens": 0},
        "return_logprob": True,
    }
    rows = post(service, "/generate", {**native, "logprob_start_len": 0})["meta_info"][
        "input_token_logprobs"
    ]
    assert values[1:] == pytest.approx([row[0] for row in rows[1:]])


def test_stops_end_the_text_before_them(make_service: Callable[..., Service]) -> None:
    service = make_service()
    text = post(service, PATH, {**FREE, "max_tokens": 40})["choices"][0]["text"]
    stop = text[5:7]
    found = post(service, PATH, {**FREE, "max_tokens": 40, "stop": stop})["choices"][0]
    assert found["text"] == text[: text.index(stop)]
    assert (found["finish_reason"], found["stop_reason"]) == ("stop", stop)


def test_answers_have_the_shape_that_is_asked_for(make_service: Callable[..., Service]) -> None:
    service = make_service()

    def text(**asked: Any) -> str:
        return post(service, PATH, {**FREE, "max_tokens": 60, "ignore_eos": False, **asked})[
            "choices"
        ][0]["text"]

    assert text(structured_outputs={"regex": "[ab]{3}c"})[3:] == "c"
    assert text(structured_outputs={"choice": ["left.", "right"]}) in ("left.", "right")
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    assert text(response_format=wanted) in ('{"ok": true}', '{"ok": false}')


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"model": "other"}, "model"),
        ({"temperature": -1}, "temperature"),
        ({"top_p": 2}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 100_000}, "n"),
        ({"max_tokens": -7}, "max_tokens"),
        ({"logprobs": 10_000}, "logprobs"),
        ({"logit_bias": {"5": 100}}, "logit_bias"),
        ({"suffix": "x"}, "suffix"),
        ({"best_of": 3}, "best_of"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [[1], "a", 3]}, "prompt"),
        ({"prompt": [-1]}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"stop": ["x"] * 1000}, "stop"),
        ({"stop_regex": "("}, "stop_regex"),
        ({"structured_outputs": {"regex": "("}}, "structured_outputs"),
        ({"structured_outputs": {"regex": "(a{1,1000}){1,1000}"}}, "structured_outputs"),
        ({"structured_outputs": {"regex": "a", "choice": ["b"]}}, "structured_outputs"),
        ({"structured_outputs": {"what": "a"}}, "structured_outputs"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
    ],
)
def test_what_can_not_be_is_refused_by_name(
    make_service: Callable[..., Service], changes: dict[str, Any], param: str
) -> None:
    found = ask(make_service(), "POST", PATH, json={**GREEDY, **changes})
    assert found.status_code in (400, 404), found.text
    error = found.json()["error"]
    assert error["param"] == param
    assert error["message"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prompt": "x" * 5000}, "SGL3101"),
        ({"prompt": [100_000]}, "SGL3108"),
        ({"prompt": ""}, "SGL3107"),
        ({"structured_outputs": {"grammar": "nothing"}}, "SGL3102"),
        ({"unknown_field": 1}, "invalid_type"),
    ],
)
def test_what_the_engine_refuses_is_refused_with_its_code(
    make_service: Callable[..., Service], changes: dict[str, Any], code: str
) -> None:
    for stream in (False, True):
        found = ask(make_service(), "POST", PATH, json={**GREEDY, **changes, "stream": stream})
        assert found.status_code == 400, found.text
        assert found.json()["error"]["code"] == code
