"""What a call gives a service, and the request that it makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..finding import Cause, Place
from ..layout import Request, merged
from ..side_calls import GIVEN
from ..target import target_of
from .betas import betas_of
from .holding import taints_in
from .machine import Run
from .segments import SegmentBuilder
from .taints import NONE, Taints
from .values import Const, Ext, ListV, Opaque, Value


@dataclass(slots=True)
class Given:
    """What a call gives a service, by what it is."""

    tools: Value | None = None
    system: Value | None = None
    messages: Value | None = None
    model: str = ""
    target: str = ""
    options: Mapping[str, Value] = field(default_factory=dict)
    keys: Mapping[str, Value] = field(default_factory=dict)
    accounts: Mapping[str, Value] = field(default_factory=dict)
    """Who asks, and where, by the names of the arguments."""
    client: Taints = NONE
    """What decides which account or machine the client asks."""
    headers: Value | None = None
    named: Value | None = None
    """The model as it is given, where its name isn't known."""
    is_automatic: bool = False
    is_raw: bool = False
    """Whether the model goes on from the very end of the text: no chat template stands between."""
    is_arm: bool = False
    """Whether it is one of several that go on from the same state."""
    is_count: bool = False
    """Whether only the tokens are asked for."""
    is_open: bool = False
    """Whether arguments are spread into the call of which nothing is known."""
    betas: Value | None = None
    """Beta features that are asked for by a parameter."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each of its arguments is written."""


def request_of(run: Run, given: Given, sink: Place, family: str) -> Request:
    """The request that a call makes."""
    model = given.model or _named_in_file(run, sink)
    target = given.target or target_of(model, run.target)
    request = Request(sink, family, model=model, target=target)
    run.models = {t.place.symbol for t in taints_in(given.named) if t.cause is Cause.MODELS}
    builder = SegmentBuilder(run, request)
    if given.tools is not None:
        builder.tools(given.tools)
    if given.system is not None:
        builder.content(given.system, "system", False)
    if given.messages is not None:
        builder.messages(given.messages)
    segments = merged(builder.segments)
    has_marks = any(s.has_mark for s in segments)
    request.needs_marks = has_marks and not given.is_automatic
    request.segments = segments
    held = _history_of(given.messages)
    request.history = f"{held} {sink.file}" if held and not held.startswith("list ") else held
    request.is_count, request.is_open = given.is_count, given.is_open
    request.has_tools = given.tools is not None and not _is_nothing(given.tools)
    request.asked_from = run.frames[-1].called_at if run.frames else None
    request.betas = None if given.is_open else betas_of(given.headers, given.betas)
    return request


def _is_nothing(tools: Value) -> bool:
    """Whether no tools are given, in words for that."""
    if isinstance(tools, Const):
        return not tools.value
    return isinstance(tools, Ext) and tools.name.rpartition(".")[2] in ("NOT_GIVEN", "omit")


_MODELS = re.compile(r"[\"']((?:anthropic/)?claude-[\w.-]+)[\"']")


def _named_in_file(run: Run, sink: Place) -> str:
    """The first model of a file that is named there and needs breakpoints; it is bound somewhere else to the call."""
    module = run.project.by_file.get(sink.file)
    found = _MODELS.search(module.text) if module is not None else None
    return found[1] if found else ""


def _history_of(value: Value | None) -> str:
    """Names the history in a list of messages: the list, attribute or parameter that it comes from."""
    if isinstance(value, Opaque):
        return _named(value)
    for item in value.items if isinstance(value, ListV) else ():
        parent = item.value.parent if isinstance(item.value, Opaque) else None
        while isinstance(parent, ListV) and parent.parent is not None:
            parent = parent.parent
        if isinstance(parent, ListV):
            return _named_list(parent)
        if isinstance(parent, Opaque):
            return _named(parent)
        if item.many and isinstance(item.value, Opaque) and item.value.label.endswith("[]"):
            return _named(Opaque(label=item.value.label.removesuffix("[]")))
    return f"list {value.born}" if isinstance(value, ListV) else ""


def _named_list(value: ListV) -> str:
    """A parameter that turned out to be a list goes by its name, any other list by its number."""
    first = value.items[0].value if value.items else None
    label = first.label if isinstance(first, Opaque) else ""
    is_given = label.endswith("[]") and "." not in label
    return _named(Opaque(label=label.removesuffix("[]"))) if is_given else f"list {value.born}"


def _named(value: Opaque) -> str:
    if value.label.startswith("self."):
        return value.label
    return f"{GIVEN}{value.label}" if value.label.isidentifier() else ""
