"""Which model goes on with a conversation: another one has another cache, and reads nothing of what was said."""

from __future__ import annotations

import ast

from ...finding import Cause
from ...layout import Request
from ..holding import taints_in
from ..machine import Run
from ..requests import Given
from ..taints import Taint
from ..telling import evidence_of
from .live import is_live


def judge_models(run: Run, given: Given, request: Request) -> None:
    """Note a model that differs between calls which send one conversation."""
    if not any(segment.is_history for segment in request.segments):
        return
    for taint in taints_in(given.named, 3):
        if is_live(run, taint) and not _is_fallback(run, taint):
            what = f"the model, by {taint.what}, is another one within a conversation"
            run.evidence.append(evidence_of(request, Cause.MODELS, taint, what))


def _is_fallback(run: Run, taint: Taint) -> bool:
    """Whether a model is the one of this round in a loop that ends with the first that answers."""
    loop = next((each for each in run.loops if each.number == taint.needs), None)
    body = loop.node.body if loop is not None and isinstance(loop.node, ast.For | ast.While) else []
    return any(_ends(each) for each in body)


def _ends(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return() | ast.Break():
            return True
        case ast.Try(body=body, orelse=orelse):
            return any(isinstance(each, ast.Return | ast.Break) for each in (*body, *orelse))
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return any(_ends(each) for each in body)
        case _:
            return False
