"""The formats of request logs: a line of any of them is a request body, and what is known of its answer.

OpenAI chat, completions and Responses bodies, Anthropic messages, LiteLLM's payloads, OpenTelemetry GenAI spans,
server logs of vLLM and SGLang, and wrappers that hold a body under `request`, `body` or the like.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import msgspec

from .logged import WRAPPERS, Json, Logged, logged
from .spans import from_span, is_span, spans_in

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
        for span in spans_in(data):
            found = from_span(span, number)
            if found is not None:
                yield found
        return
    if is_span(data):
        found = from_span(data, number)
        if found is not None:
            yield found
        return
    body = _body(data)
    if body is not None:
        yield logged(data, body, number)


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
    for key in WRAPPERS:
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


# --- OpenTelemetry -----------------------------------------------------------------------------------
