"""The APIs that are known, as data, and where each takes its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..clients import ACCOUNT
from ..machine import Run
from ..requests import Given
from ..texts import literal
from ..values import Choice, Const, DictV, ListV, Value


@dataclass(frozen=True, slots=True)
class Api:
    """One API: names that end a call's dotted name, its target, and where its parts are given."""

    endings: tuple[str, ...]
    target: str = ""
    system: tuple[str, ...] = ()
    messages: tuple[str, ...] = ("messages",)


APIS = (
    Api(
        (
            "chat.completions.create",
            "chat.completions.parse",
            "chat.completions.stream",
            "completions.create",
            "ChatCompletion.create",
            "ChatCompletion.acreate",
            "completions.parse",
        ),
        messages=("messages", "prompt"),
    ),
    Api(
        ("responses.create", "responses.parse", "responses.stream"),
        system=("instructions",),
        messages=("input",),
    ),
    Api(
        (
            "messages.create",
            "messages.stream",
            "messages.parse",
            "messages.count_tokens",
            "messages.batches.create",
        ),
        "anthropic",
        ("system",),
    ),
    Api(
        (
            "litellm.completion",
            "litellm.acompletion",
            "litellm.responses",
            "litellm.aresponses",
            "litellm.batch_completion",
        ),
        system=("instructions",),
        messages=("messages", "input"),
    ),
    Api(
        ("generate_content", "generate_content_stream", "generate_content_async"),
        "gemini",
        ("system_instruction",),
        ("contents",),
    ),
    Api(
        ("ollama.chat", "ollama.AsyncClient.chat", "ollama.generate"),
        system=("system",),
        messages=("messages", "prompt"),
    ),
    Api(
        ("assistants.create", "assistants.update", "runs.create", "runs.stream"),
        system=("instructions", "additional_instructions"),
        messages=("additional_messages",),
    ),
    Api(("converse", "converse_stream"), "anthropic", ("system",)),
)


OPTIONS = (
    "tool_choice",
    "thinking",
    "response_format",
    "reasoning",
    "reasoning_effort",
    "text_format",
    "output_config",
    "text",
    "parallel_tool_calls",
    "output_format",
    "guided_json",
    "tool_config",
    "toolConfig",
    "format",
    "response_model",
    "response_schema",
    "output_type",
    "output_schema",
)


KEYS = (
    "prompt_cache_key",
    "cache_key",
    "session_id",
    "conversation_id",
    "routing_key",
    "prompt_cache_group",
    "cache_salt",
    "extra_key",
)


_BY_LAST: dict[str, list[tuple[str, Api]]] = {}


for _api in APIS:
    for _ending in _api.endings:
        _BY_LAST.setdefault(_ending.rpartition(".")[2], []).append((_ending, _api))


@lru_cache(maxsize=1 << 12)
def api_of(name: str) -> Api | None:
    """The API that a dotted name means."""
    for ending, api in _BY_LAST.get(name.rpartition(".")[2], ()):
        if name == ending or name.endswith(f".{ending}"):
            return api
    return None


def first_of(kwargs: Mapping[str, Value], names: Sequence[str]) -> Value | None:
    """The first of several arguments that is given."""
    return next((kwargs[name] for name in names if name in kwargs), None)


def given_to(
    run: Run, api: Api, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Given | None:
    """What a call gives an API; None where it gives none of its parts."""
    kwargs = _with_config(kwargs)
    messages = first_of(kwargs, api.messages)
    system = first_of(kwargs, api.system)
    if messages is None and len(args) > 1:
        messages = args[1]
    if messages is None and system is None and "model" not in kwargs:
        return None
    messages = _with_points(messages, kwargs.get("cache_control_injection_points"))
    model = (
        literal(plain_value(kwargs.get("model", Const(""))))
        or (literal(args[0]) if args else "")
        or ""
    )
    target = api.target
    headers = kwargs.get("extra_headers") or kwargs.get("headers")
    return Given(
        kwargs.get("tools") or kwargs.get("functions"),
        system,
        messages,
        model,
        target if target != "anthropic" or not run.target else run.target,
        {
            name: kwargs[name]
            for name in OPTIONS
            if name in kwargs and _is_option(name, kwargs[name])
        },
        {name: kwargs[name] for name in KEYS if name in kwargs},
        headers=headers,
        named=kwargs.get("model"),
        is_automatic="cache_control" in kwargs,
        is_raw="prompt" in kwargs and "messages" not in kwargs and "input" not in kwargs,
        betas=first_of(kwargs, ("betas", "anthropic_beta")),
        accounts={name: kwargs[name] for name in ACCOUNT if name in kwargs},
    )


def _with_points(messages: Value | None, points: Value | None) -> Value | None:
    """Breakpoints that a client puts into messages by their number."""
    if not isinstance(messages, ListV) or not isinstance(points, ListV):
        return messages
    made = replace(messages, items=[replace(item) for item in messages.items])
    for point in points.items:
        at = point.value.fields.get("index") if isinstance(point.value, DictV) else None
        number = at.value if isinstance(at, Const) else None
        if isinstance(number, int) and -len(made.items) <= number < len(made.items):
            item = made.items[number]
            if isinstance(item.value, DictV):
                fields = {**item.value.fields, "cache_control": Const("ephemeral")}
                item.value = replace(item.value, fields=fields)
    return made


def _is_option(name: str, value: Value) -> bool:
    return name != "text" or isinstance(value, DictV | Choice)


def _with_config(kwargs: Mapping[str, Value]) -> dict[str, Value]:
    """Gemini's `config=` holds the system text and the tools; `extra_body=` holds what a server knows beyond."""
    found = dict(kwargs)
    for name in ("config", "generation_config", "extra_body", "inferenceConfig"):
        held = kwargs.get(name)
        if isinstance(held, DictV):
            found = {**{str(k): v for k, v in held.fields.items()}, **found}
    return found


def plain_value(value: Value) -> Value:
    """One of several values that may hold."""
    return value.options[0] if isinstance(value, Choice) and value.options else value
