"""What is known of a call, in the shape that programs written for SGLang read."""

from __future__ import annotations

import json
from typing import Any

from ...runtime.trace.records import CallRecord


def meta_info(call: CallRecord) -> dict[str, Any]:
    """The fields of SGLang's `meta_info`, and our prediction beside its count of cached tokens."""
    tokens = call.outputs or call.choices[call.chosen : call.chosen + 1]
    found: dict[str, Any] = {
        "id": ".".join([*call.path, call.site, *map(str, call.indices)]),
        "prompt_tokens": len(call.prompt),
        "completion_tokens": sum(map(len, tokens)),
        "cached_tokens": call.cached,
        "predicted_cached_tokens": call.predicted_cached,
        "prefilled_tokens": call.prefilled,
        "finish_reason": _finish(call),
        "e2e_latency": call.ended - call.started,
    }
    if call.logprobs and call.kind == "gen":
        found["output_token_logprobs"] = [
            [p, token, None] for p, token in zip(call.logprobs[0], call.outputs[0], strict=False)
        ]
    if call.kind == "select":
        found |= {"normalized_prompt_logprobs": call.scores, "input_token_logprobs": call.logprobs}
    return found


def _finish(call: CallRecord) -> dict[str, Any] | None:
    if not call.finish:
        return None
    if call.finish[0] == "length":
        return {"type": "length", "length": len(call.outputs[0])}
    last = call.outputs[0][-1] if call.outputs[0] else None
    found = call.matched[0] if call.matched else None
    return {"type": "stop", "matched": last if found is None else found}


def parsed_value(value: Any, schema: type | None) -> Any:
    """A JSON value: parsed if it is text, and as the pydantic class if there is one.

    Raises ValueError; pydantic's own error is one.
    """
    if schema is None:
        return json.loads(value) if isinstance(value, str) else value
    if isinstance(value, str):
        return schema.model_validate_json(value)  # type: ignore[attr-defined]
    return schema.model_validate(value)  # type: ignore[attr-defined]
