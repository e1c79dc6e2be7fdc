"""The order of the tools, and which of them there are."""

from __future__ import annotations

from ...finding import Cause, Evidence, Loss
from ...layout import Request
from ..answering import differs_now
from ..holding import shape_of, taints_in, text_taints_of
from ..machine import Run
from ..messages import dict_of
from ..moving import GROWN, moved_by_turn
from ..requests import Given
from ..telling import evidence_of
from ..texts import literal
from ..values import Choice, Const, ListV, Value
from .live import is_live


def judge_tool_sets(run: Run, given: Given, request: Request) -> None:
    """Rounds of one loop that send the same head with other tools."""
    names = _names(given.tools)
    if names is None or not run.loops:
        return
    head = "".join(s.text for s in request.segments if s.region == "system")
    key = (request.sink, run.loops[0].number, head)
    if run.tool_sets.setdefault(key, names) != names:
        run.evidence.append(
            Evidence(
                Cause.TOOL_SET,
                request.sink,
                request.sink,
                "the tools of this round",
                loss=Loss(0, more="everything"),
                family=request.family,
                target=request.target,
            )
        )


def _names(tools: Value | None) -> tuple[str, ...] | None:
    """The names of tools that are all known."""
    if not isinstance(tools, ListV) or any(item.many for item in tools.items):
        return None
    found = [dict_of(item.value) for item in tools.items]
    names = [literal(f.fields.get("name", Const(None))) if f is not None else None for f in found]
    return tuple(n for n in names if n) if all(names) else None


_ORDERS = frozenset({Cause.UNORDERED, Cause.COMPLETION, Cause.TOOL_ORDER, Cause.STATE})


def judge_tools(run: Run, given: Given, request: Request) -> None:
    """The order of the tools, and which of them there are."""
    value = given.tools
    if value is None:
        return
    listed = shape_of(value)
    deep = taints_in(value, 4)
    for taint in listed | frozenset(t for t in text_taints_of(value) if t.flag == "reconnect"):
        if taint.cause in _ORDERS and not taint.flag:
            run.evidence.append(evidence_of(request, Cause.TOOL_ORDER, taint, more="everything"))
        elif taint.flag == "reconnect":
            run.evidence.append(evidence_of(request, Cause.TOOL_ORDER, taint, more="everything"))
        elif taint.flag in ("filter", "choice", "picked") and is_live(run, taint):
            run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
        elif taint.cause in (Cause.WINDOW, Cause.SAMPLED) or differs_now(run, taint):
            run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
    if isinstance(value, ListV) and value.persists:
        run.offered[id(value)] = value
    for taint in moved_by_turn(run, value, GROWN):
        run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
    choice = value.taints if isinstance(value, Choice) else frozenset()
    for taint in choice | frozenset(t for t in deep if t.cause is Cause.RETRIEVED):
        if is_live(run, taint):
            run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
