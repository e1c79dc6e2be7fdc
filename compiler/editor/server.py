"""The language server: diagnostics, hover, definitions, completion and formatting, over stdio.

Started by `sglc lsp`. It reads and never runs anything; what it answers comes from `editor.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from sglc import __version__

from ...ir.diagnostic import CompileFailed, Diagnostic, Label, Severity
from ...ir.span import Source, Span
from ...ir.target.parts import Part
from ...lang.compile import Analysis, analyse
from ...lang.format.files import format_source
from ..build.targets import choose_target
from . import places as editor

SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}
KINDS = {
    "variable": lsp.CompletionItemKind.Variable,
    "field": lsp.CompletionItemKind.Field,
    "function": lsp.CompletionItemKind.Function,
    "keyword": lsp.CompletionItemKind.Keyword,
    "type": lsp.CompletionItemKind.Class,
    "module": lsp.CompletionItemKind.Module,
}

Readable = dict[str, Analysis]
"""By address: the last state of each open document that had no errors. While a line is being written its
names are not known; those of the state before help."""


def make_server() -> LanguageServer:
    """A server with all features, not started."""
    server = LanguageServer("sglc", __version__)
    readable: Readable = {}
    server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)(_changed(server, readable))
    server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(_changed(server, readable))
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(_changed(server, readable))
    server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(_closed(server, readable))
    server.feature(lsp.TEXT_DOCUMENT_HOVER)(_hover(server))
    server.feature(lsp.TEXT_DOCUMENT_DEFINITION)(_definition(server))
    triggers = lsp.CompletionOptions(trigger_characters=[".", "@", "("])
    server.feature(lsp.TEXT_DOCUMENT_COMPLETION, triggers)(_completion(server, readable))
    server.feature(lsp.TEXT_DOCUMENT_FORMATTING)(_formatting(server))
    return server


def serve() -> None:
    """Serve one client over stdin and stdout until it says goodbye."""
    make_server().start_io()


# --- features: each takes the server and gives the handler ------------------------------------------


def _changed(server: LanguageServer, readable: Readable):
    def handler(
        params: lsp.DidOpenTextDocumentParams
        | lsp.DidChangeTextDocumentParams
        | lsp.DidSaveTextDocumentParams,
    ) -> None:
        document = server.workspace.get_text_document(params.text_document.uri)
        analysis = _analysis(document)
        if analysis.is_valid:
            readable[document.uri] = analysis
        found = [_diagnostic(document, d) for d in analysis.diagnostics]
        server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(document.uri, found, document.version)
        )

    return handler


def _closed(server: LanguageServer, readable: Readable):
    def handler(params: lsp.DidCloseTextDocumentParams) -> None:
        readable.pop(params.text_document.uri, None)
        server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(params.text_document.uri, [])
        )

    return handler


def _hover(server: LanguageServer):
    def handler(params: lsp.HoverParams) -> lsp.Hover | None:
        document, offset = _place(server, params)
        found = editor.hover(_analysis(document), offset, _token_count)
        if found is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
        return lsp.Hover(content, _range(document, found.span))

    return handler


def _definition(server: LanguageServer):
    def handler(params: lsp.DefinitionParams) -> lsp.Location | None:
        document, offset = _place(server, params)
        span = editor.definition(_analysis(document), offset)
        return None if span is None else _location(document, span)

    return handler


def _completion(server: LanguageServer, readable: Readable):
    def handler(params: lsp.CompletionParams) -> lsp.CompletionList:
        document, offset = _place(server, params)
        analysis = _analysis(document)
        earlier = None if analysis.is_valid else readable.get(document.uri)
        found = editor.completions(analysis, offset, earlier)
        items = [lsp.CompletionItem(s.label, kind=KINDS[s.kind], detail=s.detail) for s in found]
        return lsp.CompletionList(is_incomplete=False, items=items)

    return handler


def _formatting(server: LanguageServer):
    def handler(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        document = server.workspace.get_text_document(params.text_document.uri)
        source = _source(document)
        try:
            text = format_source(source)
        except CompileFailed:
            return []  # the diagnostics say why
        whole = Span(source, 0, len(source.text))
        return [] if text == source.text else [lsp.TextEdit(_range(document, whole), text)]

    return handler


# --- between the protocol's positions and ours -------------------------------------------------------


def _source(document: TextDocument) -> Source:
    return Source(to_fs_path(document.uri) or document.uri, document.source)


def _analysis(document: TextDocument) -> Analysis:
    source = _source(document)
    return analyse(source, Path(source.name))


def _place(
    server: LanguageServer, params: lsp.HoverParams | lsp.DefinitionParams | lsp.CompletionParams
) -> tuple[TextDocument, int]:
    document = server.workspace.get_text_document(params.text_document.uri)
    return document, document.offset_at_position(params.position)


def _range(document: TextDocument, span: Span) -> lsp.Range:
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


def _location(document: TextDocument, span: Span) -> lsp.Location:
    return lsp.Location(from_fs_path(span.source.name) or document.uri, _range(document, span))


def _diagnostic(document: TextDocument, diagnostic: Diagnostic) -> lsp.Diagnostic:
    own = _source(document).name
    here = [label for label in diagnostic.labels if label.span.source.name == own]
    start = lsp.Position(0, 0)
    main = next((label for label in here if label.primary), here[0] if here else None)
    return lsp.Diagnostic(
        range=_range(document, main.span) if main else lsp.Range(start, start),
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
    return lsp.DiagnosticRelatedInformation(_location(document, label.span), label.text)


@lru_cache(maxsize=4096)
def _token_count(text: str) -> str:
    """`12 tokens`, counted by the default model's tokenizer, or estimated where there is none."""
    target = choose_target().target
    count = len(target.tokenizer.encode((Part(text, True),), continuation=True))
    about = "about " if target.tokenizer.approximate else ""
    return f"{about}{count} token{'' if count == 1 else 's'}"
