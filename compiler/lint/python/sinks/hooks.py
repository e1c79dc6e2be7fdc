"""Hooks of gateways and frameworks: they are given the body of each request, and what they leave of it is sent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from ...finding import Place
from ..frames import Frame
from ..machine import Run
from ..messages import options_of
from ..places import place_of
from ..values import DictV, FnV, ListV, Opaque, Value
from .bodies import forwarded, sent_on
from .call import of_body
from .send import send

HOOK_NAMES = re.compile(
    r"(a|async_|on_)?(pre|before)_(\w+_)?(call|request|completion|completions|invoke|generate|generation|send)"
    r"(_\w*hook|_callback|_handler)?|(a|async_)?(log_)?pre_api_call|before_model(_\w+)?|inlet|on_llm_request"
    r"|(transform|handle|handle_async)_request"
)
"""Names of functions that a gateway, a pipeline or a framework calls ahead of each request."""


def is_hook(fn: FnV) -> bool:
    """Whether a function is one that somebody calls with a request, and sends what it leaves."""
    names = {*fn.marks, "" if isinstance(fn.node, ast.Lambda) else fn.node.name}
    return any(map(HOOK_NAMES.fullmatch, names))


def judge_hook(run: Run, frame: Frame, fn: FnV) -> None:
    """Note the request that a hook leaves behind, where it changes what a model reads."""
    if not is_hook(fn):
        return
    body = next((b for b in _bodies(run, frame) if b is not None), None)
    given = of_body(run, body, {}) if body is not None else None
    if given is None:
        return
    if isinstance(given.messages, ListV):
        given.messages = replace(
            given.messages,
            shape=frozenset(t for t in given.messages.shape if not _is_at_the_head(t.place)),
        )
    send(run, given, place_of(frame.module, fn.node), frame.name)


def _is_at_the_head(place: Place) -> bool:
    """Whether a place is one where a message is put in front: of a request that came just now, nothing moves."""
    return place.symbol.endswith(":insert")


def _bodies(run: Run, frame: Frame) -> Iterator[DictV | None]:
    """What the function gives back, and what it was given or read, as bodies."""
    for each in frame.returns:
        for option in options_of(each):
            yield forwarded(run.statics, option)
    yield sent_on(_set_in(run, frame))
    for name in sorted(frame.params - {frame.me}):
        yield _changed_by_name(frame, frame.env[name])


def _set_in(run: Run, frame: Frame) -> Iterator[tuple[str, Value]]:
    """The parts of a request that were set, whatever it is called, or a part of it that holds them."""
    local = {id(value) for value in frame.env.values()}
    for (number, name), (owner, value) in run.statics.items():
        label = owner.label if isinstance(owner, Opaque) else ""
        if number in local or label.partition(".")[0] in frame.params - {frame.me}:
            yield name.strip("[']"), value


def _changed_by_name(frame: Frame, value: Value) -> DictV | None:
    """A body whose list of messages got a name of its own, and was changed under that."""
    if not isinstance(value, Opaque) or not value.label:
        return None
    for held in frame.env.values():
        items = held.items if isinstance(held, ListV) else []
        many = [i.value for i in items if i.many and isinstance(i.value, Opaque)]
        if len(items) > 1 and any(m.label == f"{value.label}.messages[]" for m in many):
            return DictV({"model": Opaque(label="model"), "messages": held})
    return None
