"""What OpenAI's requests have in common: parameters and their names, how a generation ended, what was used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ...backend import Completion, GenReply, Usage
from ..bodies import Body
from ..refusal import Refusal
from ..sampling import refuse_given

WIRE: Mapping[str, str] = {
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "min_tokens": "min_tokens",
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
"""Parameters of requests, those that vLLM and SGLang added included, and the field of `Sampling` for each."""

_MEANINGLESS: Mapping[str, Any] = {
    "logit_bias": {},
    "skip_special_tokens": True,
    "spaces_between_special_tokens": True,
    "include_stop_str_in_output": False,
}


class StreamOptions(msgspec.Struct, frozen=True):
    """What is sent beside the text of a stream."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None
    continuous_usage_stats: bool | None = None


class Sampled(Body, frozen=True, kw_only=True):
    """Fields that completions and chat completions share. What says nothing about the answer is taken, and unused."""

    model: str | None = None
    max_tokens: int | None = None
    min_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    stop_token_ids: list[int] | None = None
    stop_regex: str | list[str] | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None
    ignore_eos: bool | None = None
    seed: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: dict[str, Any] | None = None
    structured_outputs: dict[str, Any] | None = None
    return_token_ids: bool | None = None
    logit_bias: dict[str, float] | None = None
    skip_special_tokens: bool | None = None
    spaces_between_special_tokens: bool | None = None
    include_stop_str_in_output: bool | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    prompt_cache_key: str | None = None
    safety_identifier: str | None = None
    request_id: str | None = None

    @property
    def samples(self) -> int:
        """Samples of each prompt."""
        return 1 if self.n is None else self.n

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with what was used."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def given(self) -> dict[str, Any]:
        """The fields by name."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


def refuse_meaningless(body: Sampled) -> None:
    """Raise Refusal for what would not be obeyed."""
    refuse_given(
        body.given(), _MEANINGLESS, "`stop` and `structured_outputs` say what an answer may be"
    )


def finish_reason(done: Completion) -> str:
    """Why it ended, in OpenAI's words. Raises Refusal for what was broken off."""
    if done.finish == "aborted":
        raise Refusal(503, "aborted", "the generation was broken off")
    return "length" if done.finish == "length" else "stop"


def stop_reason(done: Completion) -> str | int | None:
    """The stop string or token on which it ended, as vLLM says it; None where the model ended by itself."""
    return done.matched if done.finish == "stop" else None


def usage_of(replies: Iterable[GenReply], more: Iterable[Usage] = ()) -> dict[str, Any]:
    """What requests used, the cached part always a number."""
    replies = list(replies)
    used = [*(reply.usage for reply in replies), *more]
    prompt = sum(each.prompt for each in used)
    reasoned = sum(done.reasoned for reply in replies for done in reply.completions)
    completion = sum(len(done.ids) for reply in replies for done in reply.completions) + reasoned
    cached = sum(min(each.cached, each.prompt) for each in used)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoned,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
