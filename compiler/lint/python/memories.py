"""Memories of frameworks that keep the newest turns alone, told by the form of their names, and who gets them."""

from __future__ import annotations

import ast
import re

from ..finding import Cause
from ..layout import REQUEST
from .building import splice
from .calling import Calling
from .elements import is_historical
from .frames import Frame
from .holding import taints_in
from .machine import Run
from .message_templates import filled
from .places import place_of, shown
from .requests import Given
from .taints import NONE, Taint, Taints
from .values import FnV, ListV, Opaque, PartialV, PromptV, Value
from .walking import walk

_WINDOWED = re.compile(
    r"(\w*(Window|TokenBuffer|SummaryBuffer|TokenLimit(ed)?|HeadAndTail|Sliding|Buffered|Truncat(ed|ing)|LastN|Recent"
    r"|Trim(med|ming)?)\w*)(Memory|Context|History|Processor|Buffer|Conversation|Messages?|Limiter|Filter|Strategy"
    r"|Manager|Session)\w*"
)
_CUTTERS = re.compile(
    r"tail|last_n|take_last|keep_(last|recent)|(last|recent|latest)_(messages|turns|n)|sliding_window"
    r"|(trim|truncate|cut|shorten|limit|window)_(chat_?)?(history|messages|conversation|turns)"
)
"""Functions that cut a history, by their names."""

_LIMITERS = re.compile(
    r"Message(History|Token)Limiter|ChatMemoryBuffer(\.from_defaults)?|trim_messages"
)
_HOLDERS = frozenset(
    "memory history chat_memory chat_history model_context message_history conversation_manager session trimmer".split()
)
_PROCESSORS = frozenset(
    "history_processors pre_model_hook message_processors transforms messages_modifier".split()
)
_BESIDE = frozenset(
    "llm model prompt system_prompt instructions model_client chat_generator tools".split()
)

_SAID = frozenset("question query text input user_input message".split())
"""What is said now, beside what was said before."""


def windowed(call: Calling) -> Value | None:
    """A memory that drops the oldest turns by its name; None for anything else."""
    last = call.name.rpartition(".")[2]
    if last == "History" and (held := window_in(call.kwargs.get("messages"))):
        return Opaque(shape=held, label="memory")
    is_cut = _CUTTERS.fullmatch(last) and any(is_historical(each) for each in call.args)
    is_memory = (
        _WINDOWED.fullmatch(last) or _LIMITERS.fullmatch(last) or _LIMITERS.search(call.name)
    )
    if not (is_cut or is_memory):
        return None
    taint = Taint(
        Cause.WINDOW,
        REQUEST,
        call.here,
        f"the window {call.shown}",
        loops=call.loops,
    )
    return Opaque(shape=frozenset({taint}), label="memory")


def window_in(value: Value | None) -> Taints:
    """The windows in a value."""
    return frozenset(t for t in taints_in(value, 3) if t.cause is Cause.WINDOW and not t.flag)


def handed_over(call: Calling) -> None:
    """Note the request of whatever is made with a memory that is a window, or with a function that cuts the history."""
    if not call.args and not call.kwargs.keys() & (_BESIDE | _SAID) and not _has_memory(call):
        return
    found = NONE
    for name in call.kwargs.keys() & _HOLDERS:
        found |= window_in(call.kwargs[name])
    for name in call.kwargs.keys() & _PROCESSORS:
        found |= window_in(_processed(call.run, call.frame, call.kwargs[name], call.node))
    for name in call.kwargs.keys() & _CHOOSERS:
        _judge_chooser(call.run, call.frame, call.kwargs[name], call.node)
    if found:
        send_windowed(call.run, call.frame, found, call.kwargs.get("prompt"), call.node)


def _has_memory(call: Calling) -> bool:
    """Whether a framework's memory is handed over: what is said beside it may have any name, as DSPy's fields have."""
    return any(isinstance(v, Opaque) and v.label == "memory" for v in call.kwargs.values())


_CHOOSERS = frozenset("prepare_tools tool_filter tools_filter select_tools".split())


def _judge_chooser(run: Run, frame: Frame, value: Value, node: ast.Call) -> None:
    """A function that says which tools there are, asked at each step of a run: by what differs between steps."""
    if not isinstance(value, FnV) or not isinstance(
        value.node, ast.FunctionDef | ast.AsyncFunctionDef
    ):
        return
    first = value.node.args.args[0].arg if value.node.args.args else ""
    tests = [n.test for n in walk(value.node) if isinstance(n, ast.If | ast.IfExp)]
    tests += [t for n in walk(value.node) if isinstance(n, ast.comprehension) for t in n.ifs]
    for test in tests:
        if any(isinstance(n, ast.Name) and n.id == first for n in walk(test)):
            place = place_of(value.module, test)
            taint = Taint(Cause.STATE, REQUEST, place, shown(test), flag="filter")
            tools = ListV("list", shape=frozenset({taint}))
            tools.add(Opaque(label="tool"), many=True)
            send_to = place_of(frame.module, node)
            run.send(
                run, Given(tools, messages=Opaque(label="history")), send_to, frame.name or "agent"
            )
            return


def _processed(run: Run, frame: Frame, value: Value, node: ast.Call) -> Value:
    """What functions that get the history make of it."""
    each = [i.value for i in value.items] if isinstance(value, ListV) else [value]
    history = Opaque(label="messages")
    made = ListV("list")
    for one in each:
        if isinstance(one, FnV | PartialV):
            given = run.calls.value(run, frame, one, [history], {}, node)
            made.add(given)
        else:
            made.add(one)
    return made


def send_windowed(
    run: Run, frame: Frame, windows: Taints, prompt: Value | None, node: ast.Call
) -> None:
    """Note a request whose history is a window."""
    place = place_of(frame.module, node)
    messages = ListV("list", shape=windows)
    if isinstance(prompt, PromptV):
        splice(messages, filled(run, frame, prompt, {}, place, node))
    messages.add(Opaque(label="history", parent=messages, index="all"), many=True)
    run.send(run, Given(messages=messages, model=""), place, frame.name or "chain")
