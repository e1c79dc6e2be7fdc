"""`/generate`: texts or token ids as requests of the backend, and their replies with `meta_info`, whole or cumulative.

`max_new_tokens` 0 computes the prompt alone; with `return_logprob` its tokens are scored from `logprob_start_len` on,
the first of them always without a value, since that is what clients of this protocol expect.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....ir.sampling import Constraint, Sampling, takes
from ...backend import (
    Completion,
    GenReply,
    GenRequest,
    PromptText,
    SelectReply,
    SelectRequest,
    Usage,
)
from ..bodies import Body
from ..limits import check_constraint
from ..model import ServedModel
from ..refusal import Refusal, wrong
from ..sampling import refuse_given, sampling_of, seeds_of
from ..schemas import parsed_schema, schema_constraint
from ..streams import Ended, Event, Piece

BASE = Sampling(max_tokens=128, temperature=1.0)
WIRE: Mapping[str, str] = {
    "max_new_tokens": "max_tokens",
    "min_new_tokens": "min_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "stop": "stop",
    "stop_token_ids": "stop_token_ids",
    "stop_regex": "stop_regex",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "repetition_penalty": "repetition_penalty",
    "ignore_eos": "ignore_eos",
}
"""Sampling parameters of the protocol, and the field of `Sampling` for each."""
_MEANINGLESS: Mapping[str, Any] = {
    "skip_special_tokens": True,
    "spaces_between_special_tokens": True,
    "no_stop_trim": False,
    "custom_params": None,
    "logit_bias": {},
    "structural_tag": None,
    "stream_interval": None,
}
_OTHERS = ("n", "seed", "sampling_seed", "regex", "json_schema", "ebnf")


class GenerateBody(Body, frozen=True, kw_only=True):
    """A request. One of `text` and `input_ids` is given, for one prompt or a list of them."""

    text: str | list[str] | None = None
    input_ids: list[int | list[int]] | None = None
    sampling_params: dict[str, Any] | list[dict[str, Any]] | None = None
    return_logprob: bool | list[bool] | None = None
    logprob_start_len: int | list[int] | None = None
    top_logprobs_num: int | list[int] | None = None
    return_text_in_logprobs: bool = False
    stream: bool = False
    rid: str | list[str] | None = None
    model: str | None = None
    image_data: Any = None


@dataclass(frozen=True, slots=True)
class One:
    """One prompt of a request. `start`: from where on its own tokens are scored; None: they are not."""

    ids: tuple[int, ...]
    request: GenRequest | None
    score: SelectRequest | None
    start: int | None
    samples: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks, prompt by prompt."""

    id: str
    body: GenerateBody
    model: ServedModel
    ones: tuple[One, ...]
    is_list: bool
    started: float = field(default_factory=time.monotonic)

    @property
    def weight(self) -> int:
        """How many prompts and samples."""
        return sum(one.samples for one in self.ones)

    @property
    def requests(self) -> tuple[GenRequest, ...]:
        """What is generated."""
        return tuple(one.request for one in self.ones if one.request is not None)


def read(body: GenerateBody, model: ServedModel, id: str) -> Asked:
    """What is asked of the backend. Raises Refusal."""
    model.check_name(body.model)
    if body.image_data:
        raise Refusal(400, "unsupported", "the model reads text, and no images", param="image_data")
    prompts, is_list = _prompts(body, model)
    if body.stream and len(prompts) > 1:
        raise wrong("stream", "one prompt can be streamed, not a list of them")
    ones = tuple(_one(body, model, n, *prompt) for n, prompt in enumerate(prompts))
    return Asked(id, body, model, ones, is_list or any(one.samples > 1 for one in ones))


def reply(
    asked: Asked,
    replies: Sequence[GenReply | None],
    scores: Sequence[SelectReply | None],
    warmed: Sequence[Usage | None],
) -> Any:
    """The whole answer: an object, or a list for several prompts or samples. One of each per prompt, or None."""
    found = [
        each
        for one, reply, score, usage in zip(asked.ones, replies, scores, warmed, strict=True)
        for each in _replies(asked, one, reply, score, usage)
    ]
    return found if asked.is_list else found[0]


