"""Calls that start together on one prefix, none of which has been answered yet."""

from __future__ import annotations

from ...finding import Cause, Evidence, Loss, Place
from ...layout import RELEASE, Request, static_prefix
from ...target import plain_model, rules_of
from ..machine import Run


def judge_fan_out(run: Run, request: Request) -> None:
    """Calls that start together on one prefix, none of which has been answered yet."""
    site = Place(request.sink.file, request.sink.line, request.sink.column)
    if not run.concurrent:
        run.warmed.add(site)
        return
    if site in run.warmed or not (len(run.loops) or len(run.concurrent) > 1):
        return
    text, _ = static_prefix(request)
    tokens = run.counter.count(text)
    is_long = _is_marked_file(request)
    least = max(rules_of(request.target).minimum_for(plain_model(request.model)), 256)
    if is_long or tokens >= least * (1.0 if run.counter.is_exact else 0.9):
        what = "calls that share a prefix"
        run.evidence.append(
            Evidence(
                Cause.COLD_FAN,
                run.concurrent[-1],
                request.sink,
                what,
                loss=Loss(tokens),
                family=request.family,
                target=request.target,
            )
        )


def _is_marked_file(request: Request) -> bool:
    """Whether a text that is read from elsewhere has a breakpoint behind it: whoever set it says that it is long."""
    is_read = False
    for segment in request.segments:
        if segment.rank > RELEASE or segment.origins or segment.is_history:
            return False
        is_read = is_read or segment.is_unknown
        if is_read and segment.has_mark:
            return True
    return False
