"""Routing keys that are made of what is asked: each question goes to a server of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Cause, Evidence, Loss
from ...layout import Request
from ..messages import dict_of, options_of, role_of
from ..requests import Given
from ..taints import Hole
from ..texts import parts_of
from ..values import Const, DictV, ListV, Value

_NAME = re.compile(r"[A-Za-z_][\w.]*(?:\[\])?")
_AS_BYTES = re.compile(r"(\.(encode|strip|lower|casefold|hexdigest|digest))+$")
"""What a text is put through before it is digested."""

_LASTING = re.compile(
    r"(^|[._])(\w*id|key|user|name|session|conversation|thread|chat|tenant|account|customer|team|channel|agent|project)$"
)
"""Names of what several calls have in common."""


def judge_asked_keys(given: Given, request: Request) -> Iterator[Evidence]:
    """Note keys of single questions in which the question itself is."""
    if not given.keys or any(segment.is_history for segment in request.segments):
        return
    head, asked = _halves(given, request)
    for name, value in given.keys.items():
        held = sorted(_names_in(value, request) & asked - head)
        if held:
            what = f"`{name}` is made of `{held[0]}`, which is another one in each call"
            origin = given.places.get(name, request.sink)
            loss = Loss(0, more="everything")
            yield Evidence(
                Cause.ROUTING, origin, request.sink, what, (), loss, request.family,
                target=request.target,
            )  # fmt: skip


def _halves(given: Given, request: Request) -> tuple[set[str], set[str]]:
    """The names of what stands in the system text, and in the messages behind it."""
    head = set(_labels(given.system, request)) if given.system is not None else set[str]()
    asked: set[str] = set()
    for message in _messages(given.messages) if given.messages is not None else ():
        fields = dict_of(message)
        is_head = fields is not None and _is_head(fields)
        (head if is_head else asked).update(_labels(message, request))
    return head, {name for name in asked if not _LASTING.search(name)}


def _messages(value: Value) -> Iterator[Value]:
    for option in options_of(value):
        if isinstance(option, ListV):
            yield from (item.value for item in option.items)
        else:
            yield option


def _is_head(message: DictV) -> bool:
    return role_of(message.fields.get("role", Const(""))) in ("system", "developer")


def _labels(value: Value, request: Request) -> Iterator[str]:
    return (p.label for p in parts_of(value, request.sink) if isinstance(p, Hole) and p.label)


def _names_in(value: Value, request: Request) -> set[str]:
    """The names in a key, as it is or in the words of a digest."""
    found = (name for label in _labels(value, request) for name in _NAME.findall(label))
    return {_AS_BYTES.sub("", name) for name in found}
