"""Options that are part of the key: another value is another prefix."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ...finding import Cause, Evidence, Loss
from ...layout import WORTH, Request
from ..frames import Loop
from ..holding import taints_in
from ..machine import Run
from ..outlines import differ, outline_of
from ..requests import Given
from ..telling import evidence_of
from ..walking import nodes_of
from .live import is_live
from .schemas import OPTIONS as OF_SCHEMAS

_SCHEMAS = frozenset(
    {"response_format", "text", "text_format", "format", "output_config", "response_schema"}
)
"""Options that hold a schema, whose text stands in the prompt."""


_DEPTH = 9
"""How deep the members of a schema stand in an option: format, schema, properties, items, a list of words."""


def judge_options(run: Run, given: Given, request: Request) -> None:
    """Note options that differ between calls of a conversation, and schemas without an order."""
    _judge_rounds(run, given, request)
    for name, value in given.options.items():
        for found in taints_in(value, _DEPTH):
            taint = found.through(given.places[name]) if name in given.places else found
            if is_live(run, taint):
                run.evidence.append(
                    evidence_of(request, Cause.OPTION, taint, f"`{name}`, by {taint.what},")
                )
            elif name in _SCHEMAS and taint.cause is Cause.UNORDERED:
                run.evidence.append(
                    evidence_of(request, Cause.UNORDERED, taint, f"{taint.what}, in `{name}`,")
                )


def _judge_rounds(run: Run, given: Given, request: Request) -> None:
    """Rounds of one loop that send the same head to the same model with an option set otherwise."""
    if not run.loops:
        return
    head = request.model + "".join(s.text for s in request.segments if s.region == "system")
    for name, value in given.options.items():
        outline = outline_of(value)
        is_schema = name in OF_SCHEMAS
        if outline is None or (is_schema and (_tries(run.loops) or not _has_head(request))):
            continue
        key = (request.sink, run.loops[0].number, head, name)
        if differ(run.option_sets.setdefault(key, outline), outline):
            loss = Loss(0, more="the history")
            what = f"`{name}`, which is another one in each round,"
            place = given.places.get(name, run.loops[0].place)
            run.evidence.append(
                Evidence(
                    Cause.OPTION,
                    place,
                    request.sink,
                    what,
                    (),
                    loss,
                    request.family,
                    target=request.target,
                )
            )


def _has_head(request: Request) -> bool:
    """Whether a schema stands in front of text that all rounds have: without such text it costs nothing."""
    system = [s for s in request.segments if s.region == "system" and not s.origins]
    return any(s.is_unknown or s.tokens >= WORTH for s in system)


def _tries(loops: Sequence[Loop]) -> bool:
    """Whether a loop ends with the first round that gives something: later ones are rare."""
    ends = ast.Return | ast.Break
    return any(isinstance(n, ends) for loop in loops if loop.node for n in nodes_of(loop.node))
