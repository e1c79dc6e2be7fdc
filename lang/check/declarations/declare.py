"""Reads the declarations of one file into its names: imports, types, texts, then signatures."""

from __future__ import annotations

from ...syntax import nodes as s
from ..builtin_types import BUILTINS
from ..facts import Facts
from ..loader import Loader
from ..report import Reporter
from ..symbols import FileScope, ModuleSymbol, Symbol, TextSymbol, TypeSymbol, UnknownSymbol
from ..types import WRITABLE, TypeReader
from ..unknown_names import MODEL_CALLS
from .signatures import SignatureReader
from .texts import TextReader

_TAKEN = {*BUILTINS, *MODEL_CALLS, *WRITABLE, "list"}


class Declarations:
    """The declarations of one file."""

    def __init__(self, file: FileScope, loader: Loader, reporter: Reporter, facts: Facts) -> None:
        self.file, self.reporter = file, reporter
        self.types = TypeReader(file, reporter)
        self.texts = TextReader(file, loader, reporter, facts)
        self.signatures = SignatureReader(self.types, self.texts, facts)
        self._pending: dict[str, s.TypeDecl] = {}

    def declare(self) -> None:
        """Declare everything: types first, then texts, then what has a signature."""
        decls = self._distinct()
        for decl in decls:
            if isinstance(decl, s.Import):
                self._import(decl)
        self._pending = {d.name.text: d for d in decls if isinstance(d, s.TypeDecl)}
        for name in list(self._pending):
            self._type(name)
        for decl in decls:
            if isinstance(decl, s.TextDecl):
                self._text(decl)
        self._template()
        for decl in decls:
            if isinstance(decl, s.ExternDecl | s.PromptDecl | s.ProgramDecl):
                self.file.names[decl.name.text] = self.signatures.symbol(decl, self.file)

    def _template(self) -> None:
        """What the chat template is told, each thing once."""
        said: dict[str, s.Ident] = {}
        for decl in self.file.tree.items:
            if not isinstance(decl, s.TemplateDecl):
                continue
            name = decl.argument
            if name.text in said:
                self.reporter.report(
                    "SGL0101", name.span, f"the chat template is told `{name.text}` twice",
                    help="leave one of them out", also=(said[name.text].span, "told here"),
                )  # fmt: skip
            said[name.text] = name
            why = "what a chat template is told is known at compile time"
            self.file.template[name.text] = self.texts.constant(decl.value, why)

    def _distinct(self) -> list[s.Item]:
        """The declarations whose names are free; a name declared twice is reported."""
        seen: dict[str, s.Ident] = {}
        result: list[s.Item] = []
        for item in self.file.tree.items:
            if isinstance(item, s.Broken):
                for ident in item.names:
                    self.file.names.setdefault(ident.text, UnknownSymbol(ident.text, ident.span))
                continue
            name = getattr(item, "name", None)
            if isinstance(name, s.Ident) and self._is_free(name, seen):
                seen[name.text] = name
                result.append(item)
        return result

    def _is_free(self, name: s.Ident, seen: dict[str, s.Ident]) -> bool:
        """Whether a name is declared for the first time; names of the language are reported."""
        if name.text in seen:
            self.reporter.report(
                "SGL0101", name.span, f"`{name.text}` is declared twice",
                help="choose another name", also=(seen[name.text].span, "declared here"),
            )  # fmt: skip
            return False
        if name.text in _TAKEN:
            self.reporter.report(
                "SGL0101", name.span, f"`{name.text}` is a name of the language",
                help=f"choose another name, for example `my_{name.text}`",
            )  # fmt: skip
        return True

    def _import(self, decl: s.Import) -> None:
        file = self.file.imports.get(decl.name.text)
        name = decl.name.text
        symbol: Symbol = UnknownSymbol(name, decl.name.span)
        if file is not None:
            symbol = ModuleSymbol(name, file, decl.name.span)
        self.file.names[name] = symbol

    def _type(self, name: str) -> None:
        """Declare a type, and first those that it names."""
        decl = self._pending.pop(name, None)
        if decl is None:
            return
        self.file.names[name] = UnknownSymbol(name, decl.name.span)
        for node in [decl.type, *s.walk(decl.type)]:
            if isinstance(node, s.NamedType) and node.module is None:
                if node.name.text == name:
                    self.reporter.report("SGL0118", node.span, f"type `{name}` contains itself",
                                         help="records have a fixed depth: use a list of parts")  # fmt: skip
                self._type(node.name.text)
        self.file.names[name] = TypeSymbol(name, self.types.read(decl.type), decl.name.span)

    def _text(self, decl: s.TextDecl) -> None:
        value = self.texts.text(decl.value)
        name, span = decl.name.text, decl.name.span
        self.file.names[name] = (
            TextSymbol(name, value, span) if value is not None else UnknownSymbol(name, span)
        )
