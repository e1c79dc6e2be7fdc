"""Collecting diagnostics of the checks: one call per message, no message twice at one place."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.diagnostic import Diagnostic, Fix, Label, Severity
from ...ir.span import Span


class Reporter:
    """The diagnostics of one compilation so far."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._seen: set[tuple[str, str, int, str]] = set()

    def report(
        self,
        code: str,
        span: Span,
        headline: str,
        label: str = "",
        *,
        help: str | Iterable[str] = (),
        also: tuple[Span, str] | None = None,
        note: str = "",
        severity: Severity = Severity.ERROR,
        fix: str | None = None,
    ) -> None:
        """Add a diagnostic; `also` is a second place with its words, `fix` what the span should be."""
        key = (code, span.source.name, span.start, headline)
        if key in self._seen:
            return
        self._seen.add(key)
        labels = [Label(span, label)]
        if also is not None:
            labels.append(Label(also[0], also[1], primary=False))
        helps = (help,) if isinstance(help, str) else tuple(help)
        notes = (note,) if note else ()
        mended = Fix(span, fix) if fix is not None else None
        diagnostic = Diagnostic(code, headline, tuple(labels), helps, notes, severity, mended)
        self.diagnostics.append(diagnostic)
