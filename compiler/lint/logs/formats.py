"""The formats of request logs: a line of any of them is a request body, and what is known of its answer.

OpenAI chat, completions and Responses bodies, Anthropic messages, LiteLLM's payloads, OpenTelemetry GenAI spans,
server logs of vLLM and SGLang, and wrappers that hold a body under `request`, `body` or the like.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

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


_WRAPPERS = (
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
_SERVER = re.compile(
    r"Received request \S+: prompt: (?P<prompt>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
)
_SGLANG = re.compile(r"Receive: obj=GenerateReqInput\((?P<inner>.*)\)")
_SGLANG_TEXT = re.compile(r"text=(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")


def calls_in(text: str) -> Iterator[Logged | tuple[int, str]]:
    """The calls of a log; a line that is no call of any format is given as its number and the reason."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if line.lstrip()[:1] != "{":
            found = _server_line(line, number)
            if found is not None:
                yield found
            continue
        try:
            data = _data_of(line)
        except (ValueError, RecursionError) as error:
            yield number, f"line {number} is not JSON: {str(error)[:80]}"
            continue
        yield from _from_data(data, number)


def _data_of(line: str) -> Json:
    """A line's data; what the fast decoder refuses (`NaN`, half a surrogate) the other may take. Raises ValueError."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return json.loads(line)


def _server_line(line: str, number: int) -> Logged | None:
    match = _SERVER.search(line)
    inner = _SGLANG.search(line) if match is None else None
    quoted = match["prompt"] if match else None
    if inner is not None:
        held = _SGLANG_TEXT.search(inner["inner"])
        quoted = held["text"] if held else None
    if quoted is None:
        return None
    try:
        return Logged({"prompt": ast.literal_eval(quoted)}, number)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _from_data(data: Json, number: int) -> Iterator[Logged]:
    if not isinstance(data, dict):
        return
    if "resourceSpans" in data:
        for span in _spans(data):
            found = _from_span(span, number)
            if found is not None:
                yield found
        return
    if _is_span(data):
        found = _from_span(data, number)
        if found is not None:
            yield found
        return
    body = _body(data)
    if body is not None:
        yield _logged(data, body, number)


def _body(data: dict[str, Json], depth: int = 3) -> dict[str, Json] | None:
    """The request body in an object: itself, or what a wrapper holds."""
    if any(
        isinstance(data.get(key), list | str) for key in ("messages", "input", "prompt", "contents")
    ) and (
        "messages" in data
        or "model" in data
        or "prompt" in data
        or "text" in data
        or "contents" in data
    ):
        return _with_optional(data)
    for key in _WRAPPERS:
        held = data.get(key)
        if isinstance(held, str) and held[:1] == "{":
            try:
                held = json.loads(held)
            except (ValueError, RecursionError):
                continue
        if isinstance(held, dict) and depth:
            found = _body(held, depth - 1)
            if found is not None:
                return found
    if isinstance(data.get("text"), str) and "sampling_params" in data:
        return {"prompt": data["text"]}
    return None


def _with_optional(data: dict[str, Json]) -> dict[str, Json]:
    """LiteLLM keeps tools and the like beside the messages."""
    extra = data.get("optional_params") or data.get("model_parameters")
    return {**extra, **data} if isinstance(extra, dict) else data


def _logged(data: dict[str, Json], body: dict[str, Json], number: int) -> Logged:
    usage = _usage(data)
    headers = data.get("headers") or data.get("request_headers") or {}
    nested = [data, *(data[k] for k in (*_WRAPPERS, "metadata") if isinstance(data.get(k), dict))]
    return Logged(
        body,
        number,
        next(
            (
                t
                for t in (_time(each.get(k)) for each in nested for k in _TIMES if k in each)
                if t is not None
            ),
            None,
        ),
        {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
        next((str(each[k]) for each in nested for k in _SESSIONS if each.get(k)), ""),
        usage[0],
        usage[1],
    )


def _time(value: Json) -> float | None:
    if isinstance(value, int | float):
        return float(value) / (1e9 if value > 1e17 else 1e3 if value > 1e11 else 1)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            return float(value) / 1e9 if value.isdigit() and len(value) > 17 else None
    return None


def _usage(data: Mapping[str, Json]) -> tuple[int | None, int | None]:
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


# --- OpenTelemetry -----------------------------------------------------------------------------------


def _spans(data: dict[str, Json]) -> Iterator[dict[str, Json]]:
    for resource in data.get("resourceSpans") or []:
        for scope in resource.get("scopeSpans") or []:
            yield from (span for span in scope.get("spans") or [] if isinstance(span, dict))


def _is_span(data: dict[str, Json]) -> bool:
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


def _from_span(span: dict[str, Json], number: int) -> Logged | None:
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
        _time(span.get("startTimeUnixNano") or span.get("start_time")),
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
