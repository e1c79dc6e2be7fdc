"""Calls that start together on one prefix, none of which has been answered yet."""

from __future__ import annotations

from ...finding import Cause, Evidence, Loss, Place
from ...layout import Request, static_prefix
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
    least = max(rules_of(request.target).minimum_for(plain_model(request.model)), 256)
    if tokens >= least * (1.0 if run.counter.is_exact else 0.9):
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
