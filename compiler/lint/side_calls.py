"""Side calls: a conversation that is sent under another head, or without its tools, beside the calls that lead it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .finding import Cause, Evidence, Loss
from .layout import WORTH_INSIDE, Request

GIVEN = "given "
"""Begins the name of a conversation that is a parameter: another one, perhaps, in each function that has it."""

_ASIDE = re.compile(
    r"title|summar|compact|condens|shrink|suggest|follow_?up|memor|moderat|guard|recap|minutes|headline",
    re.I,
)
"""What is asked of a conversation that somebody else leads."""


def side_calls(requests: Sequence[Request]) -> Iterator[Evidence]:
    """Calls that send a conversation under another head than the call that leads it."""
    asked = [each for each in requests if each.history and not each.is_count]
    leading: dict[str, Request] = {}
    for request in asked:
        held = leading.get(request.history)
        if held is None or _head_tokens(request) > _head_tokens(held):
            leading[request.history] = request
    for request in asked:
        cause = _cause(request, leading[request.history])
        if cause is not None:
            main = leading[request.history]
            loss = Loss(_head_tokens(main), more="the history")
            what = "this call"
            yield Evidence(cause, request.sink, main.sink, what, loss=loss, family=request.family)


def _cause(request: Request, main: Request) -> Cause | None:
    """What a request changes of the head of the one that leads its conversation."""
    if (
        main.sink == request.sink
        or _head_tokens(main) < WORTH_INSIDE
        or _are_two_models(request, main)
    ):
        return None
    is_given = request.history.startswith(GIVEN)
    if is_given and not _ASIDE.search(request.family):
        return None
    if main.has_tools and not request.has_tools:
        return Cause.SIDE_TOOLS
    one, other = _begins(request), _begins(main)
    is_same = one == other or bool(
        one and other and (one.startswith(other) or other.startswith(one))
    )
    return None if is_same else Cause.SIDE_CALL


def _are_two_models(one: Request, other: Request) -> bool:
    """Whether the two are asked of different models: nothing is shared between them anyway."""
    return bool(one.model and other.model) and one.model != other.model


def _begins(request: Request) -> str:
    """What a request begins with, as far as it is known."""
    return next((s.text for s in request.segments if s.region != "tools"), "")


def _head_tokens(request: Request) -> int:
    held = sum(s.tokens for s in request.segments if s.region in ("system", "tools"))
    return held + 200 * request.has_tools
