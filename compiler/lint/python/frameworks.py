"""Frameworks that build prompts from parts: templates of messages, agents with instructions, our own front end."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..finding import Place
from .agents import AGENTS, agent_of
from .building import splice
from .filling import substituted
from .machine import Frame, Run, place_of
from .requests import Given
from .texts import literal
from .values import (
    Choice,
    Const,
    DictV,
    FnV,
    Hole,
    Item,
    ListV,
    Opaque,
    PartialV,
    PromptV,
    Text,
    Value,
)

_ROLES = {
    "SystemMessage": "system",
    "SystemMessagePromptTemplate": "system",
    "HumanMessage": "user",
    "HumanMessagePromptTemplate": "user",
    "AIMessage": "assistant",
    "ToolMessage": "tool",
    "ChatMessage": "user",
    "Message": "user",
    "SystemPrompt": "system",
    "UserMessage": "user",
    "AssistantMessage": "assistant",
    "DeveloperMessage": "system",
}
_MAKERS = {"from_system": "system", "from_user": "user", "from_assistant": "assistant"}
_PROMPTS = (
    "ChatPromptTemplate.from_messages",
    "ChatPromptTemplate",
    "ChatPromptTemplate.from_template",
    "PromptTemplate.from_template",
    "PromptTemplate",
)
OURS = ("system", "user", "assistant", "tool", "developer")
FRAMEWORK_WORDS = frozenset(
    {
        *AGENTS,
        *(name.rpartition(".")[2] for name in _PROMPTS),
        "with_instructions",
        "partial",
        "gen",
        "select",
    }
    | {"instructions", "system_prompt", "instruction", "assistants"}
)
"""Names of frameworks that build prompts of their own, or send them."""


def construct(
    run: Run,
    frame: Frame,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value | None:
    """A message, a template or an agent; None for anything else."""
    last = name.rpartition(".")[2]
    owner = name.rpartition(".")[0].rpartition(".")[2]
    if last in _ROLES and (args or kwargs):
        return _message(_ROLES[last], args, kwargs)
    if last == "from_template" and owner in _ROLES:
        return _with_variables(run, frame, _message(_ROLES[owner], args, kwargs), node)
    if last in _MAKERS and owner.endswith("Message"):
        return _message(_MAKERS[last], args, kwargs)
    if last.endswith(("Config", "Params", "Options", "Settings")) and last[0].isupper() and kwargs:
        return DictV({**kwargs})
    if last[:1].isupper() and "content" in kwargs and not args:
        return DictV({**kwargs})
    if last == "MessagesPlaceholder":
        return Opaque(label="history", parent=Opaque(label="history"), index="all")
    if any(name == p or name.endswith(f".{p}") for p in _PROMPTS) and (
        args or "messages" in kwargs or "template" in kwargs
    ):
        return _prompt(run, frame, args, kwargs, node)
    if name.startswith(("sglc.", "sglang.")) and last in OURS:
        return _message(last, args, kwargs)
    if name.startswith(("sglc.", "sglang.")) and last in ("gen", "select", "image"):
        return Opaque(label="<gen>", is_reply=True)
    if last in AGENTS:
        return agent_of(run, frame, args, kwargs, node)
    if last == "with_instructions" and args:
        _send_text(run, frame, args[0], node)
        return Opaque(label="signature")
    return None


def _message(role: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> DictV:
    content = args[0] if args else kwargs.get("content", kwargs.get("template", Const("")))
    fields: dict[object, Value] = {"role": kwargs.get("role", Const(role)), "content": content}
    return DictV({**{k: v for k, v in kwargs.items() if k not in fields}, **fields})


def _with_variables(run: Run, frame: Frame, message: DictV, node: ast.Call) -> DictV:
    """The template of one message, with the variables that it brings itself."""
    given = message.fields.get("partial_variables")
    if not isinstance(given, DictV):
        return message
    known = {
        str(key): run.call(run, "value", frame, value, [], {}, node)
        if isinstance(value, FnV | PartialV)
        else value
        for key, value in given.fields.items()
    }
    return _filled(message, known, place_of(frame.module, node))  # type: ignore[return-value]


# --- templates of messages ----------------------------------------------------------------------------


def _prompt(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> PromptV:
    source = args[0] if args else kwargs.get("messages", kwargs.get("template", Const("")))
    messages = ListV("list")
    if isinstance(source, ListV):
        splice(messages, source)
    else:
        messages.add(_message("user", [source], {}))
    made = PromptV(messages, place=place_of(frame.module, node))
    partial = kwargs.get("partial_variables")
    if isinstance(partial, DictV):
        made.filled = {str(k): v for k, v in partial.fields.items()}
        send_prompt(run, frame, made, {}, node)
    return made


def call_prompt(
    run: Run,
    frame: Frame,
    prompt: PromptV,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """`partial`, `invoke`, `format_messages` and the like."""
    if name == "partial":
        made = replace(prompt, filled=prompt.filled | dict(kwargs))
        send_prompt(run, frame, made, {}, node)
        return made
    if name in (
        "invoke",
        "ainvoke",
        "stream",
        "astream",
        "batch",
        "format_messages",
        "format_prompt",
        "format",
        "aformat_messages",
    ):
        values = dict(kwargs)
        for each in args[:1]:
            if isinstance(each, DictV):
                values |= {str(k): v for k, v in each.fields.items()}
        send_prompt(run, frame, prompt, values, node)
        if name.startswith(("format", "aformat")):
            return filled(run, frame, prompt, values, place_of(frame.module, node), node)
        return Opaque(label="reply", is_reply=True)
    return prompt


def send_prompt(
    run: Run, frame: Frame, prompt: PromptV, values: Mapping[str, Value], node: ast.Call
) -> None:
    """Note the request that a template makes."""
    place = place_of(frame.module, node)
    messages = filled(run, frame, prompt, values, place, node)
    run.send(run, Given(messages=messages), place, frame.name or "prompt")


def filled(
    run: Run,
    frame: Frame,
    prompt: PromptV,
    values: Mapping[str, Value],
    place: Place,
    node: ast.Call,
) -> ListV:
    """The messages with their variables filled in; a variable that is a function is called each time."""
    known: dict[str, Value] = {}
    for key, value in {**prompt.filled, **values}.items():
        known[key] = (
            run.call(run, "value", frame, value, [], {}, node)
            if isinstance(value, FnV | PartialV)
            else value
        )
    made = ListV("list")
    for item in prompt.messages.items:
        made.items.append(
            Item(_filled(item.value, known, place), item.many or _is_placeholder(item.value))
        )
    return made


def _is_placeholder(value: Value) -> bool:
    if isinstance(value, Opaque):
        return value.label == "history"
    if isinstance(value, ListV) and len(value.items) == 2:
        return literal(value.items[0].value) in ("placeholder", "MessagesPlaceholder")
    return False


def _filled(value: Value, known: Mapping[str, Value], place: Place) -> Value:
    match value:
        case ListV(kind="tuple", items=[role, content]):
            held = DictV({"role": role.value, "content": _text(content.value, known, place)})
            if literal(role.value) == "human":
                held.fields["role"] = Const("user")
            return held
        case DictV(fields=fields) if "content" in fields:
            return replace(
                value, fields=fields | {"content": _text(fields["content"], known, place)}
            )
        case Const() | Text():
            return DictV({"role": Const("user"), "content": _text(value, known, place)})
        case _:
            return value


def _text(value: Value, known: Mapping[str, Value], place: Place) -> Value:
    return substituted(value, known, "brace", place) if isinstance(value, Const | Text) else value


# --- agents -----------------------------------------------------------------------------------------


def _send_text(run: Run, frame: Frame, value: Value, node: ast.Call) -> None:
    """Instructions of a signature: demonstrations and fields follow them."""
    system = DictV({"role": Const("system"), "content": value})
    demos = DictV({"role": Const("user"), "content": Const("fields and demonstrations " * 12)})
    messages = ListV("list", [Item(system), Item(demos), Item(Opaque(label="inputs"))])
    run.send(run, Given(messages=messages), place_of(frame.module, node), frame.name or "signature")


def holds_generation(value: Value) -> bool:
    """Whether something that is appended to a state of our front end asks the model."""
    match value:
        case Opaque(label="<gen>"):
            return True
        case DictV(fields=fields):
            return any(holds_generation(v) for v in fields.values())
        case ListV(items=items):
            return any(holds_generation(i.value) for i in items)
        case Choice(options=options):
            return any(holds_generation(o) for o in options)
        case Text(parts=parts):
            return any(isinstance(p, Hole) and p.label == "<gen>" for p in parts)
        case _:
            return False
