"""The checks of whole files: declarations first, then bodies, then what calls what.

`check` is called once per compilation, with the file that is compiled; imported files come first.
Its facts are what the lowering works from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...ir.types import ANY, NONE
from ..syntax import nodes as s
from .binding import bind_anyway
from .declarations.call_graph import CallGraph
from .declarations.declare import Declarations
from .declarations.fragment_effects import FragmentEffects
from .effects import EffectReader
from .facts import Facts
from .loader import Loader
from .names import Names
from .report import Reporter
from .scope import Variable
from .statements.body import Body, Signature
from .statements.kinds import body_of
from .statements.tests import check_test
from .symbols import FileScope, FragmentSymbol, ParamSymbol, ProgramSymbol


@dataclass(eq=False)
class Checked:
    """A checked file with everything that the lowering needs."""

    file: FileScope
    facts: Facts
    effects: EffectReader
    files: list[FileScope] = field(default_factory=list)


class Checker:
    """Checks the files of one compilation."""

    def __init__(self, loader: Loader, reporter: Reporter) -> None:
        self.loader, self.reporter = loader, reporter
        self.facts = Facts()
        self._fragments = FragmentEffects()

    @property
    def effects(self) -> EffectReader:
        """What statements do."""
        return self._fragments.reader

    def check(self, file: FileScope) -> Checked:
        """Check a file and those it imports."""
        files = list(_in_order(file, set()))
        for one in files:
            Declarations(one, self.loader, self.reporter, self.facts).declare()
        for one in files:
            with self._fragments.inside(one):
                self._bodies(one)
        CallGraph(files, self.facts, self.reporter).report_cycles()
        return Checked(file, self.facts, self.effects, files)

    def _bodies(self, file: FileScope) -> None:
        for item in file.tree.items:
            match item:
                case s.ProgramDecl():
                    self._program(file, item)
                case s.PromptDecl():
                    self._fragment(file, item)
                case s.Broken():
                    self._broken(file, item)
                case _:
                    pass
        for item in file.tree.items:
            if isinstance(item, s.TestDecl):
                closed = ("a test", item.name.span)
                body = body_of(self._names(file, "this test"), self.effects, closed=closed)
                check_test(body, item)

    def _program(self, file: FileScope, decl: s.ProgramDecl) -> None:
        symbol = _symbol_of(file, decl)
        result = symbol.result if isinstance(symbol, ProgramSymbol) else ANY
        place = decl.result.span if decl.result is not None else None
        signature = Signature(self.effects.body(decl.body).turns, result, place)
        names = self._names(file, f"program `{decl.name.text}`")
        body = body_of(names, self.effects, signature)
        _bind_params(body, decl.params, symbol.params if symbol else ())
        returns = body.block(decl.body) or _has_errors(decl.body)
        if not returns and result not in (NONE, ANY):
            self.reporter.report(
                "SGL0319", decl.name.span, f"program `{decl.name.text}` does not return on every path",
                f"declared to give `{result}`", help="end it with `return`",
            )  # fmt: skip

    def _fragment(self, file: FileScope, decl: s.PromptDecl) -> None:
        symbol = _symbol_of(file, decl)
        signature = Signature(self.effects.body(decl.body).turns)
        names = self._names(file, f"prompt `{decl.name.text}`")
        body = body_of(names, self.effects, signature, ("a prompt", decl.name.span))
        _bind_params(body, decl.params, symbol.params if symbol else ())
        body.block(decl.body)

    def _broken(self, file: FileScope, item: s.Broken) -> None:
        """Check what could be read of a declaration with errors."""
        body = body_of(self._names(file), self.effects, Signature(result=ANY))
        for name in item.names:
            bind_anyway(body.names, name)
        body.block(item.body)

    def _names(self, file: FileScope, owner: str = "") -> Names:
        return Names(file, self.reporter, self.facts, owner)


def _in_order(file: FileScope, done: set[FileScope]) -> Iterator[FileScope]:
    """Imported files before those that import them."""
    if file in done:
        return
    done.add(file)
    for imported in file.imports.values():
        if imported is not None:
            yield from _in_order(imported, done)
    yield file


def _has_errors(body: s.Body) -> bool:
    """Whether some line could not be read, which may have been a `return`."""
    return any(isinstance(node, s.Broken) for node in s.walk(body))


def _symbol_of(
    file: FileScope, decl: s.ProgramDecl | s.PromptDecl
) -> ProgramSymbol | FragmentSymbol | None:
    """The symbol of a declaration, unless another one has its name."""
    symbol = file.names.get(decl.name.text)
    if isinstance(symbol, ProgramSymbol | FragmentSymbol) and symbol.decl is decl:
        return symbol
    return None


def _bind_params(body: Body, decls: Sequence[s.Param], params: Sequence[ParamSymbol]) -> None:
    kinds = {param.name: param.type for param in params}
    for decl in decls:
        name = decl.name.text
        kind = kinds.get(name, ANY)
        body.names.scope.bind(Variable(name, kind, decl.name.span, True, is_param=True))
        body.facts.bindings[decl.name] = (decl.name.span, kind)
