"""Which kind of value a method is called on."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..agents import call_agent
from ..frames import Frame
from ..holding import join
from ..instances import CONTENT
from ..machine import Run
from ..message_templates import call_prompt
from ..standing import (
    FIELDS,
    as_iterated,
    as_written,
    each_written,
    fields_of,
    is_container,
)
from ..values import (
    AgentV,
    Choice,
    Const,
    DictV,
    Item,
    ListV,
    Obj,
    Opaque,
    PromptV,
    StateV,
    Text,
    Value,
)
from .calling import Calling
from .dicts import dict_method
from .lists import list_method
from .texts import text_method
from .unknown import unknown_method


def call_method(
    run: Run,
    frame: Frame,
    receiver: Value,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """What a method gives, and what it does to its receiver."""
    if name in ("format", "format_map"):
        args = [each_written(run, each) for each in args]
        kwargs = {key: as_written(run, each) for key, each in kwargs.items()}
    if name in ("join", "extend", "update"):
        args = [as_iterated(run, each) for each in args]
    call = Calling(run, frame, receiver, name, args, kwargs, node)
    match receiver:
        case Choice(options=options):
            return join([call_method(run, frame, o, name, args, kwargs, node) for o in options])
        case PromptV():
            return call_prompt(run, frame, receiver, name, args, kwargs, node)
        case AgentV():
            return call_agent(run, frame, receiver, name, args, kwargs, node)
        case StateV():
            return _forked(receiver) if name == "fork" else Opaque(is_reply=True, label="state")
        case ListV():
            return list_method(run, frame, receiver, name, args, kwargs, node)
        case Obj() if name in FIELDS and not is_container(receiver):
            return fields_of(receiver) or unknown_method(call)
        case Obj() if is_container(receiver):
            return call_method(run, frame, receiver.attrs[CONTENT], name, args, kwargs, node)
        case DictV():
            return dict_method(call, receiver)
        case Const() | Text():
            return text_method(run, frame, receiver, name, args, kwargs, node)
        case _:
            return unknown_method(call)


def _forked(state: StateV) -> ListV:
    """Arms of a program of our own front end: each goes on from what was said so far."""
    said = replace(state.messages, items=list(state.messages.items))
    return ListV("list", [Item(StateV(said, is_arm=True), many=True)])
