"""Spans of OpenTelemetry's GenAI conventions, flat or nested as collectors write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from .logged import Json, Logged, time_of


def spans_in(data: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The spans that a collector's record holds."""
    for resource in data.get("resourceSpans") or []:
        for scope in resource.get("scopeSpans") or []:
            yield from (span for span in scope.get("spans") or [] if isinstance(span, dict))


def is_span(data: dict[str, Json]) -> bool:
    """Whether a record is one span."""
    attributes = data.get("attributes")
    keys = (
        attributes
        if isinstance(attributes, dict)
        else [a.get("key") for a in attributes or [] if isinstance(a, dict)]
    )
    return any(str(key).startswith("gen_ai.") for key in keys)


def _attributes(span: dict[str, Json]) -> dict[str, Json]:
    held = span.get("attributes")
    if isinstance(held, dict):
        return held
    found: dict[str, Json] = {}
    for each in held or []:
        value = each.get("value")
        found[each.get("key", "")] = (
            next(iter(value.values()), None) if isinstance(value, dict) else value
        )
    return found


def _decoded(value: Json) -> Json:
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def from_span(span: dict[str, Json], number: int) -> Logged | None:
    """The call that a span tells of."""
    known = _attributes(span)
    messages = _decoded(known.get("gen_ai.input.messages") or known.get("gen_ai.prompt"))
    if not isinstance(messages, list):
        messages = _indexed(known)
    if not messages:
        return None
    body: dict[str, Json] = {
        "model": known.get("gen_ai.request.model") or known.get("gen_ai.response.model") or "",
        "messages": [_message(each) for each in messages if isinstance(each, dict)],
    }
    system = _decoded(known.get("gen_ai.system_instructions"))
    if system:
        body["system"] = _parts_text(system)
    tools = _decoded(known.get("gen_ai.tool.definitions") or known.get("gen_ai.request.tools"))
    if isinstance(tools, list):
        body["tools"] = tools
    read = known.get(
        "gen_ai.usage.cache_read.input_tokens", known.get("gen_ai.usage.cache_read_input_tokens")
    )
    prompt = known.get("gen_ai.usage.input_tokens")
    return Logged(
        body,
        number,
        time_of(span.get("startTimeUnixNano") or span.get("start_time")),
        session=str(known.get("gen_ai.conversation.id") or span.get("traceId") or ""),
        read=int(read) if read is not None else None,
        prompt=int(prompt) if prompt is not None else None,
    )


def _indexed(known: dict[str, Json]) -> list[dict[str, Json]]:
    """`gen_ai.prompt.0.role`, as older instrumentation writes it."""
    found: dict[int, dict[str, Json]] = {}
    for key, value in known.items():
        match = re.fullmatch(r"gen_ai\.prompt\.(\d+)\.(\w+)", key)
        if match:
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[number] for number in sorted(found)]


def _message(data: dict[str, Json]) -> dict[str, Json]:
    if "parts" in data and "content" not in data:
        return {"role": data.get("role", ""), "content": _parts_text(data["parts"])}
    return data


def _parts_text(parts: Json) -> Json:
    if not isinstance(parts, list):
        return parts
    texts = [
        p.get("content", p.get("text", json.dumps(p))) if isinstance(p, dict) else str(p)
        for p in parts
    ]
    return "\n".join(str(text) for text in texts)
