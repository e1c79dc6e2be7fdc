"""One logged call: its body, and what is known of when it was made and of its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Any

WRAPPERS = (
    "request",
    "body",
    "request_body",
    "requestBody",
    "kwargs",
    "input_payload",
    "payload",
    "data",
    "params",
    "obj",
)
"""Keys under which wrappers hold a request's body."""


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
    "time",
    "timestamp",
    "created_at",
    "startTime",
    "start_time",
    "ts",
    "@timestamp",
    "startTimeUnixNano",
)


_SESSIONS = (
    "session_id",
    "session",
    "conversation_id",
    "thread_id",
    "trace_id",
    "traceId",
    "litellm_session_id",
)


def logged(data: dict[str, Json], body: dict[str, Json], number: int) -> Logged:
    """A request's body with what its wrapper says of it."""
    usage = usage_of(data)
    headers = data.get("headers") or data.get("request_headers") or {}
    nested = [data, *(data[k] for k in (*WRAPPERS, "metadata") if isinstance(data.get(k), dict))]
    return Logged(
        body,
        number,
        next(
            (
                t
                for t in (time_of(each.get(k)) for each in nested for k in _TIMES if k in each)
                if t is not None
            ),
            None,
        ),
        {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
        next((str(each[k]) for each in nested for k in _SESSIONS if each.get(k)), ""),
        usage[0],
        usage[1],
    )


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


def usage_of(data: Mapping[str, Json]) -> tuple[int | None, int | None]:
    """Tokens that were read from a cache, and tokens of the prompt, wherever an answer says them."""
    for holder in (data, *(data.get(k) for k in ("response", "response_body", "reply", "output"))):
        usage = holder.get("usage") if isinstance(holder, dict) else None
        if not isinstance(usage, dict):
            continue
        details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
        read = details.get("cached_tokens") if isinstance(details, dict) else None
        read = usage.get("cache_read_input_tokens", read)
        read = usage.get("prompt_cache_hit_tokens", read)
        prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
        if isinstance(prompt, int) and "cache_read_input_tokens" in usage:
            prompt += (usage.get("cache_read_input_tokens") or 0) + (
                usage.get("cache_creation_input_tokens") or 0
            )
        return read if isinstance(read, int) else None, prompt if isinstance(prompt, int) else None
    return None, None
