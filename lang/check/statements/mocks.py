"""Mocks: which model calls or which host function a `mock` answers for, and with what type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....ir.types import ANY, STR, ListType, Type, accepts
from ...syntax import nodes as s
from ..expressions.inference import Inference
from ..expressions.mismatches import mismatch
from ..facts import Facts, GenCall, MockFact, SelectCall, reasoning_of
from ..names import Names
from ..scope import Scope, Variable
from ..suggest import closest
from ..symbols import ExternSymbol, ModuleSymbol, ProgramSymbol, UnknownSymbol


def check_mock(asked: Inference, node: s.Mock, called: list[ProgramSymbol]) -> None:
    """Check a mock. `called`: the programs that its test calls."""
    if node.params is not None:
        _check_host_function(asked, node, node.params)
        return
    *owner, name = _called(asked, node, called)
    programs = _programs(asked.names, owner) if owner else called
    if programs is None:
        asked.value(node.value)
        return
    wanted = reasoning_of(name.text) if name is not node.path[-1] else name.text
    found = [(p, kind) for p in programs for kind in _answers(asked.facts, p, wanted)]
    if not found:
        _unknown_call(asked, name, programs)
        asked.value(node.value)
        return
    program, answer = found[0]
    _check_answer(asked, node, wanted, answer, program if owner else None)


def _called(asked: Inference, node: s.Mock, called: Sequence[ProgramSymbol]) -> tuple[s.Ident, ...]:
    """The path to the call that a mock names: `x.thinking` names what is thought before `x`."""
    *path, last = node.path
    if last.text != "thinking" or not path:
        return node.path
    owner = _programs(asked.names, path[:-1]) if path[:-1] else called
    thinks = any(_answers(asked.facts, p, reasoning_of(path[-1].text)) for p in owner or ())
    return tuple(path) if thinks else node.path


def _check_answer(
    asked: Inference, node: s.Mock, name: str, answer: Type, program: ProgramSymbol | None
) -> None:
    """Check the value of a mock: one answer, or a list with one for each call."""
    given = asked.value(node.value, answer)
    listed = not accepts(answer, given)
    if listed and not accepts(ListType(answer), asked.value(node.value, ListType(answer))):
        mismatch(asked.reporter, node.value, answer, given, f"`{name}` is `{answer}`")
        return
    asked.facts.mocks[node] = MockFact(name, program, None, answer, listed)


# --- model calls of programs ----------------------------------------------------------------------


def _programs(names: Names, path: list[s.Ident]) -> list[ProgramSymbol] | None:
    """The program that a mock names; None after a report."""
    symbol = names.file.names.get(path[0].text)
    if isinstance(symbol, ModuleSymbol) and len(path) == 2:
        symbol = names.member(path[1], symbol)
    if isinstance(symbol, ProgramSymbol):
        return [symbol]
    if not isinstance(symbol, UnknownSymbol):
        shown = ".".join(part.text for part in path)
        known = [n for n, x in names.file.names.items() if isinstance(x, ProgramSymbol)]
        near = closest(shown, known)
        names.reporter.report(
            "SGL0120", path[0].span, f"unknown program `{shown}`",
            help=f"there is `{near}`" if near else "`mock program.name = value` reaches a called program",
        )  # fmt: skip
    return None


def _unknown_call(asked: Inference, name: s.Ident, programs: Sequence[ProgramSymbol]) -> None:
    """Report a mock that no call is bound to."""
    known = {bound.target.text for p in programs for bound, _ in _asking(asked.facts, p)}
    near = closest(name.text, known)
    if isinstance(asked.names.file.names.get(name.text), ExternSymbol):
        help = f"a host function is mocked with its parameters: `mock {name.text}(x) = ...`"
    elif near:
        help = f"a call is bound to `{near}`"
    elif not programs:
        help = "call a program in this test: `r = program(...)`"
    else:
        help = "`mock NAME = value` answers the calls that a program binds to NAME"
    asked.reporter.report(
        "SGL0120", name.span, f"no model call is bound to `{name.text}`", help=help
    )


def _answers(facts: Facts, program: ProgramSymbol, name: str) -> list[Type]:
    found = [kind for node, kind in _asking(facts, program) if node.target.text == name]
    thinks = [node for node, _ in _asking(facts, program) if reasoning_of(node.target.text) == name]
    calls = (facts.calls.get(node.value) for node in thinks)
    return found or [STR for call in calls if isinstance(call, GenCall) and call.thinks]


def _asking(facts: Facts, program: ProgramSymbol) -> Iterator[tuple[s.Assign, Type]]:
    """The model calls that a program binds, with the type of one answer."""
    for node in s.walk(program.decl.body):
        if isinstance(node, s.Assign):
            call = facts.calls.get(node.value)
            if isinstance(call, GenCall):
                yield node, call.answer
            elif isinstance(call, SelectCall):
                yield node, facts.types.get(node.value, ANY)


# --- host functions -------------------------------------------------------------------------------


def _check_host_function(asked: Inference, node: s.Mock, params: tuple[s.Ident, ...]) -> None:
    name = node.path[-1]
    symbol = _host_function(asked.names, node.path)
    if symbol is None:
        return
    if len(params) != len(symbol.params):
        asked.reporter.report(
            "SGL0110", name.span, f"`{name.text}` has {len(symbol.params)} parameters, the mock {len(params)}",
            help="a mock names all parameters", also=(symbol.span, "declared here"),
        )  # fmt: skip
    with asked.names.within(Scope(None, "inner")) as scope, asked.around.purely("a mock"):
        for ident, param in zip(params, symbol.params, strict=False):
            scope.bind(Variable(ident.text, param.type, ident.span))
            asked.facts.bindings[ident] = (ident.span, param.type)
        why = f"`{name.text}` gives `{symbol.result}`"
        asked.expect(node.value, symbol.result, why, symbol.span)
    asked.facts.mocks[node] = MockFact(name.text, None, symbol, symbol.result)


def _host_function(names: Names, path: Sequence[s.Ident]) -> ExternSymbol | None:
    """The host function that a mock names; None after a report."""
    name = path[-1]
    symbol = names.file.names.get(name.text)
    if len(path) == 2:
        module = names.file.names.get(path[0].text)
        symbol = names.member(name, module) if isinstance(module, ModuleSymbol) else None
    if isinstance(symbol, ExternSymbol):
        return symbol
    known = [n for n, x in names.file.names.items() if isinstance(x, ExternSymbol)]
    near = closest(name.text, known)
    names.reporter.report(
        "SGL0120", name.span, f"no host function `{name.text}`",
        help=f"there is `{near}`" if near else f"declare it: `extern def {name.text}(x: str) -> str`",
    )  # fmt: skip
    return None
