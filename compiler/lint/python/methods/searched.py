"""Methods that search, sign or tell the time, told by their names and their receivers': what they give is theirs alone.

What was put into a store doesn't come back by a search: another few of it do for each question.
"""

from __future__ import annotations

from ..calling import Calling
from ..places import shown
from ..sources.lookup import method_source
from ..values import Opaque, Value


def found_in(call: Calling) -> Value | None:
    """A signed link, search results, a clock; None for a method that is none of these."""
    label = call.receiver.label if isinstance(call.receiver, Opaque) else ""
    source = method_source(call.said or label, call.name, len(call.args))
    if source is None:
        return None
    taint = call.taint(source.cause, shown(call.node), source.rank)
    return Opaque(frozenset({taint}), label=f"{call.name}()")
