"""Between the protocol's positions and spans; and messages, with what an editor may offer to mend them."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types as lsp
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from ...ir.diagnostic import Diagnostic, Fix, Label, Severity
from ...ir.span import Source, Span

SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}


def source_of(document: TextDocument) -> Source:
    """The text of a document, under the name of its file."""
    return Source(to_fs_path(document.uri) or document.uri, document.source)


def range_of(document: TextDocument, span: Span) -> lsp.Range:
    """A span as the client counts: lines from 0, columns in the units that it agreed to."""
    lines = span.source.text.splitlines(keepends=True)
    return lsp.Range(
        *(_position(document, span.source, lines, at) for at in (span.start, span.end))
    )


def _position(
    document: TextDocument, source: Source, lines: list[str], offset: int
) -> lsp.Position:
    line, column = source.position(offset)
    return document.position_codec.position_to_client_units(
        lines, lsp.Position(line - 1, column - 1)
    )


def location_of(document: TextDocument, span: Span) -> lsp.Location:
    """A span, in whichever file it is."""
    return lsp.Location(from_fs_path(span.source.name) or document.uri, range_of(document, span))


# --- messages -------------------------------------------------------------------------------------


def shown(document: TextDocument, diagnostic: Diagnostic) -> lsp.Diagnostic:
    """A message as the editor shows it."""
    own = source_of(document).name
    here = [label for label in diagnostic.labels if label.span.source.name == own]
    start = lsp.Position(0, 0)
    main = next((label for label in here if label.primary), here[0] if here else None)
    return lsp.Diagnostic(
        range=range_of(document, main.span) if main else lsp.Range(start, start),
        message="\n".join(_lines(diagnostic, main)),
        severity=SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        source="sglc",
        related_information=[
            _related(document, label) for label in diagnostic.labels if label is not main
        ],
    )


def _lines(diagnostic: Diagnostic, main: Label | None) -> Iterable[str]:
    label = f": {main.text}" if main and main.text else ""
    yield f"{diagnostic.headline}{label}"
    yield from (f"note: {note}" for note in diagnostic.notes)
    yield from (f"help: {help}" for help in diagnostic.helps)


def _related(document: TextDocument, label: Label) -> lsp.DiagnosticRelatedInformation:
    return lsp.DiagnosticRelatedInformation(location_of(document, label.span), label.text)


def action(document: TextDocument, diagnostic: Diagnostic, fix: Fix) -> lsp.CodeAction:
    """What an editor offers to mend a mistake."""
    edit = lsp.TextEdit(range_of(document, fix.span), fix.text)
    title = f"Write `{fix.text.strip()}`" if fix.text else f"Remove `{fix.span.text[:30]}`"
    return lsp.CodeAction(
        title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[shown(document, diagnostic)],
        edit=lsp.WorkspaceEdit(changes={document.uri: [edit]}),
        is_preferred=True,
    )
