"""Calls that send a prompt: the APIs that are known, and what is wrong with what they are given."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..finding import Cause, Evidence, Family, Loss, Place
from ..layout import RELEASE, REQUEST, TURN, Request, inversions, static_prefix
from ..target import minimum_of, plain_model, rules_of
from .frameworks import construct
from .machine import Frame, Run, dotted, place_of
from .requests import Given, request_of
from .texts import literal
from .values import (
    Choice,
    Const,
    DictV,
    Ext,
    FnV,
    ListV,
    Opaque,
    Taint,
    Taints,
    Value,
    shape_of,
    taints_in,
    text_taints_of,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sink gives back. `is_own`: a function of the project that the configuration calls a sink."""

    value: Value
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Api:
    """One API: names that end a call's dotted name, its target, and where its parts are given."""

    endings: tuple[str, ...]
    target: str = ""
    system: tuple[str, ...] = ()
    messages: tuple[str, ...] = ("messages",)


_APIS = (
    Api(
        (
            "chat.completions.create",
            "chat.completions.parse",
            "chat.completions.stream",
            "completions.create",
            "ChatCompletion.create",
            "ChatCompletion.acreate",
            "completions.parse",
        )
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
        ("ollama.chat", "ollama.AsyncClient.chat"),
    ),
    Api(
        ("assistants.create", "assistants.update", "runs.create", "runs.stream"),
        system=("instructions", "additional_instructions"),
        messages=("additional_messages",),
    ),
    Api(("converse", "converse_stream"), "anthropic", ("system",)),
)
_GENERIC = frozenset(
    "chat achat complete acomplete completion acompletion generate agenerate invoke ainvoke stream "
    "astream call acall predict create acreate run arun batch abatch query chat_completion stream_chat "
    "astream_chat ask send request text_generation create_chat_completion structured_predict "
    "with_messages apply_chat_template __call__".split()
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
)
KEYS = (
    "prompt_cache_key",
    "cache_key",
    "session_id",
    "conversation_id",
    "routing_key",
    "prompt_cache_group",
)


def called_sink(
    run: Run,
    frame: Frame,
    callee: Value,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    rest: Value | None,
    node: ast.Call,
) -> Sent | None:
    """What a call gives back that sends a prompt; None when it is no such call."""
    name = callee.name if isinstance(callee, Ext | FnV) else dotted(node.func)
    if isinstance(callee, FnV):
        full = f"{callee.module.name}.{callee.name}"
        if not any(full == sink or full.endswith(f".{sink}") for sink in run.own_sinks):
            return None
        _send(run, frame, _generic_given(args, kwargs), node)
        return Sent(Opaque(label="reply", is_reply=True), is_own=True)
    api = _api_of(name)
    if api is not None and (
        kwargs.keys() & {"messages", "input", "contents", "model", "instructions", "system"}
        or rest is not None
        or args
    ):
        given = _given(run, api, args, kwargs)
        if given is not None:
            _send(run, frame, given, node)
            return Sent(Opaque(label="reply", is_reply=True))
    made = (
        construct(run, frame, name, args, kwargs, node)
        if isinstance(callee, Ext | Opaque)
        else None
    )
    if made is not None:
        return Sent(made)
    given = _posted(run, name, kwargs) or _bound_tools(name, args) or _generic(name, args, kwargs)
    if given is not None:
        _send(run, frame, given, node)
        return Sent(Opaque(label="reply", is_reply=True))
    return None


_BY_LAST: dict[str, list[tuple[str, Api]]] = {}
for _api in _APIS:
    for _ending in _api.endings:
        _BY_LAST.setdefault(_ending.rpartition(".")[2], []).append((_ending, _api))


def _api_of(name: str) -> Api | None:
    for ending, api in _BY_LAST.get(name.rpartition(".")[2], ()):
        if name == ending or name.endswith(f".{ending}"):
            return api
    return None


def _first(kwargs: Mapping[str, Value], names: Sequence[str]) -> Value | None:
    return next((kwargs[name] for name in names if name in kwargs), None)


