"""Hooks around a request of an agent: the messages that one sends in place of the ones the agent keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..finding import Cause, Evidence, Loss
from .calling import Calling
from .left import is_piece
from .messages import dict_of, options_of, role_of
from .requests import Given
from .values import Const, Item, ListV, Opaque, Value

HOOKS = frozenset({"wrap_model_call", "awrap_model_call"})
"""Methods and decorators of functions that stand around each request of an agent."""


def judge_overridden(call: Calling, sent: Given) -> None:
    """`request.override(messages=...)` in a hook: it was sent just now, and the agent keeps what it had."""
    is_override = isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "override"
    if not is_override or sent.messages is None:
        return
    if any(_is_own(each) for each in _behind(sent.messages)):
        what, loss = "a message is sent, and not kept", Loss(0, more="the newest turn")
        family = call.run.requests[-1].family if call.run.requests else call.frame.name
        call.run.evidence.append(
            Evidence(Cause.UNSAVED, call.here, call.here, what, (), loss, family)
        )


def _behind(messages: Value) -> Iterator[Item]:
    """What stands behind the messages that the agent keeps."""
    for each in options_of(messages):
        if isinstance(each, ListV):
            kept = [at for at, item in enumerate(each.items) if _is_kept(item)]
            yield from each.items[kept[-1] + 1 :] if kept else ()


def _is_kept(item: Item) -> bool:
    return item.many and any(
        isinstance(o, Opaque) and o.parent is not None for o in options_of(item.value)
    )


def _is_own(item: Item) -> bool:
    """Whether a message is made here, of other words than those of a message that is kept."""
    message = dict_of(item.value)
    if message is None or not role_of(message.fields.get("role", Const(""))):
        return False
    return not any(map(is_piece, message.fields.values()))
