"""The blocks `test "...":`: assignments, expectations, and mocks of what the programs call.

Programs are checked before, so the types of their calls are known.
"""

from __future__ import annotations

from ...syntax import nodes as s
from ..facts import Facts, SymbolCall
from ..symbols import ProgramSymbol
from .body import Body
from .mocks import check_mock
from .placement import head_of


def check_test(body: Body, decl: s.TestDecl) -> None:
    """Check a test."""
    if not isinstance(decl.name, s.Literal):
        body.reporter.report("SGL0214", decl.name.span, "the name of a test is a plain text",
                             help="leave the braces out")  # fmt: skip
    for statement in decl.body:
        if not isinstance(statement, s.Mock):
            _check_statement(body, statement)
    called = _called(body.facts, decl)
    for statement in decl.body:
        if isinstance(statement, s.Mock):
            check_mock(body.asked, statement, called)


def _check_statement(body: Body, node: s.Stmt) -> None:
    match node:
        case s.Assign() if not body.names.is_model_call(node.value):
            body.statement(node)
        case s.Expect(value):
            body.asked.condition(value)
        case s.Pass() | s.Broken():
            body.statement(node)
        case _:
            body.reporter.report("SGL0321", head_of(node), "this can't stand in a test",
                                 help="a test holds `mock`, assignments and `expect`")  # fmt: skip


def _called(facts: Facts, decl: s.TestDecl) -> list[ProgramSymbol]:
    """The programs that a test calls itself."""
    calls = (facts.calls.get(node) for node in s.walk(decl.body))
    symbols = [call.symbol for call in calls if isinstance(call, SymbolCall)]
    return [symbol for symbol in symbols if isinstance(symbol, ProgramSymbol)]
