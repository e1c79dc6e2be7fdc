"""Spans of the IR as the plan keeps them: file, line, column and the text that stands there."""

from __future__ import annotations

from ...ir.span import Span
from ...runtime.plan.schema import SourceSpan

MAX_TEXT = 200
"""A plan quotes at most this much of the source at one place."""


def source_span(span: Span | None) -> SourceSpan | None:
    """The plan's form of a span."""
    if span is None:
        return None
    line, column = span.source.position(span.start)
    return SourceSpan(file=span.source.name, line=line, column=column, text=span.text[:MAX_TEXT])
