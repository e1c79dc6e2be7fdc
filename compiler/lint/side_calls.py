"""Side calls: a conversation that is sent under another head, or otherwise, beside the calls that lead it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .finding import Cause, Evidence, Loss, Place
from .layout import WORTH_INSIDE, Request
from .other_betas import other_betas

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
    leading: dict[tuple[str, Place | None], Request] = {}
    for request in asked:
        for name in _leads(request):
            held = leading.get(name)
            if held is None or _head_tokens(request) > _head_tokens(held):
                leading[name] = request
    for request in asked:
        mains = [leading[name] for name in _leads(request)]
        main = next((each for each in mains if _causes(request, each)), None)
        if main is not None:
            yield _evidence(request, main)
    yield from other_betas([each for each in asked if not each.history.startswith(GIVEN)])


def _evidence(request: Request, main: Request) -> Evidence:
    """A call that begins otherwise than the one that leads its conversation."""
    cause, *beside = _causes(request, main)
    place = (request.asked_from if main.sink == request.sink else None) or request.sink
    return Evidence(
        cause,
        place,
        main.sink,
        "this call",
        loss=Loss(_head_tokens(main), more="the history"),
        family=request.family,
        beside=(*beside,),
    )


def _leads(request: Request) -> list[tuple[str, Place | None]]:
    """What a request may lead: its conversation, and that of all who ask at its place."""
    own = (request.history, request.sink)
    return [(request.history, None), *([own] if request.asked_from is not None else [])]


def _causes(request: Request, main: Request) -> tuple[Cause, ...]:
    """What a request changes of the head of the one that leads its conversation."""
    if (
        _are_one_call(request, main)
        or _head_tokens(main) < WORTH_INSIDE
        or _are_two_models(request, main)
    ):
        return ()
    is_given = request.history.startswith(GIVEN)
    if is_given and not _ASIDE.search(request.family):
        return ()
    is_bare = main.has_tools and not (request.has_tools or request.is_open)
    tools = (Cause.SIDE_TOOLS,) if is_bare else ()
    if main.sink == request.sink or _begin_alike(request, main):
        return tools
    return (Cause.SIDE_CALL, *tools)


def _begin_alike(request: Request, main: Request) -> bool:
    """Whether two begin with the same text, as far as it is known."""
    one, other = _begins(request), _begins(main)
    return one == other or bool(one and other and (one.startswith(other) or other.startswith(one)))


def _are_one_call(one: Request, other: Request) -> bool:
    """Whether two are sent from one place, and on behalf of the same caller, or of nobody who is known."""
    if one.sink != other.sink:
        return False
    callers = one.asked_from, other.asked_from
    return None in callers or callers[0] == callers[1]


def _are_two_models(one: Request, other: Request) -> bool:
    """Whether the two are asked of different models: nothing is shared between them anyway."""
    return bool(one.model and other.model) and one.model != other.model


def _begins(request: Request) -> str:
    """What a request begins with, as far as it is known."""
    return next((s.text for s in request.segments if s.region != "tools"), "")


def _head_tokens(request: Request) -> int:
    held = sum(s.tokens for s in request.segments if s.region in ("system", "tools"))
    return held + 200 * request.has_tools
