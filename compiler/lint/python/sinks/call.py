"""Calls that send a prompt: known APIs, bodies that are posted, and clients told by what they are given."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ...finding import Cause
from ...layout import REQUEST
from ..agents import HEADS, is_led
from ..building import splice
from ..calling import Calling
from ..clients import client_taints
from ..frames import Frame
from ..frameworks import construct
from ..holding import shape_of
from ..machine import Run
from ..memories import window_in
from ..method_values import has_no_body
from ..overriding import judge_overridden
from ..places import dotted, place_of
from ..requests import Given
from ..taints import Taint
from ..values import Const, DictV, Ext, FnV, Item, ListV, Opaque, Value
from ..walking import walk
from .apis import APIS, Api, api_of, first_of, given_to
from .bodies import body_in, flattened, forwarded, raw_prompt_in
from .cache_objects import cache_object
from .prompted import OTHER_USE, generic_given, is_messages, prompted, told_system
from .send import send


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sink gives back. `is_own`: a function of the project that the configuration calls a sink."""

    value: Value
    is_own: bool = False


_GENERIC = frozenset(
    "chat achat complete acomplete completion acompletion generate agenerate invoke ainvoke stream "
    "astream call acall predict create acreate run arun batch abatch query chat_completion stream_chat "
    "astream_chat ask send request text_generation create_chat_completion structured_predict "
    "with_messages apply_chat_template __call__".split()
)

SINK_WORDS = frozenset(
    {
        *(f"{name}()" for name in _GENERIC),
        *(ending.rpartition(".")[2] for api in APIS for ending in api.endings),
        *("post", "apost", "bind_tools", "bind_functions", "messages="),
        *(f"[{key}]" for key in ("messages", "contents", "role", *HEADS)),
        *("add_system_message", "set_system_prompt", "with_system_prompt", "add_system_prompt"),
        *(f"{name}=" for name in HEADS),
    }
) - {"update"}
"""Last words of calls that may send a prompt; `name()` is a call with arguments, `messages=` the keyword."""


def called_sink(call: Calling, callee: Value) -> Sent | None:
    """What a call gives back that sends a prompt; None when it is no such call."""
    run, frame, args, kwargs, node = call.run, call.frame, call.args, call.kwargs, call.node
    name = callee.name if isinstance(callee, Ext | FnV) else dotted(node.func)
    if isinstance(callee, Opaque) and api_of(name) is None and api_of(callee.label) is not None:
        name = callee.label  # it is called by another name, or by somebody else
    if isinstance(callee, FnV):
        given = _of_project(run, callee, args, kwargs, dotted(node.func))
        if given is None:
            return None
        _send(run, frame, given, node)
        return Sent(Opaque(label="reply", is_reply=True), is_own=True)
    api = api_of(name)
    if api is not None and (
        kwargs.keys() & {"model", *api.messages, *api.system} or call.rest is not None or args
    ):
        given = given_to(run, api, args, kwargs)
        if given is not None:
            given.is_count, given.is_open = name.endswith("count_tokens"), call.rest is not None
            given.client = client_taints(callee)
            _cut_there(run, frame, given, kwargs.get("truncation_strategy"), node)
            _send(run, frame, given, node)
            return Sent(Opaque(label="reply", is_reply=True))
    kept = cache_object(call, name)
    if kept is not None:
        return Sent(kept)
    made = construct(call.named(name)) if isinstance(callee, Ext | Opaque) else None
    if made is not None:
        return Sent(made)
    if not args and not kwargs:
        return None
    given = (
        _posted(run, name, kwargs)
        or _bound_tools(name, args)
        or _generic(name, args, kwargs)
        or (_led(name, args, flattened(kwargs)) if kwargs else None)
        or prompted(name, args, kwargs)
        or told_system(callee, name, args)
    )
    if given is not None:
        _cut_by(callee, given)
        given.client = client_taints(callee)
        _send(run, frame, given, node)
        judge_overridden(call, given)
        return Sent(Opaque(label="reply", is_reply=True))
    return None


def _cut_by(callee: Value, given: Given) -> None:
    """A chain that cuts the history sends what is left of what it is given."""
    cut = frozenset(t for t in shape_of(callee) if t.cause is Cause.WINDOW)
    if cut and given.messages is not None:
        made = ListV("list", shape=cut)
        splice(made, given.messages)
        given.messages = made


def _cut_there(
    run: Run, frame: Frame, given: Given, strategy: Value | None, node: ast.Call
) -> None:
    """A thread that a service keeps, of which it sends the newest messages alone."""
    kind = strategy.fields.get("type") if isinstance(strategy, DictV) else None
    if isinstance(kind, Const) and kind.value == "last_messages":
        place = place_of(frame.module, node)
        taint = Taint(Cause.WINDOW, REQUEST, place, "the newest messages of the thread")
        given.messages = ListV(
            "list", [Item(Opaque(label="history"), many=True)], frozenset({taint})
        )


