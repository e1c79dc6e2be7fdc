"""Conversations that go on growing: lists that outlive the call, or to which each round of a loop adds messages."""

from __future__ import annotations

import ast

from .machine import Run
from .messages import options_of
from .values import DictV, ListV, Opaque, Value


def is_growing(run: Run, value: ListV) -> bool:
    """Whether what stands at the end of a list now stands amid it on the next turn, or in the next round."""
    return value.persists or (_is_older(run, value) and _is_conversation(value))


def part_of(run: Run, value: Value) -> ListV | Opaque | None:
    """The conversation whose messages a list is a choice of, where a choice of it is made."""
    if not isinstance(value, ListV):
        return None
    return value if is_growing(run, value) and not value.persists else value.parent


def _is_older(run: Run, value: ListV) -> bool:
    """Whether a list was made outside of a loop that is running, whose rounds are not followed one by one."""
    rounds = (o for o in run.loops if isinstance(o.node, ast.While | ast.For | ast.AsyncFor))
    return any(o.number not in value.loops for o in rounds if not o.is_exact)


def _is_conversation(value: ListV) -> bool:
    """Whether a list holds messages, some of them a model's."""
    held = [o for item in value.items for o in options_of(item.value)]
    is_said = any(isinstance(o, Opaque) and o.is_reply for o in held)
    roles = [o.fields.get("role") for o in held if isinstance(o, DictV)]
    return is_said or len([role for role in roles if role is not None]) > 1
