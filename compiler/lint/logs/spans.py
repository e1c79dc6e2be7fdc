"""Spans that tell of a call: OpenTelemetry's GenAI conventions, OpenInference, and what toolkits write of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .any_value import attributes_of
from .events import message_of
from .logged import Logged, time_of
from .one_form import in_one_form
from .span_messages import messages_of, system_of, tools_of

Json = Any
_KINDS = ("gen_ai.", "llm.", "ai.prompt", "ai.model", "request_data", "all_messages_events")
_MODELS = ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "ai.model.id")
_READ = (
    "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cached_tokens",
    "gen_ai.usage.input_tokens.cached", "gen_ai.usage.details.cache_read_tokens", "ai.usage.cachedInputTokens",
    "llm.token_count.prompt_details.cache_read",
)  # fmt: skip
_PROMPT = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "ai.usage.promptTokens",
)
_SESSIONS = ("gen_ai.conversation.id", "session.id", "thread.id")
_OPTIONS = {"ai.prompt.toolChoice": "tool_choice", "gen_ai.request.tool_choice": "tool_choice"}


def records_in(data: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The spans or records that a collector's line holds, or the line itself."""
    if not ("resourceSpans" in data or "resourceLogs" in data):
        yield data
    for resource in (*(data.get("resourceSpans") or []), *(data.get("resourceLogs") or [])):
        for scope in (*(resource.get("scopeSpans") or []), *(resource.get("scopeLogs") or [])):
            held = (*(scope.get("spans") or []), *(scope.get("logRecords") or []))
            yield from (each for each in held if isinstance(each, dict))


def is_span(data: Mapping[str, Json]) -> bool:
    """Whether a record is a span of a call, or a record that tells of one."""
    return any(str(key).startswith(_KINDS) for key in _known(data))


def _known(span: Mapping[str, Json]) -> dict[str, Json]:
    """The attributes of a span and of its events, which may hold what the span doesn't."""
    found = dict(attributes_of(span))
    for event in span.get("events") or ():
        if isinstance(event, dict) and message_of(event) is None:
            found = {**attributes_of(event), **found}
    return found


def from_span(span: Mapping[str, Json], number: int) -> Logged | None:
    """The call that a span tells of."""
    known = _known(span)
    told = [m for e in span.get("events") or () if isinstance(e, dict) and (m := message_of(e))]
    messages = told or messages_of(known)
    if not messages:
        return None
    body = {**_invocation(known), "model": _first(known, _MODELS) or "", "messages": messages}
    body |= {name: known[key] for key, name in _OPTIONS.items() if known.get(key)}
    if system := system_of(known):
        body["system"] = system
    if tools := tools_of(known):
        body["tools"] = tools
    times = (
        span.get(key) for key in ("startTimeUnixNano", "start_time", "startTime", "timeUnixNano")
    )
    return Logged(
        in_one_form(body),
        number,
        time_of(next((t for t in times if t), None)),
        session=str(_first(known, _SESSIONS) or ""),
        read=_count(_first(known, _READ)),
        prompt=_count(_first(known, _PROMPT)),
    )


def _first(known: Mapping[str, Json], names: tuple[str, ...]) -> Json:
    return next((known[name] for name in names if known.get(name) is not None), None)


def _count(value: Json) -> int | None:
    return int(value) if isinstance(value, int | float) or str(value).isdigit() else None


def _invocation(known: Mapping[str, Json]) -> dict[str, Json]:
    """The options of a call, where a span keeps them as JSON."""
    try:
        held = json.loads(str(known.get("llm.invocation_parameters") or "{}"))
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}
