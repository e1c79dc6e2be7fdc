"""The blocks `test "...":`: mocks of model calls and host functions, calls of programs, expectations."""

from __future__ import annotations

from collections.abc import Iterator

from ....ir.types import ANY, ListType, Type, accepts
from ...syntax import nodes as s
from ..facts import GenCall, MockFact, SelectCall, SymbolCall
from ..scope import Scope, Variable
from ..statements.kinds import StatementChecker
from ..suggest import closest
from ..symbols import ExternSymbol, ModuleSymbol, ProgramSymbol, UnknownSymbol

_ALLOWED = "a test holds `mock`, assignments and `expect`"


class TestChecker(StatementChecker):
    """Checks one test. Programs are checked before, so the types of their calls are known."""

    def test(self, decl: s.TestDecl) -> None:
        """Check a test."""
        if not isinstance(decl.name, s.Literal):
            self.report("SGL0214", decl.name.span, "the name of a test is a plain text",
                        help="leave the braces out")  # fmt: skip
        self.owner = "this test"
        self.place = ("a test", decl.name.span)
        mocks: list[s.Mock] = []
        for statement in decl.body:
            match statement:
                case s.Mock():
                    mocks.append(statement)
                case s.Assign() if not self.is_model_call(statement.value):
                    self.statement(statement)
                case s.Expect(value):
                    self.condition(value)
                case s.Pass() | s.Broken():
                    self.statement(statement)
                case _:
                    self.report("SGL0321", getattr(statement, "head", statement.span),
                                "this can't stand in a test", help=_ALLOWED)  # fmt: skip
        called = self._called(decl)
        for mock in mocks:
            self._mock(mock, called)

    def _called(self, decl: s.TestDecl) -> list[ProgramSymbol]:
        """The programs that a test calls itself."""
        facts = (self.facts.calls.get(node) for node in s.walk(decl.body))
        return [
            fact.symbol
            for fact in facts
            if isinstance(fact, SymbolCall) and isinstance(fact.symbol, ProgramSymbol)
        ]

    def _mock(self, node: s.Mock, called: list[ProgramSymbol]) -> None:
        if node.params is not None:
            self._mock_extern(node)
            return
        *owner, name = node.path
        programs = called
        if owner:
            program = self._program(owner)
            programs = [program] if program is not None else []
            if program is None:
                self.value(node.value)
                return
        found = [(p, kind) for p in programs for kind in _answers(p, name.text, self)]
        if not found:
            self._unknown_mock(name, programs)
            self.value(node.value)
            return
        program, answer = found[0]
        given = self.value(node.value, answer)
        listed = not accepts(answer, given)
        if listed and not accepts(ListType(answer), self.value(node.value, ListType(answer))):
            self.mismatch(node.value, answer, given, f"`{name.text}` is `{answer}`")
            return
        target = program if owner else None
        self.facts.mocks[node] = MockFact(name.text, target, None, answer, listed)

    def _program(self, path: list[s.Ident]) -> ProgramSymbol | None:
        symbol = self.file.names.get(path[0].text)
        if isinstance(symbol, ModuleSymbol) and len(path) == 2:
            symbol = self.member(path[1], symbol)
        if isinstance(symbol, ProgramSymbol):
            return symbol
        if (symbol is not None and not isinstance(symbol, UnknownSymbol)) or symbol is None:
            shown = ".".join(part.text for part in path)
            known = [n for n, x in self.file.names.items() if isinstance(x, ProgramSymbol)]
            near = closest(shown, known)
            self.report(
                "SGL0120", path[0].span, f"unknown program `{shown}`",
                help=f"there is `{near}`" if near else "`mock program.name = value` reaches a called program",
            )  # fmt: skip
        return None

    def _unknown_mock(self, name: s.Ident, programs: list[ProgramSymbol]) -> None:
        """Report a mock that no call is bound to."""
        known = {bound for program in programs for bound in _bound_names(program, self)}
        near = closest(name.text, known)
        if isinstance(self.file.names.get(name.text), ExternSymbol):
            help = f"a host function is mocked with its parameters: `mock {name.text}(x) = ...`"
        elif near:
            help = f"a call is bound to `{near}`"
        elif not programs:
            help = "call a program in this test: `r = program(...)`"
        else:
            help = "`mock NAME = value` answers the calls that a program binds to NAME"
        self.report("SGL0120", name.span, f"no model call is bound to `{name.text}`", help=help)

    def _mock_extern(self, node: s.Mock) -> None:
        name = node.path[-1]
        symbol = self.file.names.get(name.text)
        if len(node.path) == 2:
            module = self.file.names.get(node.path[0].text)
            symbol = self.member(name, module) if isinstance(module, ModuleSymbol) else None
        assert node.params is not None
        if not isinstance(symbol, ExternSymbol):
            known = [n for n, x in self.file.names.items() if isinstance(x, ExternSymbol)]
            near = closest(name.text, known)
            self.report(
                "SGL0120", name.span, f"no host function `{name.text}`",
                help=f"there is `{near}`" if near else f"declare it: `extern def {name.text}(x: str) -> str`",
            )  # fmt: skip
            return
        if len(node.params) != len(symbol.params):
            self.report(
                "SGL0110", name.span, f"`{name.text}` has {len(symbol.params)} parameters, the mock {len(node.params)}",
                help="a mock names all parameters", also=(symbol.span, "declared here"),
            )  # fmt: skip
        with self.inner_scope(Scope(None, "inner")):
            for ident, param in zip(node.params, symbol.params, strict=False):
                self.scope.bind(Variable(ident.text, param.type, ident.span))
            with self.purely("a mock"):
                self.expect(
                    node.value, symbol.result, f"`{name.text}` gives `{symbol.result}`", symbol.span
                )
        self.facts.mocks[node] = MockFact(name.text, None, symbol, symbol.result)


def _assignments(
    program: ProgramSymbol, checker: StatementChecker
) -> Iterator[tuple[s.Assign, Type]]:
    """The model calls of a program, with the type of one answer."""
    for node in s.walk(program.decl.body):
        if isinstance(node, s.Assign):
            fact = checker.facts.calls.get(node.value)
            if isinstance(fact, GenCall):
                yield node, fact.answer
            elif isinstance(fact, SelectCall):
                yield node, checker.facts.types.get(node.value, ANY)


def _answers(program: ProgramSymbol, name: str, checker: StatementChecker) -> list[Type]:
    return [kind for node, kind in _assignments(program, checker) if node.target.text == name]


def _bound_names(program: ProgramSymbol, checker: StatementChecker) -> set[str]:
    return {node.target.text for node, _ in _assignments(program, checker)}
