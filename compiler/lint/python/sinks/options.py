"""Options that are part of the key: another value is another prefix."""

from __future__ import annotations

from ...finding import Cause, Evidence, Loss
from ...layout import Request
from ..holding import taints_in
from ..machine import Run
from ..requests import Given
from ..telling import evidence_of
from ..values import Const, DictV, Value
from .live import is_live

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
        known = _known(value)
        if known is None:
            continue
        key = (request.sink, run.loops[0].number, head, name)
        if run.option_sets.setdefault(key, known) != known:
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


def _known(value: Value) -> str | None:
    """A value that is wholly known, as text."""
    match value:
        case Const(value=held):
            return repr(held)
        case DictV(fields=fields, rest=None):
            inner = {str(key): _known(held) for key, held in fields.items()}
            return None if None in inner.values() else repr(sorted(inner.items()))
        case _:
            return None
