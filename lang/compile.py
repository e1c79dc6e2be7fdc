"""The door of the front end: a source file to a module, with every diagnostic on the way.

Called by the driver, the test runner and the language server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..ir.collector import without_collection
from ..ir.diagnostic import CompileFailed, Diagnostic, Severity, has_errors
from ..ir.module import Module
from ..ir.span import Source, Span
from .check.files import Checked, Checker
from .check.loader import Loader
from .check.report import Reporter
from .check.symbols import FileScope
from .lower.files import lower


@dataclass(frozen=True)
class Analysis:
    """A file as far as it can be understood; `checked` also where there are errors. `read`: what it is made of."""

    file: FileScope
    checked: Checked
    diagnostics: tuple[Diagnostic, ...]
    read: tuple[Path, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether the file can be lowered."""
        return not has_errors(self.diagnostics)


def analyse(source: Source, path: Path | None = None) -> Analysis:
    """Parse and check a file and its imports. Never raises on bad input."""
    path = path if path is not None else Path(source.name)
    reporter = Reporter()
    loader = Loader(path.parent, reporter)
    with without_collection():
        file = loader.add(source, path)
        checked = Checker(loader, reporter).check(file)
    found = sorted(_first_causes(reporter.diagnostics), key=_place)
    return Analysis(file, checked, tuple(found), tuple(loader.read))


_UNREADABLE = frozenset({"SGL0001", "SGL0002", "SGL0003", "SGL0005"})


def _first_causes(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Without what the checks find in a line that could not be read as it stands."""
    spoilt = {_line(d) for d in diagnostics if d.code in _UNREADABLE}
    return [d for d in diagnostics if d.code.startswith("SGL00") or _line(d) not in spoilt]


def _line(diagnostic: Diagnostic) -> tuple[str, int]:
    span = diagnostic.span
    return (span.source.name, span.source.position(span.start)[0]) if span else ("", 0)


def _place(diagnostic: Diagnostic) -> tuple[str, int, str]:
    span: Span | None = diagnostic.span
    return (span.source.name, span.start, diagnostic.code) if span else ("", 0, diagnostic.code)


def compile_source(
    source: Source, path: Path | None = None
) -> tuple[Module | None, list[Diagnostic]]:
    """The module of a source, or None where there are errors, and all diagnostics."""
    analysis = analyse(source, path)
    found = list(analysis.diagnostics)
    if not analysis.is_valid:
        return None, found
    try:
        with without_collection():
            return lower(analysis.checked), found
    except CompileFailed as failure:
        return None, [*found, *failure.diagnostics]


def load_file(path: Path) -> tuple[Module, list[Diagnostic]]:
    """The module of a file and the warnings. Raises CompileFailed, OSError."""
    module, diagnostics = compile_source(source_of(path), path)
    if module is None:
        raise CompileFailed(diagnostics)
    return module, [d for d in diagnostics if d.severity is not Severity.ERROR]


def source_of(path: Path) -> Source:
    """The source at a path. Raises CompileFailed when it is not text, OSError."""
    return source_from(str(path), path.read_bytes())


def source_from(name: str, data: bytes) -> Source:
    """The source of some bytes. Raises CompileFailed when they are not text."""
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        headline = f"`{name}` is not UTF-8 text"
        notes = (f"byte {error.start} is not valid",)
        raise CompileFailed(
            [Diagnostic("SGL0028", headline, helps=("save it as UTF-8",), notes=notes)]
        ) from error
