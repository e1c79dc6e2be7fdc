"""A message to the user as a value: code, headline, labelled spans, helps.

Stages return or collect diagnostics; only the driver raises `CompileFailed`.
Rendering lives in the compiler, so that a message means the same in a terminal,
an editor and a JSON report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .span import Span


class Severity(Enum):
    """How bad it is; only errors stop a build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Label:
    """A span with the words that stand under it; the primary one is what the message is about."""

    span: Span
    text: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Fix:
    """The text that mends a mistake when it stands in the place of a span; editors offer it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message. The headline says what is wrong, never how to mend it: `helps` do.

    Codes by stage: 00xx syntax, 01xx names, 02xx types, 03xx prompts and forks,
    05xx Python front end, 1xxx IR text and verifier, 2xxx planner, 3xxx runtime.
    """

    code: str
    headline: str
    labels: tuple[Label, ...] = ()
    helps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR
    fix: Fix | None = None

    @property
    def span(self) -> Span | None:
        """The span of the primary label, if there is one."""
        primary = [label.span for label in self.labels if label.primary]
        return primary[0] if primary else None

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        return f"{where}{self.severity.value}[{self.code}]: {self.headline}"


class CompileFailed(Exception):
    """Raised by the driver when there are errors; carries every diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops a build."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
