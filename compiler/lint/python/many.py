"""Messages that stand for many of a history: what of them varies, though they are replayed as they were."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from ..finding import Cause
from ..layout import SESSION
from .messages import dict_of, options_of, role_of
from .taints import Hole
from .values import Const, DictV, Opaque, Text, Value

REMINTED = frozenset({Cause.RANDOM, Cause.CLOCK, Cause.SIGNED, Cause.HASHED, Cause.SAMPLED})
"""Causes of what may be made anew each time that a history is put together."""

_ASKED = frozenset({Cause.VARYING, Cause.RETRIEVED})
"""Causes that say what one turn was about: in a message that is replayed it stands as it was said."""


def reminted(part: Hole, running: Set[int], is_amid: bool, is_replayed: bool) -> Hole:
    """A part with what varies in it: only what is made anew while the history is put together.

    `is_amid`: it stands behind stored messages, and is stored as it is. `is_replayed`: it may be any message.
    """
    kept = frozenset(
        t
        for t in part.taints
        if (t.cause not in REMINTED or (t.rank > SESSION and set(t.loops) - running))
        and not (is_replayed and t.cause in _ASKED)
        and not (is_amid and t.cause is Cause.STATE)
    )
    return replace(part, taints=kept, is_element=True)


def is_any_of(value: Value, fields: DictV) -> bool:
    """Whether a message stands for each of a conversation: by turns it has this role and that one."""
    messages = [m for m in map(dict_of, options_of(value)) if m is not None]
    roles = [r for m in (*messages, fields) for r in options_of(m.fields.get("role", Const("")))]
    is_open = fields.rest is not None and "role" not in fields.fields
    return is_open or len({role_of(each) for each in roles}) > 1


def replays(value: Value) -> bool:
    """Whether something holds a piece of a stored message."""
    for each in options_of(value):
        if isinstance(each, Opaque) and each.parent is not None:
            return True
        if isinstance(each, Text) and any(isinstance(p, Hole) and p.is_element for p in each.parts):
            return True
    return False
