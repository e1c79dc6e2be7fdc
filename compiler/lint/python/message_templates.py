"""Templates of messages: variables that are filled in by a call, ahead of it, or by name further down a chain."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..finding import Cause, Place
from .building import splice
from .calling import Calling
from .filling import ambient, substituted, variables_of
from .frames import Frame
from .holding import taints_in
from .machine import Run
from .places import place_of
from .requests import Given
from .texts import known_start, literal
from .values import Const, DictV, FnV, Item, ListV, Opaque, PartialV, PromptV, Text, Value


def message_of(role: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> DictV:
    content = args[0] if args else kwargs.get("content", kwargs.get("template", Const("")))
    fields: dict[object, Value] = {"role": kwargs.get("role", Const(role)), "content": content}
    return DictV({**{k: v for k, v in kwargs.items() if k not in fields}, **fields})


def with_variables(call: Calling, message: DictV) -> DictV:
    """The template of one message, with the variables that it brings itself."""
    given = message.fields.get("partial_variables")
    if not isinstance(given, DictV):
        return message
    known = {
        str(key): call.applied(value, []) if isinstance(value, FnV | PartialV) else value
        for key, value in given.fields.items()
    }
    return _filled(message, known, call.here)  # type: ignore[return-value]


def prompt_of(call: Calling) -> PromptV:
    source = (
        call.args[0]
        if call.args
        else call.kwargs.get("messages", call.kwargs.get("template", Const("")))
    )
    messages = ListV("list")
    if isinstance(source, ListV):
        splice(messages, source)
    else:
        messages.add(message_of("user", [source], {}))
    made = PromptV(messages, place=call.here)
    call.run.prompts.setdefault(call.frame.module.file, []).append(made)
    partial = call.kwargs.get("partial_variables")
    if isinstance(partial, DictV):
        made.filled = {str(k): v for k, v in partial.fields.items()}
        send_prompt(call.run, call.frame, made, {}, call.node)
    return made


def call_prompt(call: Calling, prompt: PromptV) -> Value:
    """`partial`, `invoke`, `format_messages` and the like."""
    run, frame, name, kwargs, node = call.run, call.frame, call.name, call.kwargs, call.node
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
        "abatch",
        "format_messages",
        "format_prompt",
        "format",
        "aformat_messages",
    ):
        values = dict(kwargs)
        for each in call.args[:1]:
            if isinstance(each, DictV):
                values |= {str(k): v for k, v in each.fields.items()}
        if name in ("batch", "abatch"):  # all of them start at once
            run.concurrent += [call.here, call.here]
            send_prompt(run, frame, prompt, values, node)
            del run.concurrent[-2:]
            return Opaque(label="reply", is_reply=True)
        send_prompt(run, frame, prompt, values, node)
        if name.startswith(("format", "aformat")):
            return filled(run, frame, prompt, values, call.here, node)
        return Opaque(label="reply", is_reply=True)
    return prompt


def send_prompt(
    run: Run, frame: Frame, prompt: PromptV, values: Mapping[str, Value], node: ast.Call
) -> None:
    """Note the request that a template makes."""
    place, told = place_of(frame.module, node), len(run.evidence)
    messages = filled(run, frame, prompt, values, place, node)
    run.send(run, Given(messages=messages), place, frame.name or "prompt")
    written = prompt.place
    if written is not None and written != place:
        run.evidence[told:] = [replace(e, path=(*e.path, written)) for e in run.evidence[told:]]


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
            run.calls.value(run, frame, value, [], {}, node)
            if isinstance(value, FnV | PartialV)
            else value
        )
    made = ListV("list", shape=prompt.messages.shape)
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
    if not isinstance(value, Const | Text):
        return value
    return substituted(value, known, "jinja" if "{{" in known_start(value) else "brace", place)


# --- variables that come by name ------------------------------------------------------------------------


def offer(call: Calling) -> None:
    """A call of a chain or pipeline is given values by name: they fill the module's templates that ask for them."""
    if not call.run.prompts:
        return
    here = call.run.prompts.get(call.frame.module.file, [])
    brought = [v for v in call.frame.module.env.values() if isinstance(v, PromptV)]
    prompts = {id(p): p for p in (*here, *brought)}.values()
    told = {k: _told(call, v) for k, v in _named(call.args, call.kwargs)} if prompts else {}
    cut = {k: v for k, v in told.items() if _is_cut(v)}
    if cut and prompts:
        _send_cut(call, next(iter(prompts)), cut)
    for prompt in prompts:
        asked = _variables(prompt) - prompt.filled.keys()
        values = {k: v for k, v in told.items() if k in asked}
        if _varies(values.values()):
            send_prompt(call.run, call.frame, prompt, values, call.node)


def _varies(values: Iterable[Value]) -> bool:
    """Whether any of what is filled in changes by itself, or is what a search found."""
    each = list(values)
    found = (t for v in each for t in taints_in(v, 3) if t.cause is Cause.RETRIEVED)
    return bool(ambient(each)) or any(not t.flag for t in found)


def _is_cut(value: Value) -> bool:
    return any(t.cause is Cause.WINDOW and not t.flag for t in taints_in(value, 3))


def _send_cut(call: Calling, prompt: PromptV, cut: Mapping[str, Value]) -> None:
    """A chain is given a history that is cut, under a name that its prompt asks for."""
    messages = filled(call.run, call.frame, prompt, {}, call.here, call.node)
    messages.shape |= frozenset(
        t for v in cut.values() for t in taints_in(v, 3) if t.cause is Cause.WINDOW
    )
    call.run.send(call.run, Given(messages=messages), call.here, call.frame.name or "prompt")


def _named(
    args: Sequence[Value], kwargs: Mapping[str, Value], depth: int = 3
) -> Iterator[tuple[str, Value]]:
    """Values that are given by name, those in tables among them."""
    yield from kwargs.items()
    for each in (*args, *kwargs.values()):
        if isinstance(each, DictV) and depth:
            yield from _named(
                (), {k: v for k, v in each.fields.items() if isinstance(k, str)}, depth - 1
            )


def _told(call: Calling, value: Value) -> Value:
    if isinstance(value, FnV | PartialV):
        return call.applied(value, [Opaque(label="inputs")])
    return value


def _variables(prompt: PromptV) -> set[str]:
    """The names of what a template asks for."""
    found: set[str] = set()
    for item in prompt.messages.items:
        held = item.value
        if isinstance(held, ListV) and len(held.items) == 2:
            found |= variables_of(known_start(held.items[1].value))
        elif isinstance(held, DictV):
            found |= variables_of(known_start(held.fields.get("content", Const(""))))
        else:
            found |= variables_of(known_start(held))
    return found
