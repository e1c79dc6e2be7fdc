"""Calls that send a prompt: known APIs, bodies that are posted, and clients told by what they are given."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..agents import HEADS, is_led
from ..frameworks import construct
from ..machine import Frame, Run, dotted, place_of
from ..messages import dict_of, options_of, role_of
from ..requests import Given
from ..texts import literal
from ..values import Choice, Const, DictV, Ext, FnV, ListV, Method, Opaque, Value
from .apis import APIS, KEYS, OPTIONS, Api, api_of, first_of, given_to, plain_value
from .bodies import body_in, flattened, is_long
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
        kwargs.keys() & {"model", *api.messages, *api.system} or rest is not None or args
    ):
        given = given_to(run, api, args, kwargs)
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
    given = (
        _posted(run, name, kwargs)
        or _bound_tools(name, args)
        or _generic(name, args, kwargs)
        or _led(name, args, flattened(kwargs))
        or _prompted(name, args, kwargs)
        or _told_system(callee, name, args)
    )
    if given is not None:
        _send(run, frame, given, node)
        return Sent(Opaque(label="reply", is_reply=True))
    return None


def _of_project(
    run: Run, callee: FnV, args: Sequence[Value], kwargs: Mapping[str, Value], name: str
) -> Given | None:
    """A function that the configuration names, or a method without a body: what stands behind it may be any client."""
    full = f"{callee.module.name}.{callee.name}"
    if any(full == sink or full.endswith(f".{sink}") for sink in run.own_sinks):
        return _generic_given(args, kwargs)
    return _generic(name, args, kwargs) if _has_no_body(callee.node) else None


def _has_no_body(node: ast.AST) -> bool:
    """Whether a function only says what others do: a protocol's, or an abstract one."""
    body = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else [node]
    return all(
        isinstance(each, ast.Pass | ast.Raise)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in body
    )


def _posted(run: Run, name: str, kwargs: Mapping[str, Value]) -> Given | None:
    """A body that is posted as it is: `post(url, json={"model": ..., "messages": [...]})`."""
    if _OTHER_USE.match(name.rpartition(".")[2]):
        return None
    found = (body_in(kwargs[key]) for key in ("json", "data", "body", "payload") if key in kwargs)
    body = next((each for each in found if each is not None), None)
    return _of_body(run, body, kwargs) if body is not None else None


def posted(run: Run, frame: Frame, body: DictV, node: ast.Call) -> None:
    """Note a request whose body is written as JSON."""
    given = _of_body(run, body, {})
    if given is not None:
        _send(run, frame, given, node)


def _of_body(run: Run, body: DictV, kwargs: Mapping[str, Value]) -> Given | None:
    fields = {str(key): value for key, value in body.fields.items()}
    api = (
        APIS[1]
        if "input" in fields
        else Api((), "anthropic" if "system" in fields else "", ("system",))
    )
    return given_to(
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
    r"(dict|OrderedDict|SimpleNamespace|partial|replace|update|copy|render|save|store|write|log|dump|count|num|estimate|validate|check|parse|format|to_|from_|append|extend|print|trim"
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
    is_told = last in _GENERIC and "messages" in kwargs and bool(kwargs.keys() & {"model", "tools"})
    if not is_told and not any(_is_messages(value) for value in candidates):
        return None
    return _generic_given(args, kwargs)


def _led(name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    """A call of a known verb that gets the text that stands first by a keyword, and what is asked beside it."""
    last = name.rpartition(".")[2]
    if name.endswith("session.update"):
        kwargs = {"model": Const(""), **kwargs}
    if not is_led(args, kwargs) or ("." not in name and last not in _GENERIC):
        return None
    if _OTHER_USE.match(last) and not name.endswith("session.update"):
        return None
    asked = first_of(kwargs, ("prompt", "user_prompt", "user_message", "input", "query", "message"))
    made = _generic_given((), kwargs)
    made.messages = asked or next(iter(args), Opaque(label="question"))
    return made


_TALKS = re.compile(
    r"(llm|model|client|engine|pipe(line)?|generator|openai|ollama|vllm|sglang|inference|gpt)\w*$",
    re.I,
)
_COMPLETES = frozenset(
    "generate agenerate complete acomplete completion acompletion text_generation predict apredict __call__".split()
)


def _prompted(name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    """A call of something that is a model by its name, with a long text: the whole prompt."""
    owner, _, last = name.rpartition(".")
    prompt = kwargs.get("prompt", kwargs.get("prompts", args[0] if args else None))
    is_model = bool(_TALKS.search(owner)) and last in _COMPLETES
    is_called = not owner and bool(_TALKS.search(last)) and not _OTHER_USE.match(last)
    if is_called and args and _is_messages(args[0]):
        return _generic_given(args, kwargs)
    if not (is_model or is_called) or not is_long(prompt):
        return None
    texts = [i.value for i in prompt.items] if isinstance(prompt, ListV) else [prompt]
    return Given(system=kwargs.get("system"), messages=texts[0])


_SYSTEM_VERB = re.compile(
    r"(add|set|with|append|update)_?system(_?(message|prompt|instructions?|text))?$"
)


def _told_system(callee: Value, name: str, args: Sequence[Value]) -> Given | None:
    """A conversation of a framework is given the text that stands first."""
    if not args or not isinstance(callee, Opaque | Method | Ext):
        return None
    last = name.rpartition(".")[2]
    system: Value | None = args[0] if _SYSTEM_VERB.match(last) else None
    thing = callee.contents if isinstance(callee, Opaque) else None
    if system is None and thing is not None and last in ("append", "add", "add_message", "push"):
        message = dict_of(args[0])
        is_system = (
            message is not None and role_of(message.fields.get("role", Const(""))) == "system"
        )
        system = message.fields.get("content") if message is not None and is_system else None
    return Given(system=system, messages=Opaque(label="history")) if system is not None else None


def _generic_given(args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given:
    candidates = [
        *(kwargs[n] for n in ("messages", "input", "prompt", "chat_history") if n in kwargs),
        *args[:2],
    ]
    messages = next(
        (c for c in candidates if _is_messages(c)), candidates[0] if candidates else None
    )
    model = literal(plain_value(kwargs.get("model", Const("")))) or ""
    return Given(
        kwargs.get("tools"),
        first_of(kwargs, ("system", *sorted(HEADS), "instruction")),
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
                message = dict_of(item.value)
                if message is not None and "role" in message.fields:
                    return True
                held = options_of(item.value)[0]
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


def _send(run: Run, frame: Frame, given: Given, node: ast.AST) -> None:
    """Note a request, and everything that is wrong with it."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    given.places = {k.arg: place_of(frame.module, k.value) for k in keywords if k.arg}
    send(run, given, place_of(frame.module, node), frame.name or "module")