class Chunks:
    """The answer as a stream: each chunk repeats the text so far."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._so_far: dict[int, Piece] = {}

    def of(self, event: Event) -> Iterator[dict[str, Any]]:
        """The chunks that an event makes."""
        asked = self._asked
        if isinstance(event, Ended):
            for index, done in enumerate(event.reply.completions):
                yield self._numbered(
                    index, _said(asked, asked.ones[0], done, event.reply.usage, None)
                )
            return
        before = self._so_far.get(event.sample)
        so_far = self._so_far[event.sample] = before.joined(event) if before else event
        done = Completion(
            so_far.ids, so_far.ids, so_far.text, "length", so_far.logprobs, so_far.top
        )
        shown = _said(asked, asked.ones[0], done, Usage(prompt=len(asked.ones[0].ids)), None)
        shown["meta_info"]["finish_reason"] = None
        yield self._numbered(event.sample, shown)

    def end(self) -> Iterator[dict[str, Any]]:
        """Nothing comes last but the mark that the stream is over."""
        return iter(())

    def _numbered(self, index: int, shown: dict[str, Any]) -> dict[str, Any]:
        return {**shown, "index": index} if self._asked.ones[0].samples > 1 else shown


# --- reading --------------------------------------------------------------------------------------


def _prompts(
    body: GenerateBody, model: ServedModel
) -> tuple[list[tuple[tuple[int, ...], str | None]], bool]:
    """Ids and text of each prompt, and whether there is a list of them."""
    if (body.text is None) == (body.input_ids is None):
        raise wrong("text", "either `text` or `input_ids` is given")
    given: Any = body.text if body.text is not None else body.input_ids
    is_list = isinstance(given, list) and not all(isinstance(each, int) for each in given)
    many = given if is_list else [given]
    if not many or len(many) > model.limits.prompts:
        raise wrong(
            "text", f"there are {len(many)} prompts; this server takes 1 to {model.limits.prompts}"
        )
    if not all(isinstance(each, str | list) for each in many):
        raise wrong("input_ids", "token ids are a list of numbers, or a list of such lists")
    return [_prompt(each, model) for each in many], is_list


def _prompt(given: str | list[int], model: ServedModel) -> tuple[tuple[int, ...], str | None]:
    if isinstance(given, str):
        return model.encode(given, "text"), given
    return model.checked(tuple(given), "input_ids"), None


def _one(
    body: GenerateBody, model: ServedModel, number: int, ids: tuple[int, ...], text: str | None
) -> One:
    given = _nth(body.sampling_params, number, "sampling_params") or {}
    _check_names(given)
    sampling = sampling_of(given, WIRE, BASE)
    wants_logprob = bool(_nth(body.return_logprob, number, "return_logprob"))
    top = _nth(body.top_logprobs_num, number, "top_logprobs_num") or 0
    if wants_logprob:
        sampling = sampling_of(
            {"top_logprobs_num": top}, {"top_logprobs_num": "top_logprobs"}, sampling
        )
        sampling = sampling.merged(logprobs=True)
    start = _start(body, number, ids) if wants_logprob else None
    seeds = seeds_of(_seed(given), _integer(given, "n", 1), model.limits)
    constraint = _constraint(given, model)
    prompt_text = PromptText(text) if text is not None else None
    request = GenRequest(ids, sampling, seeds, constraint, prompt_text=prompt_text)
    score = None
    if start is not None and start + 1 < len(ids):
        score = SelectRequest(ids[: start + 1], (ids[start + 1 :],), prompt_text=prompt_text)
    return One(ids, None if sampling.max_tokens == 0 else request, score, start, len(seeds))


def _check_names(given: Mapping[str, Any]) -> None:
    """Raise Refusal for what is none of the protocol's parameters, of the wrong type, or would not be obeyed."""
    for name, value in given.items():
        if name not in WIRE and name not in _OTHERS and name not in _MEANINGLESS:
            raise wrong(name, f"unknown field `{name:.60}`, expected one of {', '.join(WIRE)}")
        field = WIRE.get(name)
        if field in ("stop", "stop_regex") and isinstance(value, str):
            continue
        if field is not None and value is not None and not takes(field, value):
            raise wrong(name, f"`{name}` is {value!r:.60}, which it can't be")
    refuse_given(given, _MEANINGLESS)


