"""Tests to programs of the IR: one program per test that gives what its expectations found.

A test program returns a list with one `{ok, left, right}` per `expect`. A mock is a small program,
too: without parameters for an answer, with those of the host function for a host function.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from ...ir.module import Module, Param, Program
from ...ir.ops import Call, Compare, Const, MakeList, MakeRecord, Operand, Return, Value
from ...ir.span import Span
from ...ir.structure import walk
from ...ir.types import ANY, BOOL, ListType, RecordType
from ..check.files import Checked
from ..syntax import nodes as s
from .files import Lowering
from .writer import Writer

_FINDINGS = ListType(RecordType((("ok", BOOL), ("left", ANY), ("right", ANY))))
_T = TypeVar("_T")


@dataclass(frozen=True)
class MockCase:
    """A mock: `value` is the program that computes it.

    `program`: the unique name of the program whose calls it answers (empty: all that the test
    calls). `extern`: it replaces a host function. `listed`: one answer per call, in source order.
    """

    name: str
    value: str
    program: str = ""
    extern: bool = False
    listed: bool = False
    span: Span | None = None


@dataclass(frozen=True)
class TestCase:
    """A test: the program that runs it, its mocks, and what it expects, in order."""

    name: str
    program: str
    mocks: tuple[MockCase, ...]
    expects: tuple[Span, ...]
    calls: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class TestSuite:
    """The tests of a file, and the module that has their programs beside those of the file."""

    module: Module
    cases: tuple[TestCase, ...]


def lower_tests(checked: Checked) -> TestSuite:
    """The tests of a file without errors. Raises CompileFailed."""
    lowering = Lowering(checked)
    decls = [item for item in checked.file.tree.items if isinstance(item, s.TestDecl)]
    cases: list[TestCase] = []
    programs: list[Program] = []
    for number, decl in enumerate(decls):
        case, made = _Test(checked, lowering, decl, f"test{number}").lowered()
        cases.append(case)
        programs += made
    module = lowering.module()
    return TestSuite(replace(module, programs=(*module.programs, *programs)), tuple(cases))


class _Test:
    """One test under way."""

    def __init__(self, checked: Checked, lowering: Lowering, decl: s.TestDecl, name: str) -> None:
        self.checked, self.lowering, self.decl = checked, lowering, decl
        self.name = _free(name, {symbol for symbol in checked.file.names})
        self.programs: list[Program] = []

    def lowered(self) -> tuple[TestCase, list[Program]]:
        """The test, its program, and those of its mocks."""
        body = self.lowering.writer(())
        mocks = [self._mock(node) for node in _of_type(self.decl.body, s.Mock)]
        expects = _of_type(self.decl.body, s.Expect)
        findings = []
        calls: set[str] = set()
        for node in self.decl.body:
            if isinstance(node, s.Assign):
                body.statements((node,))
            elif isinstance(node, s.Expect):
                findings.append(self._finding(body, node))
        made = MakeList(Value(_FINDINGS), tuple(findings), span=self.decl.span)
        self._finish(self.name, (), body, body.emit(made).result)
        calls |= {op.program for op in _calls(self.programs[-1])}
        title = self.decl.name.value if isinstance(self.decl.name, s.Literal) else ""
        case = TestCase(
            str(title), self.name, tuple(mocks), tuple(node.value.span for node in expects),
            tuple(sorted(calls)), self.decl.name.span,
        )  # fmt: skip
        return case, self.programs

    def _finish(self, name: str, params: tuple[Param, ...], body: Writer, value: Operand) -> None:
        """End a program and keep it."""
        body.emit(Return(value, span=self.decl.span))
        block = body.frame.builder.seal(*(param.value for param in params))
        kind = value.type if name == self.name else ANY
        self.programs.append(Program(name, params, kind, block, span=self.decl.span))

    def _finding(self, body: Writer, node: s.Expect) -> Operand:
        """What an expectation found: whether it holds, and both sides of its comparison."""
        condition = node.value
        if isinstance(condition, s.Comparison) and condition.op != "not in":
            left, right = body.value(condition.left), body.value(condition.right)
            made = Compare(Value(BOOL), condition.op, left, right, span=node.span)
            ok: Operand = body.emit(made).result
        else:
            ok = left = body.value(condition)
            right = Const(True, BOOL)
        kind = RecordType((("ok", BOOL), ("left", left.type), ("right", right.type)))
        record = MakeRecord(Value(kind), ("ok", "left", "right"), (ok, left, right), span=node.span)
        return body.emit(record).result

    def _mock(self, node: s.Mock) -> MockCase:
        fact = self.checked.facts.mocks[node]
        name = f"{self.name}_mock{len(self.programs)}"
        params: tuple[Param, ...] = ()
        if fact.extern is not None and node.params is not None:
            params = tuple(
                Param(ident.text, Value(param.type, ident.text))
                for ident, param in zip(node.params, fact.extern.params, strict=True)
            )
        body = self.lowering.writer(params)
        self._finish(name, params, body, body.value(node.value))
        program = fact.program.unique if fact.program is not None else ""
        return MockCase(fact.name, name, program, fact.extern is not None, fact.listed, node.span)


def _of_type(body: s.Body, kind: type[_T]) -> list[_T]:
    return [node for node in body if isinstance(node, kind)]


def _free(name: str, taken: set[str]) -> str:
    """A name that no program of the file has."""
    while name in taken:
        name += "_"
    return name


def _calls(program: Program) -> list[Call]:
    return [op for op in walk(program.body) if isinstance(op, Call)]
