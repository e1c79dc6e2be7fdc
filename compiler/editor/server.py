"""The language server over stdio: one handler for each thing that an editor asks.

Started by `sglc lsp`. It reads and never runs anything; what it answers comes from the files beside it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from sglc import __version__

from ...ir.diagnostic import CompileFailed, Fix
from ...ir.span import Span
from ...ir.target.parts import Part
from ...lang.compile import Analysis, analyse
from ...lang.format.files import format_source
from ..driver.targets import choose_target
from . import places as editor
from .hovers import hover
from .occurrences import CannotRename, occurrences, renamed
from .outline import Entry, outline
from .positions import action, location_of, range_of, shown, source_of

KINDS = {
    "variable": lsp.CompletionItemKind.Variable,
    "field": lsp.CompletionItemKind.Field,
    "function": lsp.CompletionItemKind.Function,
    "keyword": lsp.CompletionItemKind.Keyword,
    "type": lsp.CompletionItemKind.Class,
    "module": lsp.CompletionItemKind.Module,
}
SYMBOL_KINDS = {
    "program": lsp.SymbolKind.Function,
    "prompt": lsp.SymbolKind.String,
    "text": lsp.SymbolKind.Constant,
    "type": lsp.SymbolKind.Struct,
    "host function": lsp.SymbolKind.Interface,
    "module": lsp.SymbolKind.Module,
    "test": lsp.SymbolKind.Event,
    "answer": lsp.SymbolKind.Variable,
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
    server.feature(lsp.TEXT_DOCUMENT_REFERENCES)(_references(server))
    server.feature(lsp.TEXT_DOCUMENT_RENAME)(_rename(server))
    server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(_symbols(server))
    fixes = lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix])
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, fixes)(_actions(server))
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
        found = [shown(document, d) for d in analysis.diagnostics]
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
        found = hover(_analysis(document), offset, _token_count)
        if found is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
        return lsp.Hover(content, range_of(document, found.span))

    return handler


def _definition(server: LanguageServer):
    def handler(params: lsp.DefinitionParams) -> lsp.Location | None:
        document, offset = _place(server, params)
        span = editor.definition(_analysis(document), offset)
        return None if span is None else location_of(document, span)

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
        source = source_of(document)
        try:
            text = format_source(source)
        except CompileFailed:
            return []  # the diagnostics say why
        whole = Span(source, 0, len(source.text))
        return [] if text == source.text else [lsp.TextEdit(range_of(document, whole), text)]

    return handler


def _references(server: LanguageServer):
    def handler(params: lsp.ReferenceParams) -> list[lsp.Location]:
        document, offset = _place(server, params)
        found = occurrences(_analysis(document), offset)
        return [location_of(document, span) for span in found.spans] if found else []

    return handler


def _rename(server: LanguageServer):
    def handler(params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        document, offset = _place(server, params)
        try:
            edits = renamed(_analysis(document), offset, params.new_name)
        except CannotRename as error:
            raise JsonRpcInvalidParams(str(error)) from None
        changed = [lsp.TextEdit(range_of(document, span), text) for span, text in edits]
        return lsp.WorkspaceEdit(changes={document.uri: changed})

    return handler


def _symbols(server: LanguageServer):
    def handler(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = server.workspace.get_text_document(params.text_document.uri)
        return [_symbol(document, entry) for entry in outline(_analysis(document))]

    return handler


def _symbol(document: TextDocument, entry: Entry) -> lsp.DocumentSymbol:
    whole, at = range_of(document, entry.whole), range_of(document, entry.at)
    inner = [_symbol(document, each) for each in entry.inner]
    kind = SYMBOL_KINDS[entry.kind]
    return lsp.DocumentSymbol(entry.name, kind, whole, at, detail=entry.detail, children=inner)


def _actions(server: LanguageServer):
    def handler(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = server.workspace.get_text_document(params.text_document.uri)
        first = document.offset_at_position(params.range.start)
        last = document.offset_at_position(params.range.end)
        found = [d for d in _analysis(document).diagnostics if d.fix is not None]
        here = [(d, d.fix) for d in found if d.fix and _meets(document, d.fix, first, last)]
        return [action(document, diagnostic, fix) for diagnostic, fix in here]

    return handler


def _meets(document: TextDocument, fix: Fix, first: int, last: int) -> bool:
    own = fix.span.source.name == source_of(document).name
    return own and fix.span.start <= last and first <= fix.span.end


# --- documents ------------------------------------------------------------------------------------


def _analysis(document: TextDocument) -> Analysis:
    source = source_of(document)
    return analyse(source, Path(source.name))


_Placed = (
    lsp.HoverParams
    | lsp.DefinitionParams
    | lsp.CompletionParams
    | lsp.ReferenceParams
    | lsp.RenameParams
)


def _place(server: LanguageServer, params: _Placed) -> tuple[TextDocument, int]:
    document = server.workspace.get_text_document(params.text_document.uri)
    return document, document.offset_at_position(params.position)


@lru_cache(maxsize=4096)
def _token_count(text: str) -> str:
    """`12 tokens`, counted by the default model's tokenizer, or estimated where there is none."""
    target = choose_target().target
    count = len(target.tokenizer.encode((Part(text, True),), continuation=True))
    about = "about " if target.tokenizer.approximate else ""
    return f"{about}{count} token{'' if count == 1 else 's'}"
