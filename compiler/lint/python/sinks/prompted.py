"""Clients told by what they are given: messages with roles, a whole prompt, a text that stands first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..agents import HEADS
from ..messages import dict_of, options_of, role_of
from ..requests import Given
from ..texts import literal
from ..values import Choice, Const, Ext, ListV, Method, Opaque, Value
from .apis import KEYS, OPTIONS, first_of, plain_value
from .bodies import is_long

OTHER_USE = re.compile(
    r"(dict|OrderedDict|SimpleNamespace|partial|replace|update|copy|render|save|store|write|log|dump|count|num|estimate|validate|check|parse|format|to_|from_|append|extend|print|trim"
    r"|assert|record|emit|track|len|hash|serialize|load|get)|\w*(Case|Request|Record|Event|Log|Trace|State|Config)$"
)
"""Functions that get messages and send none."""


_TALKS = re.compile(
    r"(llm|model|client|engine|pipe(line)?|generator|openai|ollama|vllm|sglang|inference|gpt)\w*$",
    re.I,
)
_COMPLETES = frozenset(
    "generate agenerate complete acomplete completion acompletion text_generation predict apredict __call__".split()
)


def prompted(name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given | None:
    """A call of something that is a model by its name, with a long text: the whole prompt."""
    owner, _, last = name.rpartition(".")
    prompt = kwargs.get("prompt", kwargs.get("prompts", args[0] if args else None))
    is_model = last in _COMPLETES and bool(_TALKS.search(owner))
    is_called = not owner and bool(_TALKS.search(last)) and not OTHER_USE.match(last)
    if is_called and args and is_messages(args[0]):
        return generic_given(args, kwargs)
    if not (is_model or is_called) or not is_long(prompt):
        return None
    texts = [i.value for i in prompt.items] if isinstance(prompt, ListV) else [prompt]
    return Given(system=kwargs.get("system"), messages=texts[0])


_CHATS = re.compile(r"chats?\.(create|start|new|open)\w*\(\)\.\w+$")
"""The methods of a conversation that a client began."""

_SYSTEM_VERB = re.compile(
    r"(add|set|with|append|update)_?system(_?(message|prompt|instructions?|text))?$"
)


def told_system(callee: Value, name: str, args: Sequence[Value]) -> Given | None:
    """A conversation of a framework is given the text that stands first."""
    if not args or not isinstance(callee, Opaque | Method | Ext):
        return None
    last = name.rpartition(".")[2]
    system: Value | None = args[0] if _SYSTEM_VERB.match(last) else None
    is_kept = isinstance(callee, Opaque) and (
        callee.contents is not None or bool(_CHATS.search(callee.label))
    )
    if system is None and is_kept and last in ("append", "add", "add_message", "push"):
        message = dict_of(args[0])
        is_system = (
            message is not None and role_of(message.fields.get("role", Const(""))) == "system"
        )
        system = message.fields.get("content") if message is not None and is_system else None
    return Given(system=system, messages=Opaque(label="history")) if system is not None else None


def generic_given(args: Sequence[Value], kwargs: Mapping[str, Value]) -> Given:
    """What a client that isn't known is given."""
    candidates = [
        *(kwargs[n] for n in ("messages", "input", "prompt", "chat_history") if n in kwargs),
        *args[:2],
    ]
    messages = next(
        (c for c in candidates if is_messages(c)), candidates[0] if candidates else None
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
        headers=kwargs.get("extra_headers") or kwargs.get("headers"),
        named=kwargs.get("model"),
    )


def is_messages(value: Value) -> bool:
    """Whether a value is a list of messages with roles."""
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
