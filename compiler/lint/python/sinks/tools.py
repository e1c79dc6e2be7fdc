"""The order of the tools, and which of them there are."""

from __future__ import annotations

from ...finding import Cause
from ...layout import Request
from ..holding import shape_of, taints_in, text_taints_of
from ..machine import Run
from ..requests import Given
from ..values import Choice
from .live import evidence_of, is_live

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
        elif taint.flag in ("filter", "choice") and is_live(run, taint):
            run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
        elif taint.cause in (Cause.WINDOW, Cause.SAMPLED):
            run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
    choice = value.taints if isinstance(value, Choice) else frozenset()
    for taint in choice | frozenset(t for t in deep if t.cause is Cause.RETRIEVED):
        if is_live(run, taint):
            run.evidence.append(evidence_of(request, Cause.TOOL_SET, taint, more="everything"))
