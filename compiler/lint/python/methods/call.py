"""Which kind of value a method is called on."""

from __future__ import annotations

from dataclasses import replace

from ..agents import call_agent
from ..calling import Calling
from ..holding import join
from ..instances import CONTENT, fills_container
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
    FnV,
    Item,
    ListV,
    Obj,
    Opaque,
    PromptV,
    StateV,
    Text,
    Value,
)
from .dicts import dict_method
from .lists import list_method
from .mapped import of_mapping
from .programs import run_program
from .texts import text_method
from .unknown import unknown_method


def call_method(call: Calling) -> Value:
    """What a method gives, and what it does to its receiver."""
    call = _as_taken(call)
    match call.receiver:
        case Choice(options=options):
            return join([call_method(call.of(option)) for option in options])
        case PromptV() as prompt:
            return call_prompt(call, prompt)
        case AgentV() as agent:
            return call_agent(call, agent)
        case StateV() as state:
            return _forked(state) if call.name == "fork" else Opaque(is_reply=True, label="state")
        case FnV() as fn:
            return run_program(call, fn) or unknown_method(call)
        case ListV() as items:
            return list_method(call, items)
        case Obj() as thing if call.name == "__init__" and fills_container(
            thing, call.args, call.kwargs
        ):
            return Const(None)
        case Obj() as thing if call.name in FIELDS and not is_container(thing):
            return fields_of(thing) or unknown_method(call)
        case Obj() as thing if (found := of_mapping(call, thing)) is not None:
            return found
        case Obj() as thing if is_container(thing):
            return call_method(call.of(thing.attrs[CONTENT]))
        case DictV() as table:
            return dict_method(call, table)
        case Const() | Text() as words:
            return text_method(call, words)
        case _:
            return unknown_method(call)


def _as_taken(call: Calling) -> Calling:
    """What is written into a text or gone through is given as that."""
    by_fields = call.name == "format" and isinstance(call.receiver, Const | Text)
    by_table = call.name == "format_map" and _is_table(call.first)
    if by_table:
        return call  # its values are asked for one by one
    if call.name in ("format", "format_map") and not by_fields:
        written = {key: as_written(call.run, each, call.here) for key, each in call.kwargs.items()}
        args = [each_written(call.run, each, call.here) for each in call.args]
        return replace(call, args=args, kwargs=written)
    if call.name in ("join", "extend", "update"):
        return replace(call, args=[as_iterated(call.run, each) for each in call.args])
    return call


def _is_table(value: Value) -> bool:
    return isinstance(value, Obj) and is_container(value)


def _forked(state: StateV) -> ListV:
    """Arms of a program of our own front end: each goes on from what was said so far."""
    said = replace(state.messages, items=list(state.messages.items))
    return ListV("list", [Item(StateV(said, is_arm=True), many=True)])