def _given(run: Run, api: Api, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    kwargs = _with_config(kwargs)
    messages = _first(kwargs, api.messages)
    system = _first(kwargs, api.system)
    if messages is None and len(args) > 1:
        messages = args[1]
    if messages is None and system is None and "model" not in kwargs:
        return None
    model = (
        literal(_plain(kwargs.get("model", Const("")))) or (literal(args[0]) if args else "") or ""
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
        headers,
        "cache_control" in kwargs,
    )


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


def _plain(value: Value) -> Value:
    return value.options[0] if isinstance(value, Choice) and value.options else value


def _posted(run: Run, name: str, kwargs: Mapping[str, Value]) -> Given | None:
    """A body that is posted as it is: `post(url, json={"model": ..., "messages": [...]})`."""
    body = kwargs.get("json")
    if name.rpartition(".")[2] not in ("post", "request", "stream", "apost") or not isinstance(
        body, DictV
    ):
        return None
    fields = {str(key): value for key, value in body.fields.items()}
    if not fields.keys() & {"messages", "input", "contents"}:
        return None
    api = (
        _APIS[1]
        if "input" in fields
        else Api((), "anthropic" if "system" in fields else "", ("system",))
    )
    return _given(
        run,
        api,
        (),
        fields | {k: v for k, v in kwargs.items() if k in ("headers", "extra_headers")},
    )


def _bound_tools(name: str, args: Sequence[Value]) -> Given | None:
    """`model.bind_tools(tools)`: these tools stand before every request of the model."""
    if name.rpartition(".")[2] not in ("bind_tools", "bind_functions") or not args:
        return None
    return Given(args[0], messages=Opaque(label="history"))


_OTHER_USE = re.compile(
    r"(render|save|store|write|log|dump|count|num|estimate|validate|check|parse|format|to_|from_|append|extend|print|trim"
    r"|assert|record|emit|track|len|hash|serialize|load|get)|\w*(Case|Request|Record|Event|Log|Trace|State|Config)$"
)
"""Functions that get messages and send none."""


def _generic(name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    """A call of a client that isn't known, told by what it is given: a list of messages with roles."""
    last = name.rpartition(".")[2]
    if last not in _GENERIC and ("messages" not in kwargs or _OTHER_USE.match(last)):
        return None
    candidates = [
        *(kwargs[n] for n in ("messages", "input", "prompt", "chat_history") if n in kwargs),
        *args[:2],
    ]
    if not any(_is_messages(value) for value in candidates):
        return None
    return _generic_given(args, kwargs)


def _generic_given(args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given:
    candidates = [
        *(kwargs[n] for n in ("messages", "input", "prompt", "chat_history") if n in kwargs),
        *args[:2],
    ]
    messages = next(
        (c for c in candidates if _is_messages(c)), candidates[0] if candidates else None
    )
    model = literal(_plain(kwargs.get("model", Const("")))) or ""
    return Given(
        kwargs.get("tools"),
        _first(kwargs, ("system", "system_prompt", "instructions", "system_message")),
        messages,
        model,
        options={
            name: kwargs[name]
            for name in OPTIONS
            if name in kwargs and name not in ("text", "format")
        },
        keys={name: kwargs[name] for name in KEYS if name in kwargs},
    )


def _is_messages(value: Value) -> bool:
    for option in value.options if isinstance(value, Choice) else [value]:
        if isinstance(option, ListV) and option.items:
            for item in option.items:
                held = item.value.options[0] if isinstance(item.value, Choice) else item.value
                if isinstance(held, DictV) and "role" in held.fields:
                    return True
                if isinstance(held, ListV) and held.kind == "tuple" and len(held.items) == 2:
                    if literal(held.items[0].value) in (
                        "system",
                        "human",
                        "user",
                        "ai",
                        "assistant",
                    ):
                        return True
    return False


# --- what is wrong with it ---------------------------------------------------------------------------


def _send(run: Run, frame: Frame, given: Given, node: ast.AST) -> None:
    """Note a request, and everything that is wrong with it."""
    send(run, given, place_of(frame.module, node), frame.name or "module")


def send(run: Run, given: Given, sink: Place, name: str) -> None:
    """Note a request of a call site, and everything that is wrong with it."""
    family = f"{sink.file.replace(chr(92), '/').rpartition('/')[2].removesuffix('.py')}.{name}"
    request = request_of(run, given, sink, family)
    run.requests.append(request)
    run.sent_files |= {o.place.file for s in request.segments for o in s.origins}
    run.evidence += inversions(request)
    _of_messages(run, given, request)
    _of_tools(run, given, request)
    _of_options(run, given, request)
    _of_marks(run, given, request)
    _of_fan_out(run, request)
    _note_family(run, request)


def _evidence(
    request: Request,
    cause: Cause,
    taint: Taint,
    what: str = "",
    more: str = "the history",
    tokens: int = 0,
) -> Evidence:
    return Evidence(
        cause,
        taint.place,
        request.sink,
        what or taint.what,
        taint.path,
        Loss(tokens, more=more),
        request.family,
        target=request.target,
    )


_LISTED = frozenset(
    {
        Cause.WINDOW,
        Cause.REWRITTEN,
        Cause.UNSAVED,
        Cause.SHAPE,
        Cause.COMPLETION,
        Cause.REASONING,
        Cause.UNORDERED,
        Cause.SAMPLED,
    }
)


def _of_messages(run: Run, given: Given, request: Request) -> None:
    """Histories that are cut or changed, and arguments that are written anew."""
    value = given.messages
    if value is None:
        return
    taints: Taints = shape_of(value)
    for item in _items(value):
        for option in item.options if isinstance(item, Choice) else [item]:
            if isinstance(option, DictV) and option.rewrites is not None:
                taints |= {option.rewrites}
            if isinstance(option, DictV):
                taints |= _arguments(option)
        if isinstance(item, Choice) and any(isinstance(o, DictV) for o in item.options):
            taints |= frozenset(
                Taint(Cause.REWRITTEN, REQUEST, t.place, "earlier messages are changed", t.path)
                for t in item.taints
                if t.flag == "length"
            )
    for taint in taints:
        if taint.flag in ("head", "filter", "choice"):
            continue
        if taint.cause in _LISTED or taint.cause is Cause.ARGUMENTS:
            more = "" if taint.cause is Cause.ARGUMENTS else "the history"
            run.evidence.append(_evidence(request, taint.cause, taint, more=more))


def _items(value: Value) -> list[Value]:
    if isinstance(value, Choice):
        return [held for option in value.options for held in _items(option)]
    return [item.value for item in value.items] if isinstance(value, ListV) else []


def _arguments(message: DictV) -> Taints:
    """Arguments of tool calls in a message that were parsed and dumped."""
    found = [
        t
        for key in ("tool_calls", "arguments", "input", "function_call", "content", "function")
        if key in message.fields
        for t in taints_in(message.fields[key], 7)
        if t.cause is Cause.ARGUMENTS
    ]
    return frozenset(found)


def _of_tools(run: Run, given: Given, request: Request) -> None:
    """The order of the tools, and which of them there are."""
    value = given.tools
    if value is None:
        return
    listed = shape_of(value)
    deep = taints_in(value, 4)
    for taint in listed | frozenset(t for t in text_taints_of(value) if t.flag == "reconnect"):
        if taint.cause in (Cause.UNORDERED, Cause.COMPLETION, Cause.TOOL_ORDER) and not taint.flag:
            run.evidence.append(_evidence(request, Cause.TOOL_ORDER, taint, more="everything"))
        elif taint.flag == "reconnect":
            run.evidence.append(_evidence(request, Cause.TOOL_ORDER, taint, more="everything"))
        elif taint.flag in ("filter", "choice") and _is_live(run, taint):
            run.evidence.append(_evidence(request, Cause.TOOL_SET, taint, more="everything"))
        elif taint.cause in (Cause.WINDOW, Cause.SAMPLED):
            run.evidence.append(_evidence(request, Cause.TOOL_SET, taint, more="everything"))
    choice = value.taints if isinstance(value, Choice) else frozenset()
    for taint in choice | frozenset(t for t in deep if t.cause is Cause.RETRIEVED):
        if _is_live(run, taint):
            run.evidence.append(_evidence(request, Cause.TOOL_SET, taint, more="everything"))


_LIVE = frozenset(
    {
        Cause.COUNTER,
        Cause.STATE,
        Cause.VARYING,
        Cause.RETRIEVED,
        Cause.CLOCK,
        Cause.RANDOM,
        Cause.SAMPLED,
    }
)


def _is_live(run: Run, taint: Taint) -> bool:
    """Whether something differs between calls of one conversation or family."""
    if taint.needs and taint.needs not in run.loop_numbers():
        return False
    return taint.cause in _LIVE and taint.rank >= TURN


def _of_options(run: Run, given: Given, request: Request) -> None:
    """Options that are part of the key, the routing key, and headers."""
    for name, value in given.options.items():
        for taint in taints_in(value, 5):
            if _is_live(run, taint):
                run.evidence.append(
                    _evidence(request, Cause.OPTION, taint, f"`{name}`, by {taint.what},")
                )
    for name, value in given.keys.items():
        for taint in taints_in(value, 3):
            if taint.cause in (Cause.RANDOM, Cause.CLOCK, Cause.COUNTER) and _is_live(run, taint):
                run.evidence.append(
                    _evidence(
                        request,
                        Cause.ROUTING,
                        taint,
                        f"`{name}` is new for each call: {taint.what}",
                        "everything",
                    )
                )
    if isinstance(given.headers, DictV):
        for key, value in given.headers.fields.items():
            words = str(key).lower()
            for taint in taints_in(value, 3):
                if "beta" in words and _is_live(run, taint):
                    run.evidence.append(
                        _evidence(
                            request, Cause.HEADER, taint, f"the header `{key}`, by {taint.what},"
                        )
                    )
                if (
                    re.search(r"session|conversation|cache|affinity|thread", words)
                    and taint.cause is Cause.RANDOM
                    and _is_live(run, taint)
                ):
                    run.evidence.append(
                        _evidence(
                            request,
                            Cause.ROUTING,
                            taint,
                            f"the header `{key}` is new for each call: {taint.what}",
                            "everything",
                        )
                    )


MARK_LIMIT = 4


def _of_marks(run: Run, given: Given, request: Request) -> None:
    """Breakpoints: how many, behind what, and whether what they mark is long enough."""
    segments = request.segments
    marks = [i for i, segment in enumerate(segments) if segment.has_mark]
    if not marks:
        return
    if len(marks) > MARK_LIMIT:
        what = f"{len(marks)} breakpoints, and {MARK_LIMIT} are taken"
        run.evidence.append(
            Evidence(
                Cause.MARK_COUNT,
                request.sink,
                request.sink,
                what,
                family=request.family,
                target=request.target,
            )
        )
    _behind(run, given, request, marks)
    _short(run, request, marks)


def _behind(run: Run, given: Given, request: Request, marks: list[int]) -> None:
    """A breakpoint behind what differs in each call: written every time, never read."""
    segments = request.segments
    one_shot = _is_one_shot(given)
    told = {e.origin for e in run.evidence if e.sink == request.sink}
    for number, mark in enumerate(marks):
        start = marks[number - 1] + 1 if number else 0
        inside = segments[start : mark + 1]
        before = sum(s.tokens for s in segments[:mark] if s.rank <= RELEASE)
        in_history = any(s.is_history for s in segments[: mark + 1])
        loose = [
            o
            for s in inside
            for o in s.origins
            if o.rank >= TURN and not s.is_newest and o.place not in told
        ]
        if loose and segments[mark].region in ("system", "tools") and not in_history:
            origin = loose[0]
            taint = Taint(Cause.MARK_BEHIND, REQUEST, origin.place, origin.what, origin.path)
            run.evidence.append(
                _evidence(request, Cause.MARK_BEHIND, taint, more="", tokens=before)
            )
            continue
        last = mark == len(segments) - 1
        varies = any(
            s.is_unknown or s.origins
            for s in inside
            if s.region not in ("system", "tools") and not s.is_history
        )
        if (
            one_shot
            and last
            and varies
            and before >= 64
            and segments[mark].region not in ("system", "tools")
        ):
            what = "the last block, which is another one in each call, is marked"
            run.evidence.append(
                Evidence(
                    Cause.MARK_BEHIND,
                    _mark_place(request),
                    request.sink,
                    what,
                    loss=Loss(before),
                    family=request.family,
                    target=request.target,
                )
            )


def _mark_place(request: Request) -> Place:
    return request.sink


def _is_one_shot(given: Given) -> bool:
    """Whether a request asks about one message and no conversation."""
    value = given.messages
    return (
        isinstance(value, ListV)
        and len(value.items) == 1
        and not value.items[0].many
        and not value.persists
    )


def _short(run: Run, request: Request, marks: list[int]) -> None:
    """What is marked is wholly known, and shorter than the least that is cached."""
    prefix = request.segments[: marks[-1] + 1]
    if any(s.is_unknown or s.origins or s.rank > RELEASE for s in prefix) or not request.target:
        return
    tokens = sum(s.tokens for s in prefix)
    least = minimum_of(request.target, request.model)
    if tokens < least * (1.0 if run.counter.is_exact else 0.8):
        about = "" if run.counter.is_exact else "about "
        model = plain_model(request.model) or request.target
        what = f"the marked prefix has {about}{tokens} tokens, and `{model}` caches nothing below {least}"
        run.evidence.append(
            Evidence(
                Cause.TOO_SHORT,
                request.sink,
                request.sink,
                what,
                family=request.family,
                target=request.target,
            )
        )


def _of_fan_out(run: Run, request: Request) -> None:
    """Calls that start together on one prefix, none of which has been answered yet."""
    site = Place(request.sink.file, request.sink.line, request.sink.column)
    if not run.concurrent:
        run.warmed.add(site)
        return
    if site in run.warmed or not (len(run.loops) or len(run.concurrent) > 1):
        return
    text, _ = static_prefix(request)
    tokens = run.counter.count(text)
    least = max(rules_of(request.target).minimum_for(plain_model(request.model)), 256)
    if tokens >= least * (1.0 if run.counter.is_exact else 0.9):
        what = "calls that share a prefix"
        run.evidence.append(
            Evidence(
                Cause.COLD_FAN,
                run.concurrent[-1],
                request.sink,
                what,
                loss=Loss(tokens),
                family=request.family,
                target=request.target,
            )
        )


def _note_family(run: Run, request: Request) -> None:
    text, is_whole = static_prefix(request)
    held = run.families.get(request.family)
    if text and (held is None or len(text) < len(held.prefix)):
        run.families[request.family] = Family(
            request.family, request.sink, text, run.counter.count(text), is_whole
        )
