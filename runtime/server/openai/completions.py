"""`/v1/completions`: a request as requests of the backend, and their replies as completions, whole and in chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....ir.sampling import Sampling
from ...backend import Completion, GenReply, GenRequest, PromptText, SelectReply, SelectRequest
from ..model import ServedModel
from ..refusal import wrong
from ..sampling import refuse_given, sampling_of, seeds_of
from ..streams import Ended, Event, Piece
from .common import WIRE, Sampled, finish_reason, refuse_meaningless, stop_reason, usage_of
from .constraints import constraint_of
from .logprobs import TextLogprobs

BASE = Sampling(max_tokens=16, temperature=1.0)
"""What a request that names nothing is asked with."""


class CompletionBody(Sampled, frozen=True, kw_only=True):
    """A request. `prompt`: a text, token ids, or a list of either."""

    prompt: str | list[str | int | list[int]]
    best_of: int | None = None
    echo: bool | None = None
    logprobs: int | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a completion request asks. `scores`: of each prompt, where they are to be told beside its echo."""

    id: str
    body: CompletionBody
    model: ServedModel
    requests: tuple[GenRequest, ...]
    scores: tuple[SelectRequest, ...] = ()
    created: int = field(default_factory=lambda: int(time.time()))

    @property
    def weight(self) -> int:
        """How many prompts and samples."""
        return sum(len(request.seeds) for request in self.requests)


def read(body: CompletionBody, model: ServedModel, id: str) -> Asked:
    """What is asked of the backend. Raises Refusal."""
    model.check_name(body.model)
    limits = model.limits
    refuse_meaningless(body)
    refuse_given(
        body.given(), {"suffix": "", "best_of": body.samples}, "`n` samples are all returned"
    )
    sampling = sampling_of(body.given(), WIRE, BASE)
    if body.logprobs is not None:
        sampling = sampling_of({"logprobs": body.logprobs}, {"logprobs": "top_logprobs"}, sampling)
        sampling = sampling.merged(logprobs=True)
    constraint = constraint_of(body.response_format, body.structured_outputs, limits)
    prompts = list(_prompts(body.prompt, model))
    requests = tuple(
        GenRequest(
            ids, sampling, seeds_of(body.seed, body.samples, limits), constraint, prompt_text=text
        )
        for ids, text in prompts
    )
    scores = requests if body.echo and body.logprobs is not None else ()
    return Asked(id, body, model, requests, tuple(_score(each.ids) for each in scores))


def reply(
    asked: Asked, replies: Sequence[GenReply], scores: Sequence[SelectReply] = ()
) -> dict[str, Any]:
    """The whole answer."""
    choices: list[dict[str, Any]] = []
    for number, each in enumerate(replies):
        for done in each.completions:
            scored = scores[number] if scores else None
            choices.append({"index": len(choices), **_choice(asked, number, done, scored)})
    usage = usage_of(replies)
    return {**_head(asked), "choices": choices, "usage": usage}


