"""Keys by which a call finds the machine that has its prefix, and salts that part what is the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence, Loss
from ...target import minimum_of
from ..sessions import FamilyOfCalls
from ..units import Request
from .across import common_head
from .keys import head_tokens
from .scale import WORTH, Scale

_FIELDS = ("prompt_cache_key", "cache_salt", "extra_key")
_HEADERS = (
    "x-session-affinity", "session_id", "session-id", "x-session-id", "conversation_id", "conversation-id",
    "x-conversation-id", "x-grok-conv-id",
)  # fmt: skip


def judge_routing(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    """A key that is new in each call, or in each conversation although what they share isn't read."""
    requests = family.requests
    fields = [_field(request) for request in requests]
    if _is_new_each_time(fields) or any(_changes(s.requests) for s in family.sessions):
        loss = Loss(head_tokens(scale, requests[-1]), 0, len(requests) - 1, is_exact=scale.is_exact)
        what = "the routing key is another one in each call"
        yield scale.evidence(Cause.ROUTING, what, requests[0], name, loss)
    elif (late := _too_fine(scale, family)) is not None:
        loss = Loss(late[1], 0, len(family.sessions) - 1, is_exact=scale.is_exact)
        what = (
            "the routing key is another one in each conversation, and what they share is not read"
        )
        yield scale.evidence(Cause.ROUTING, what, late[0], name, loss)


def _field(request: Request) -> str:
    body = request.logged.body
    return "|".join(str(body[name]) for name in _FIELDS if body.get(name))


def _header(request: Request) -> str:
    held = request.logged.headers
    return "|".join(held[name] for name in _HEADERS if held.get(name))


def _is_new_each_time(keys: Sequence[str]) -> bool:
    return len(keys) >= 3 and all(keys) and len(set(keys)) == len(keys)


def _changes(requests: Sequence[Request]) -> bool:
    """Whether the turns of one conversation each have another key or header."""
    return _is_new_each_time([_field(r) for r in requests]) or _is_new_each_time(
        [_header(r) for r in requests]
    )


def _too_fine(scale: Scale, family: FamilyOfCalls) -> tuple[Request, int] | None:
    """The first call of a conversation with a key of its own, that read nothing of what others have written."""
    firsts = [session.requests[0] for session in family.sessions]
    keys = [_field(each) or _header(each) for each in firsts]
    if not _is_new_each_time(keys) or any(each.logged.read != 0 for each in firsts[1:]):
        return None
    shared = min(common_head(scale, a, b) for a, b in itertools.pairwise(firsts))
    least = max(minimum_of(firsts[0].target, firsts[0].model), WORTH)
    return (firsts[1], shared) if shared >= least else None
