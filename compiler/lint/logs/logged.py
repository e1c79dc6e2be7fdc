"""One logged call: its body, and what is known of when it was made and of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .one_form import in_one_form
from .usage import usage_of

Json = Any


@dataclass(slots=True)
class Logged:
    """One logged call: its body, line, time in seconds, headers, and tokens as the service counted them."""

    body: dict[str, Json]
    line: int
    time: float | None = None
    headers: dict[str, str] = field(default_factory=dict)
    session: str = ""
    read: int | None = None
    prompt: int | None = None


_TIMES = (
    "time", "timestamp", "created_at", "startTime", "start_time", "ts", "@timestamp", "startTimeUnixNano", "at",
    "startedDateTime", "request_created_at", "started_at", "timeUnixNano", "requested_at",
)  # fmt: skip
_SESSIONS = (
    "session_id", "session", "conversation_id", "thread_id", "litellm_session_id", "sessionId", "conversationId",
    "threadId", "chat_id",
)  # fmt: skip
_HEADERS = ("headers", "request_headers", "requestHeaders", "extra_headers")
_MODELS = ("model", "modelId", "model_id", "model_name", "modelName")
_BESIDE = (
    "optional_params",
    "model_parameters",
    "modelParameters",
    "invocation_params",
    "extra_body",
)
"""Where options stand that a wrapper keeps apart from the messages."""


def logged(path: Sequence[dict[str, Json]], number: int) -> Logged:
    """A request's body, the last of some nested objects, with what the others say of it."""
    nested = [*path, *(each["metadata"] for each in path if isinstance(each.get("metadata"), dict))]
    read, prompt = usage_of(path[0])
    times = (time_of(each[k]) for each in nested for k in _TIMES if k in each)
    return Logged(
        in_one_form(_completed(path)),
        number,
        next((t for t in times if t is not None), None),
        dict(header for each in path for header in _headers_of(each)),
        next((str(each[k]) for each in nested for k in _SESSIONS if each.get(k)), ""),
        read,
        prompt,
    )


def _completed(path: Sequence[dict[str, Json]]) -> dict[str, Json]:
    """A body with the model and the options that stand around it."""
    options: dict[str, Json] = {}
    for each in path:
        more = each.get("extra")
        for holder in (each, more if isinstance(more, dict) else {}):
            held = (holder.get(name) for name in _BESIDE)
            options |= {k: v for one in held if isinstance(one, dict) for k, v in one.items()}
    models = (each[k] for each in reversed(path) for k in _MODELS if isinstance(each.get(k), str))
    return {"model": next(models, ""), **options, **path[-1]}


def _headers_of(data: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Headers as an object, or as a list of names and values."""
    for key in _HEADERS:
        held = data.get(key)
        if isinstance(held, dict):
            yield from ((str(k).lower(), str(v)) for k, v in held.items())
        for each in held if isinstance(held, list) else ():
            if isinstance(each, dict) and "name" in each:
                yield str(each["name"]).lower(), str(each.get("value"))


_NANOSECONDS = re.compile(r"[0-9]{18,30}")


def time_of(value: Json) -> float | None:
    """A time in seconds, of a number or a date; None where it is neither."""
    if isinstance(value, int | float):
        return float(value) / (1e9 if value > 1e17 else 1e3 if value > 1e11 else 1)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            number = _NANOSECONDS.fullmatch(value)
            return float(value) / 1e9 if number else None
    return None