class Chunks:
    """The answer as a stream: chunks for the events of a backend, and one with what was used at the end."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._logprobs: dict[int, TextLogprobs] = {}
        self._replies: list[GenReply] = []
        self._has_begun: set[int] = set()

    def of(self, event: Event) -> Iterator[dict[str, Any]]:
        """The chunks that an event makes."""
        if isinstance(event, Piece):
            yield from self._of_piece(event)
            return
        self._replies.append(event.reply)
        for sample, done in enumerate(event.reply.completions):
            reasons = {"finish_reason": finish_reason(done), "stop_reason": stop_reason(done)}
            yield self._chunk(
                {"index": self._index(event, sample), "text": "", "logprobs": None, **reasons}
            )

    def end(self) -> Iterator[dict[str, Any]]:
        """What comes last."""
        if self._asked.body.wants_usage:
            yield {**_head(self._asked), "choices": [], "usage": usage_of(self._replies)}

    def _of_piece(self, piece: Piece) -> Iterator[dict[str, Any]]:
        asked, index = self._asked, self._index(piece, piece.sample)
        text = piece.text
        if asked.body.echo and index not in self._has_begun:
            text = _echo(asked, piece.request) + text
        self._has_begun.add(index)
        if not text and not piece.logprobs and not (asked.body.return_token_ids and piece.ids):
            return
        logprobs = None
        if asked.body.logprobs is not None and piece.logprobs:
            writer = self._logprobs.setdefault(index, TextLogprobs(asked.model))
            logprobs = writer.of(piece.ids, piece.logprobs, piece.top)
        choice: dict[str, Any] = {
            "index": index,
            "text": text,
            "logprobs": logprobs,
            "finish_reason": None,
        }
        if asked.body.return_token_ids:
            choice["token_ids"] = list(piece.ids)
        yield self._chunk(choice)

    def _chunk(self, choice: dict[str, Any]) -> dict[str, Any]:
        return {**_head(self._asked), "choices": [choice]}

    def _index(self, event: Piece | Ended, sample: int) -> int:
        return event.request * self._asked.body.samples + sample


def _head(asked: Asked) -> dict[str, Any]:
    return {
        "id": asked.id,
        "object": "text_completion",
        "created": asked.created,
        "model": asked.model.name,
        "system_fingerprint": None,
    }


def _choice(
    asked: Asked, number: int, done: Completion, scored: SelectReply | None
) -> dict[str, Any]:
    body = asked.body
    found: dict[str, Any] = {
        "text": (_echo(asked, number) if body.echo else "") + done.text,
        "logprobs": _logprobs(asked, number, done, scored),
        "finish_reason": finish_reason(done),
        "stop_reason": stop_reason(done),
    }
    if body.return_token_ids:
        found |= {"token_ids": list(done.ids), "prompt_token_ids": list(asked.requests[number].ids)}
    return found


def _logprobs(
    asked: Asked, number: int, done: Completion, scored: SelectReply | None
) -> dict[str, Any] | None:
    if asked.body.logprobs is None:
        return None
    ids, values, top = done.ids, list[float | None](done.logprobs), done.top_logprobs
    if scored is not None:
        prompt = asked.requests[number].ids
        before = [None, *scored.logprobs[0]] if prompt else []
        ids, values = prompt + ids, [*before, *values]
        top = ((),) * len(prompt) + tuple(top)
    return TextLogprobs(asked.model).of(ids, values, top)


def _echo(asked: Asked, number: int) -> str:
    text = asked.requests[number].prompt_text
    return text.text if text else ""


def _score(ids: tuple[int, ...]) -> SelectRequest:
    """Every token of a prompt but the first, as one choice after the first."""
    return SelectRequest(ids[:1], (ids[1:],))


def _prompts(
    given: str | list[Any], model: ServedModel
) -> Iterator[tuple[tuple[int, ...], PromptText]]:
    """The prompts of a request: ids and text of each. Raises Refusal."""
    many = [given] if isinstance(given, str) or _is_ids(given) else given
    if not many:
        raise wrong("prompt", "there is no prompt")
    if len(many) > model.limits.prompts:
        raise wrong(
            "prompt",
            f"{len(many)} prompts are more than this server takes, which is {model.limits.prompts}",
        )
    for each in many:
        if isinstance(each, str):
            yield model.encode(each), PromptText(each)
        elif isinstance(each, list):
            ids = model.checked(tuple(each))
            yield ids, PromptText(_text(ids, model))
        else:
            raise wrong("prompt", "a prompt is a text or token ids, or there is a list of either")


def _text(ids: tuple[int, ...], model: ServedModel) -> str:
    """What ids say; those that are none of the tokenizer's say nothing, and are refused by the backend."""
    tokenizer = model.target.tokenizer
    return tokenizer.decode(token for token in ids if token < tokenizer.vocab_size)


def _is_ids(given: list[Any]) -> bool:
    return bool(given) and all(isinstance(each, int) for each in given)
