"""What is known of a call, in the shape that programs written for SGLang read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ...ir.target.conversation import Message
from ...ir.target.thinking import THINKING
from ...runtime.trace.records import CallRecord

Decode = Callable[[Sequence[int]], str | None]
"""What gives the text of tokens."""


def _untold(ids: Sequence[int]) -> None:
    """The text of tokens where no tokenizer is at hand."""


def meta_info(call: CallRecord, decode: Decode = _untold) -> dict[str, Any] | list[dict[str, Any]]:
    """The fields of SGLang's `meta_info`, and our prediction beside its count of cached tokens.

    A call of several samples has one dictionary for each. Of a call that is under way, what only its end says is None.
    """
    if call.kind == "select":
        return _common(call, 0) | _scores(call, decode)
    found = [_common(call, sample) | _sampled(call, sample, decode) for sample in _samples(call)]
    return found[0] if len(found) == 1 else found


def _samples(call: CallRecord) -> range:
    return range(max(1, len(call.outputs)))


def _is_over(call: CallRecord) -> bool:
    return call.error is not None or bool(call.finish) or call.chosen >= 0


def _common(call: CallRecord, sample: int) -> dict[str, Any]:
    tokens = call.outputs[sample : sample + 1] or call.choices[call.chosen : call.chosen + 1]
    return {
        "id": ".".join([*call.path, call.site, *map(str, call.indices)]),
        "prompt_tokens": len(call.prompt),
        "completion_tokens": sum(map(len, tokens)),
        "cached_tokens": call.cached if _is_over(call) else None,
        "predicted_cached_tokens": call.predicted_cached,
        "prefilled_tokens": call.prefilled if _is_over(call) else None,
        "finish_reason": _finish(call, sample),
        "e2e_latency": call.ended - call.started,
    }


def _sampled(call: CallRecord, sample: int, decode: Decode) -> dict[str, Any]:
    """The log probabilities of a sample, each with its token and the token's text."""
    found: dict[str, Any] = {}
    if sample < len(call.logprobs) or call.sampling.get("logprobs"):
        scores = call.logprobs[sample] if sample < len(call.logprobs) else []
        ids = call.outputs[sample] if sample < len(call.outputs) else []
        found["output_token_logprobs"] = _triples(scores, ids, decode)
        found["input_token_logprobs"] = []
    if sample < len(call.top_logprobs) or call.sampling.get("top_logprobs"):
        positions = call.top_logprobs[sample] if sample < len(call.top_logprobs) else []
        found["output_top_logprobs"] = [
            [[p, token, decode([token])] for token, p in position] for position in positions
        ]
        found["input_top_logprobs"] = []
    return found


def _scores(call: CallRecord, decode: Decode) -> dict[str, Any]:
    """What the choices of a select scored, and the log probabilities of their tokens."""
    tokens = zip(call.logprobs, call.choices, strict=False)
    return {
        "normalized_prompt_logprobs": call.scores,
        "input_token_logprobs": [_triples(each, ids, decode) for each, ids in tokens],
        "output_token_logprobs": [],
    }


def _triples(logprobs: Sequence[float], ids: Sequence[int], decode: Decode) -> list[list[Any]]:
    return [[p, token, decode([token])] for p, token in zip(logprobs, ids, strict=False)]


def _finish(call: CallRecord, sample: int) -> dict[str, Any] | None:
    if sample >= len(call.finish):
        return None
    output = call.outputs[sample] if sample < len(call.outputs) else []
    if call.finish[sample] == "length":
        return {"type": "length", "length": len(output)}
    found = call.matched[sample] if sample < len(call.matched) else None
    last = output[-1] if output else None
    return {"type": "stop", "matched": last if found is None else found}


def shown_messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Turns as messages; reasoning is a variable of its own, and no message."""
    turns = (message for message in messages if message.role != THINKING)
    return [{"role": message.role, "content": message.content} for message in turns]


def parsed_value(value: Any, schema: type | None) -> Any:
    """A JSON value: parsed if it is text, and as the pydantic class if there is one.

    Raises ValueError; pydantic's own error is one.
    """
    if schema is None:
        return json.loads(value) if isinstance(value, str) else value
    if isinstance(value, str):
        return schema.model_validate_json(value)  # type: ignore[attr-defined]
    return schema.model_validate(value)  # type: ignore[attr-defined]