def _constraint(given: Mapping[str, Any], model: ServedModel) -> Constraint | None:
    named = [name for name in ("regex", "json_schema", "ebnf") if given.get(name) is not None]
    if not named:
        return None
    if len(named) > 1:
        raise wrong(named[1], f"`{named[0]}` and `{named[1]}` can't be given together")
    name, text = named[0], given[named[0]]
    if name == "json_schema":
        return schema_constraint(parsed_schema(text, name), model.limits, name)
    if not isinstance(text, str):
        raise wrong(name, f"`{name}` is a text")
    found = Constraint("regex" if name == "regex" else "grammar", text)
    check_constraint(found, model.limits, name)
    return found


def _start(body: GenerateBody, number: int, ids: tuple[int, ...]) -> int | None:
    """From where on the prompt is scored; None: not at all."""
    start = _nth(body.logprob_start_len, number, "logprob_start_len")
    if start is None or start < 0 or not ids:
        return None
    return min(start, len(ids) - 1)


def _seed(given: Mapping[str, Any]) -> int | None:
    name = "sampling_seed" if given.get("sampling_seed") is not None else "seed"
    return None if given.get(name) is None else _integer(given, name, 0)


def _integer(given: Mapping[str, Any], name: str, usual: int) -> int:
    value = given.get(name)
    value = usual if value is None else value
    if type(value) is not int:
        raise wrong(name, f"`{name}` is {value!r:.60}; it must be a whole number")
    return value


def _nth(given: Any, number: int, name: str) -> Any:
    """The value for one prompt: of a list its own, of anything else the same for all."""
    if not isinstance(given, list):
        return given
    if number >= len(given):
        raise wrong(name, f"`{name}` has {len(given)} entries, and there are more prompts")
    return given[number]


# --- writing --------------------------------------------------------------------------------------


def _replies(
    asked: Asked, one: One, reply: GenReply | None, score: SelectReply | None, warmed: Usage | None
) -> Iterator[dict[str, Any]]:
    if reply is not None:
        for done in reply.completions:
            yield _said(asked, one, done, reply.usage, score)
        return
    usage = score.usage if score is not None else warmed or Usage(prompt=len(one.ids))
    nothing = Completion((), (), "", "length")
    for _ in range(one.samples):
        yield _said(asked, one, nothing, usage, score)


def _said(
    asked: Asked, one: One, done: Completion, usage: Usage, score: SelectReply | None
) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "id": asked.id,
        "finish_reason": _reason(done),
        "prompt_tokens": len(one.ids),
        "completion_tokens": len(done.ids),
        "cached_tokens": min(usage.cached, len(one.ids)),
        "cached_tokens_details": None,
        "weight_version": "default",
        "e2e_latency": time.monotonic() - asked.started,
    }
    if asked.body.return_logprob:
        meta |= _logprobs(asked, one, done, score)
    return {"text": done.text, "output_ids": list(done.ids), "meta_info": meta}


def _reason(done: Completion) -> dict[str, Any]:
    match done.finish:
        case "length":
            return {"type": "length", "length": len(done.ids)}
        case "aborted":
            return {"type": "abort", "message": "the generation was broken off"}
        case _:
            return {"type": "stop", "matched": done.matched}


def _logprobs(
    asked: Asked, one: One, done: Completion, score: SelectReply | None
) -> dict[str, Any]:
    rows: list[list[Any]] = []
    if one.start is not None:
        values = [None, *(score.logprobs[0] if score is not None else ())]
        rows = [
            _row(asked, value, token)
            for value, token in zip(values, one.ids[one.start :], strict=False)
        ]
    said = [
        _row(asked, value, token) for value, token in zip(done.logprobs, done.ids, strict=False)
    ]
    top = [[_row(asked, value, token) for token, value in each] for each in done.top_logprobs]
    return {
        "input_token_logprobs": rows,
        "output_token_logprobs": said,
        "output_token_logprobs_length": len(said),
        "input_top_logprobs": [None] * len(rows) if asked.body.top_logprobs_num else [],
        "output_top_logprobs": top if any(top) else [],
    }


def _row(asked: Asked, value: float | None, token: int) -> list[Any]:
    text = asked.model.text_of(token) if asked.body.return_text_in_logprobs else None
    return [value, token, text]
