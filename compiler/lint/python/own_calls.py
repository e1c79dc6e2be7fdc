"""Calls of tools that a program makes itself: they stand behind what is asked, and so does all that follows them."""

from __future__ import annotations

from collections.abc import Sequence

from .messages import dict_of, options_of, role_of
from .values import Const, DictV, Item, ListV

_RESULTS = frozenset({"tool_result", "function_call_output", "function_response"})


def asked_at(items: Sequence[Item]) -> int:
    """Where the question stands that a tool was called for, as the program has it; behind all messages if nowhere.

    A result that is written out is an example, and no answer to what is asked.
    """
    messages = [dict_of(item.value) if not item.many else None for item in items]
    at = next((n for n, m in enumerate(messages) if m is not None and _is_result(m)), 0)
    asked = [n for n, m in enumerate(messages[:at]) if m is not None and _role(m) == "user"]
    return asked[-1] if asked else len(items)


def _role(message: DictV) -> str:
    return role_of(message.fields.get("role", Const("")))


def _is_result(message: DictV) -> bool:
    """Whether a message holds what a tool gave, or one of its blocks does."""
    if _role(message) in ("tool", "function") or _kind(message) in _RESULTS:
        return any(not isinstance(message.fields.get(key, Const("")), Const) for key in _SAID)
    lists = [
        o for o in options_of(message.fields.get("content", Const(""))) if isinstance(o, ListV)
    ]
    blocks = [dict_of(item.value) for held in lists for item in held.items]
    return any(b is not None and _kind(b) in _RESULTS and _is_result(b) for b in blocks)


_SAID = ("content", "output", "response")


def _kind(fields: DictV) -> object:
    held = fields.fields.get("type")
    return held.value if isinstance(held, Const) else None