def _of_project(
    run: Run, callee: FnV, args: Sequence[Value], kwargs: Mapping[str, Value], name: str
) -> Given | None:
    """A function that the configuration names, or a method without a body: what stands behind it may be any client."""
    full = f"{callee.module.name}.{callee.name}"
    if any(full == sink or full.endswith(f".{sink}") for sink in run.own_sinks):
        return generic_given(args, kwargs)
    return _generic(name, args, kwargs) if has_no_body(callee.node) else None


def _posted(run: Run, name: str, kwargs: Mapping[str, Value]) -> Given | None:
    """A body that is posted as it is: `post(url, json={"model": ..., "messages": [...]})`."""
    held = [kwargs[key] for key in ("json", "data", "body", "payload") if key in kwargs]
    if not held or OTHER_USE.match(name.rpartition(".")[2]):
        return None
    found = (body_in(each) or forwarded(run.statics, each) for each in held)
    body = next((each for each in found if each is not None), None)
    if body is not None:
        return of_body(run, body, kwargs)
    raw = next((prompt for each in held if (prompt := raw_prompt_in(each)) is not None), None)
    return Given(messages=raw, is_raw=True) if raw is not None else None


def posted(run: Run, frame: Frame, body: DictV, node: ast.Call) -> None:
    """Note a request whose body is written as JSON."""
    given = of_body(run, body, {})
    if given is not None:
        _send(run, frame, given, node)


def of_body(run: Run, body: DictV, kwargs: Mapping[str, Value]) -> Given | None:
    """What a request gives whose body is known."""
    fields = {str(key): value for key, value in body.fields.items()}
    api = _apiof_body(fields.keys())
    return given_to(
        run,
        api,
        (),
        fields | {k: v for k, v in kwargs.items() if k in ("headers", "extra_headers")},
    )


_OF_GEMINI = ("systemInstruction", "system_instruction")


def _apiof_body(keys: Collection[str]) -> Api:
    """The API that a body is written for, by its keys."""
    if "contents" in keys:
        return Api((), "gemini", _OF_GEMINI, ("contents",))
    if "input" in keys:
        return APIS[1]
    return Api((), "anthropic" if "system" in keys else "", ("system",))


def _bound_tools(name: str, args: Sequence[Value]) -> Given | None:
    """`model.bind_tools(tools)`: these tools stand before every request of the model."""
    if name.rpartition(".")[2] not in ("bind_tools", "bind_functions") or not args:
        return None
    return Given(args[0], messages=Opaque(label="history"))


def _generic(name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    """A call of a client that isn't known, told by what it is given: a list of messages with roles."""
    last = name.rpartition(".")[2]
    if last not in _GENERIC and ("messages" not in kwargs or OTHER_USE.match(last)):
        return None
    candidates = [
        *(kwargs[n] for n in ("messages", "input", "prompt", "chat_history") if n in kwargs),
        *args[:2],
    ]
    is_told = last in _GENERIC and "messages" in kwargs and bool(kwargs.keys() & {"model", "tools"})
    is_cut = last in _GENERIC and any(_is_trimmed(value) for value in candidates)
    if not (is_told or is_cut) and not any(is_messages(value) for value in candidates):
        return None
    return generic_given(args, kwargs)


def _is_trimmed(value: Value) -> bool:
    """Whether a value is what a framework's function left of a history."""
    return isinstance(value, Opaque) and value.label == "memory" and bool(window_in(value))


def _led(name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    """A call of a known verb that gets the text that stands first by a keyword, and what is asked beside it."""
    last = name.rpartition(".")[2]
    if name.endswith("session.update"):
        kwargs = {"model": Const(""), **kwargs}
    if not is_led(args, kwargs) or ("." not in name and last not in _GENERIC):
        return None
    if OTHER_USE.match(last) and not name.endswith("session.update"):
        return None
    asked = first_of(kwargs, ("prompt", "user_prompt", "user_message", "input", "query", "message"))
    made = generic_given((), kwargs)
    made.messages = asked or next(iter(args), Opaque(label="question"))
    return made


def _headers_of_client(run: Run, frame: Frame, node: ast.expr) -> Value | None:
    """`client.with_options(default_headers=...).messages.create`: the headers of a client that is made for one call."""
    for each in walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            for keyword in each.keywords:
                if keyword.arg in ("default_headers", "extra_headers"):
                    return run.evaluate(run, frame, keyword.value)
    return None


def _send(run: Run, frame: Frame, given: Given, node: ast.AST) -> None:
    """Note a request, and everything that is wrong with it."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    if given.headers is None and isinstance(node, ast.Call):
        given.headers = _headers_of_client(run, frame, node.func)
    given.places = {k.arg: place_of(frame.module, k.value) for k in keywords if k.arg}
    send(run, given, place_of(frame.module, node), frame.name or "module")
